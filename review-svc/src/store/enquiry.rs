//! Rows of enquiries and of what was written in them.

use chassis::clock::{from_us, to_us};
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::error::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::enquiry::{Consent, Enquiry, Kind, MOST_OPEN, Reader, Side, State, Waiting};

/// An enquiry with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: Uuid,
    pub enquiry: Enquiry,
    pub create_time: Timestamp,
    pub version: i64,
    /// The id of what was published of it and not taken back.
    pub public_answer: Option<String>,
}

/// A piece of an enquiry.
pub struct Message {
    pub side: Side,
    pub text: String,
    pub create_time: Timestamp,
}

/// Whose list, and what of it.
pub struct Filter<'a> {
    pub reader: &'a Reader,
    pub whose: Whose,
    pub state: Option<State>,
    pub kind: Option<Kind>,
    /// Only those whose term has passed by then.
    pub overdue_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    Own,
    ToAnswer,
}

/// Where a page went to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key(i64, String);

/// Behind all that have a term.
const NO_TERM: i64 = i64::MAX - 1;

impl Kept {
    pub fn name(&self) -> String {
        format!("enquiries/{}", self.id)
    }

    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }

    pub fn key(&self, whose: Whose) -> Key {
        let place = match whose {
            Whose::Own => to_us(self.create_time),
            Whose::ToAnswer => self.order(),
        };
        Key(place, self.id.to_string())
    }

    /// What waits comes first, by its term; then the rest.
    fn order(&self) -> i64 {
        match (self.enquiry.state, self.enquiry.due_time) {
            (State::Open, Some(due)) => to_us(due),
            (State::Open, None) => NO_TERM - 1,
            _ => NO_TERM,
        }
    }
}

/// Counts what waits of an author up or down. False where as many wait as may.
pub async fn count(tx: &Tx, author: &str, waiting: Waiting) -> Result<bool> {
    let sql = match waiting {
        Waiting::Same => return Ok(true),
        Waiting::OneLess => {
            "UPDATE enquiry_author SET waiting = waiting - 1 WHERE author = $1 AND $2 = $2"
        }
        Waiting::OneMore => {
            "INSERT INTO enquiry_author (author, waiting) VALUES ($1, 1)
             ON CONFLICT (author) DO UPDATE SET waiting = enquiry_author.waiting + 1
             WHERE enquiry_author.waiting < $2"
        }
    };
    let most = i32::try_from(MOST_OPEN).unwrap_or(i32::MAX);
    let counted = execute(tx, sql, [author.into(), most.into()]).await?;
    Ok(counted.rows_affected() == 1)
}

pub async fn insert(tx: &Tx, kept: &Kept) -> Result<()> {
    let it = &kept.enquiry;
    let sql = "INSERT INTO enquiry (id, author, kind, programme, college, subject, may_publish,
            state, messages, create_us, due_us, order_us, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    let values = [
        kept.id.to_string().into(),
        it.author.as_str().into(),
        it.kind.code().into(),
        it.programme.as_str().into(),
        it.college.as_str().into(),
        it.subject.as_str().into(),
        (it.consent == Consent::MayPublish).into(),
        it.state.code().into(),
        i64::from(it.messages).into(),
        to_us(kept.create_time).into(),
        it.due_time.map(to_us).into(),
        kept.order().into(),
        kept.version.into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}

/// Keeps what was locked.
pub async fn save(tx: &Tx, kept: &mut Kept) -> Result<()> {
    let it = &kept.enquiry;
    let sql = "UPDATE enquiry SET state = $3, messages = $4, due_us = $5, order_us = $6,
            version = version + 1 WHERE id = $1 AND version = $2";
    let values = [
        kept.id.to_string().into(),
        kept.version.into(),
        it.state.code().into(),
        i64::from(it.messages).into(),
        it.due_time.map(to_us).into(),
        kept.order().into(),
    ];
    if execute(tx, sql, values).await?.rows_affected() != 1 {
        return Err(Error::InFlight);
    }
    kept.version += 1;
    Ok(())
}

/// Writes the newest piece of an enquiry.
pub async fn write(tx: &Tx, kept: &Kept, message: &Message) -> Result<()> {
    let sql = "INSERT INTO enquiry_message (enquiry, number, side, text, create_us)
         VALUES ($1, $2, $3, $4, $5)";
    let values = [
        kept.id.to_string().into(),
        i64::from(kept.enquiry.messages).into(),
        message.side.code().into(),
        message.text.as_str().into(),
        to_us(message.create_time).into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}

pub async fn messages<C: ConnectionTrait>(on: &C, enquiry: Uuid) -> Result<Vec<Message>> {
    let sql = "SELECT side, text, create_us FROM enquiry_message WHERE enquiry = $1
         ORDER BY number";
    let rows = query_all(on, sql, [enquiry.to_string().into()]).await?;
    let read = |row: &QueryResult| {
        let side: String = row.try_get("", "side")?;
        Ok(Message {
            side: match side.as_str() {
                "STAFF" => Side::Staff,
                _ => Side::Author,
            },
            text: row.try_get("", "text")?,
            create_time: from_us(row.try_get("", "create_us")?),
        })
    };
    rows.iter().map(read).collect()
}

const COLUMNS: &str = "e.*, (SELECT p.id FROM public_answer p
    WHERE p.enquiry = e.id AND p.retire_us IS NULL) AS public_answer";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM enquiry e WHERE e.id = $1");
    let row = query_one(on, &sql, [id.to_string().into()]).await?;
    row.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Kept>> {
    let sql = format!("SELECT id FROM enquiry WHERE id = $1{}", for_update(tx));
    query_one(tx, &sql, [id.to_string().into()]).await?;
    find(tx, id).await
}

/// One's own, the newest first; or those to be answered, what is due first at the top.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let reader = filter.reader;
    let (whose, place, start) = match filter.whose {
        Whose::Own => (
            "e.author = $1 AND $2 = $2",
            "(e.create_us, e.id) < ($6, $7) ORDER BY e.create_us DESC, e.id DESC",
            i64::MAX,
        ),
        Whose::ToAnswer => (
            answerable(reader),
            "(e.order_us, e.id) > ($6, $7) ORDER BY e.order_us, e.id",
            i64::MIN,
        ),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM enquiry e
         WHERE {whose} AND ($3 = '' OR e.state = $3) AND ($4 = '' OR e.kind = $4)
            AND ($5 = 0 OR (e.state = 'OPEN' AND e.due_us < $5)) AND {place} LIMIT $8"
    );
    let Key(from, id) = after.unwrap_or(Key(start, String::new()));
    let values = [
        reader.key.as_str().into(),
        reader.college.clone().unwrap_or_default().into(),
        filter.state.map_or("", State::code).into(),
        filter.kind.map_or("", Kind::code).into(),
        filter.overdue_at.map_or(0, to_us).into(),
        from.into(),
        id.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(read).collect()
}

/// [`Enquiry::side`] for staff, in the words of the database. `$1` is who reads, `$2` the college.
fn answerable(reader: &Reader) -> &'static str {
    match (reader.answers.questions, reader.answers.support) {
        (true, true) => "e.author <> $1 AND $2 = $2",
        (true, false) => "e.author <> $1 AND $2 = $2 AND e.kind = 'QUESTION'",
        (false, true) => "e.author <> $1 AND $2 = $2 AND e.kind = 'SUPPORT'",
        (false, false) => {
            "e.author <> $1 AND e.kind = 'QUESTION' AND e.college = $2 AND e.college <> ''"
        }
    }
}

fn read(row: &QueryResult) -> Result<Kept> {
    let text = |column: &str| row.try_get::<String>("", column);
    let odd = |what: &str| Error::Internal(anyhow::anyhow!("a row of no known {what}"));
    let may_publish: bool = row.try_get("", "may_publish")?;
    let due: Option<i64> = row.try_get("", "due_us")?;
    let messages: i32 = row.try_get("", "messages")?;
    Ok(Kept {
        id: Uuid::parse_str(&text("id")?).map_err(|error| Error::Internal(error.into()))?,
        enquiry: Enquiry {
            author: text("author")?,
            kind: Kind::from_code(&text("kind")?).ok_or_else(|| odd("kind"))?,
            programme: text("programme")?,
            college: text("college")?,
            subject: text("subject")?,
            consent: match may_publish {
                true => Consent::MayPublish,
                false => Consent::KeepPrivate,
            },
            state: State::from_code(&text("state")?).ok_or_else(|| odd("state"))?,
            messages: u32::try_from(messages).unwrap_or(0),
            due_time: due.map(from_us),
        },
        create_time: from_us(row.try_get("", "create_us")?),
        version: row.try_get("", "version")?,
        public_answer: row.try_get("", "public_answer")?,
    })
}
