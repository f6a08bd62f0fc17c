//! Rows of what everybody may read of enquiries.

use chassis::clock::{from_us, to_us};
use chassis::database::{Tx, execute, query_all, query_one};
use chassis::error::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A question and its answer for everybody.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: Uuid,
    pub enquiry: Uuid,
    pub programme: String,
    pub college: String,
    pub question: String,
    pub answer: String,
    pub publish_time: Timestamp,
}

/// Where a page went to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Key(i64, String);

impl Kept {
    pub fn name(&self) -> String {
        format!("publicAnswers/{}", self.id)
    }

    pub fn key(&self) -> Key {
        Key(to_us(self.publish_time), self.id.to_string())
    }
}

/// Publishes, or gives what was published other words; its name and time stay. What was taken back is
/// published again.
pub async fn put(tx: &Tx, kept: &Kept) -> Result<Kept> {
    let sql = "INSERT INTO public_answer (id, enquiry, programme, college, question, answer,
            publish_us, retire_us) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)
         ON CONFLICT (enquiry) DO UPDATE SET question = excluded.question,
            answer = excluded.answer, retire_us = NULL
         RETURNING *";
    let values = [
        kept.id.to_string().into(),
        kept.enquiry.to_string().into(),
        kept.programme.as_str().into(),
        kept.college.as_str().into(),
        kept.question.as_str().into(),
        kept.answer.as_str().into(),
        to_us(kept.publish_time).into(),
    ];
    let row = query_one(tx, sql, values).await?;
    let row = row.ok_or_else(|| Error::Internal(anyhow::anyhow!("nothing was published")))?;
    read(&row)
}

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Kept>> {
    let sql = "SELECT * FROM public_answer WHERE id = $1 AND retire_us IS NULL";
    let row = query_one(on, sql, [id.to_string().into()]).await?;
    row.as_ref().map(read).transpose()
}

/// False where somebody took it back before.
pub async fn retire(tx: &Tx, id: Uuid, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE public_answer SET retire_us = $2 WHERE id = $1 AND retire_us IS NULL";
    let gone = execute(tx, sql, [id.to_string().into(), to_us(now).into()]).await?;
    Ok(gone.rows_affected() == 1)
}

/// The newest first; empty narrows to nothing less.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    programme: &str,
    college: &str,
    after: Option<Key>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let Key(time, id) = after.unwrap_or(Key(i64::MAX, String::new()));
    let sql = "SELECT * FROM public_answer WHERE retire_us IS NULL
            AND ($1 = '' OR programme = $1) AND ($2 = '' OR college = $2)
            AND (publish_us, id) < ($3, $4) ORDER BY publish_us DESC, id DESC LIMIT $5";
    let values = [
        programme.into(),
        college.into(),
        time.into(),
        id.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    let rows = query_all(on, sql, values).await?;
    rows.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Kept> {
    let text = |column: &str| row.try_get::<String>("", column);
    let id = |text: String| Uuid::parse_str(&text).map_err(|error| Error::Internal(error.into()));
    Ok(Kept {
        id: id(text("id")?)?,
        enquiry: id(text("enquiry")?)?,
        programme: text("programme")?,
        college: text("college")?,
        question: text("question")?,
        answer: text("answer")?,
        publish_time: from_us(row.try_get("", "publish_us")?),
    })
}
