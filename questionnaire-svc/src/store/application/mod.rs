//! Rows of applications: the lock of everything that belongs to one.

use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use chassis::{Error, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::Value;
use uuid::Uuid;

use super::person::{self, Person};
use super::{json_if_any, time, time_if_any, unexpected, write_json};
use crate::domain::application::{Application, ReviewTerm};
use crate::domain::attempt;

mod state;

/// What an application is read with: its row, and what else the rules look at that is one value each.
/// A statement of its own for each costs more than the values do.
const COLUMNS: &str = "application.*,
    (SELECT c.version FROM campaign c WHERE c.id = application.campaign) AS campaign_now,
    (SELECT MAX(m.end_day) FROM membership m JOIN campaign had ON had.id = m.campaign
        JOIN campaign c ON c.programme = had.programme
        WHERE m.account = application.account AND m.ended_us IS NULL AND c.id = application.campaign) AS member_until,
    (SELECT COUNT(*) FROM dictionary_version) AS dictionary_versions";

/// An application with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    /// The id, without `campaigns/`.
    pub campaign: String,
    pub account: Uuid,
    /// A code of the campaign's kinds; empty where it has none.
    pub kind: String,
    pub form_revision: String,
    pub person: Person,
    pub application: Application,
    /// The id of the last submission.
    pub submission: Option<String>,
    pub create_time: Timestamp,
    pub submit_time: Option<Timestamp>,
    pub decide_time: Option<Timestamp>,
    /// A language result that could not fill the certificate section yet.
    pub waiting_result: Option<WaitingResult>,
    /// The attempt of the year that it takes; `None` where none is counted, before it is submitted, and
    /// after it ended without a test.
    pub attempt: Option<attempt::Kind>,
    /// The version of the campaign that it is judged by.
    pub campaign_version: i64,
    /// Given when it is sent, where colleges decide.
    pub number: Option<String>,
    /// The college whose board fills it in for the person.
    pub filled_by: Option<Bin>,
    /// When it was moved to another form last.
    pub rebase_time: Option<Timestamp>,
    pub version: i64,
    pub around: Around,
}

/// What stood around the application when it was read.
#[derive(Debug, Clone, Copy)]
pub struct Around {
    /// The version that the campaign has.
    pub campaign_version: i64,
    /// The last day of the person's memberships of the campaign's programme, past or not, but for those that
    /// were ended.
    pub member_until: Option<Date>,
    /// How many versions of dictionaries were imported; none is ever taken away.
    pub dictionary_versions: i64,
}

/// A passed language result with the answers it would fill in.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub struct WaitingResult {
    pub name: String,
    pub answers: Value,
}

impl std::fmt::Debug for WaitingResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "WaitingResult({}, ***)", self.name)
    }
}

impl Kept {
    /// `campaigns/{campaign}/applications/{application}`.
    pub fn name(&self) -> String {
        format!("campaigns/{}/applications/{}", self.campaign, self.id)
    }

    pub fn campaign_name(&self) -> String {
        format!("campaigns/{}", self.campaign)
    }

    pub fn applicant(&self) -> String {
        format!("accounts/{}", self.account)
    }

    /// `colleges/{bin}`; empty where the person fills it in.
    pub fn filled_by_name(&self) -> String {
        let name = |bin: Bin| format!("colleges/{bin}");
        self.filled_by.map(name).unwrap_or_default()
    }

    /// The name of the last submission; empty for a draft.
    pub fn submission_name(&self) -> String {
        let name = |id: &String| format!("{}/submissions/{id}", self.name());
        self.submission.as_ref().map(name).unwrap_or_default()
    }
}

/// A draft that is about to be opened.
pub struct New<'a> {
    pub id: &'a str,
    pub campaign: &'a str,
    pub account: Uuid,
    pub campaign_version: i64,
    pub kind: &'a str,
    pub form_revision: &'a str,
    pub person: &'a Person,
    pub filled_by: Option<Bin>,
    pub now: Timestamp,
}

/// Opens a draft. False where the person has an application in this campaign.
pub async fn insert(tx: &Tx, new: &New<'_>) -> Result<bool> {
    let inserted = execute(
        tx,
        "INSERT INTO application (id, campaign, account, form_revision, person, state,
            submission_count, created_us, campaign_version, kind, filled_by, version)
         VALUES ($1, $2, $3, $4, $5, 'DRAFT', 0, $6, $7, $8, $9, 1) ON CONFLICT DO NOTHING",
        [
            new.id.into(),
            new.campaign.into(),
            new.account.to_string().into(),
            new.form_revision.into(),
            person::write(new.person)?.into(),
            to_us(new.now).into(),
            new.campaign_version.into(),
            new.kind.into(),
            new.filled_by.map(|bin| bin.to_string()).into(),
        ],
    )
    .await?;
    Ok(inserted.rows_affected() == 1)
}

pub async fn find<C: ConnectionTrait>(on: &C, campaign: &str, id: &str) -> Result<Option<Kept>> {
    let sql = format!("SELECT {COLUMNS} FROM application WHERE id = $1 AND campaign = $2");
    one(on, &sql, [id.into(), campaign.into()]).await
}

/// Finds it and holds it until the transaction ends.
pub async fn lock(tx: &Tx, campaign: &str, id: &str) -> Result<Option<Kept>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM application WHERE id = $1 AND campaign = $2{}",
        for_update(tx)
    );
    one(tx, &sql, [id.into(), campaign.into()]).await
}

pub async fn lock_of_person(tx: &Tx, campaign: &str, account: Uuid) -> Result<Option<Kept>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM application
         WHERE campaign = $1 AND account = $2 AND NOT makes_room{}",
        for_update(tx)
    );
    one(tx, &sql, [campaign.into(), account.to_string().into()]).await
}

/// All applications of a person, in whatever campaign.
pub async fn lock_all_of_person(tx: &Tx, account: Uuid) -> Result<Vec<Kept>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM application WHERE account = $1 ORDER BY id{}",
        for_update(tx)
    );
    let rows = query_all(tx, &sql, [account.to_string().into()]).await?;
    rows.iter().map(read).collect()
}

async fn one<C: ConnectionTrait>(
    on: &C,
    sql: &str,
    values: [sea_orm::Value; 2],
) -> Result<Option<Kept>> {
    query_one(on, sql, values)
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Which applications a list shows.
pub struct Filter<'a> {
    pub account: Uuid,
    /// A campaign manager sees those of others too, once they were submitted.
    pub of_others: bool,
    /// Empty for every campaign.
    pub campaign: &'a str,
    /// Empty for every state.
    pub state: &'a str,
}

/// Newest first, after the id of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let whose = if filter.of_others {
        "(account = $1 OR submission_count > 0)"
    } else {
        "account = $1"
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM application WHERE {whose} AND ($2 = '' OR campaign = $2)
         AND ($3 = '' OR state = $3) AND ($4 = '' OR id < $4) ORDER BY id DESC LIMIT $5"
    );
    let values = [
        filter.account.to_string().into(),
        filter.campaign.into(),
        filter.state.into(),
        after.unwrap_or_default().into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Whether anybody has an application in a campaign.
pub async fn is_any<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<bool> {
    let sql = "SELECT 1 AS one FROM application WHERE campaign = $1 LIMIT 1";
    Ok(query_one(on, sql, [campaign.into()]).await?.is_some())
}

/// How many applications boards opened for the person in the campaign, taken back or not.
pub async fn opened_by_boards(tx: &Tx, campaign: &str, account: Uuid) -> Result<i64> {
    let sql = "SELECT COUNT(*) AS opened FROM application
               WHERE account = $1 AND campaign = $2 AND filled_by IS NOT NULL";
    let values = [account.to_string().into(), campaign.into()];
    match query_one(tx, sql, values).await? {
        Some(row) => Ok(row.try_get("", "opened")?),
        None => Ok(0),
    }
}

/// Keeps the new state of what was locked, and counts the version up.
///
/// # Errors
/// `REQUEST_IN_FLIGHT` where somebody else was faster, which the lock rules out.
pub async fn save(tx: &Tx, kept: &mut Kept) -> Result<()> {
    let columns = state::write(&kept.application.state)?;
    if kept.attempt.is_some() && !kept.application.state.takes_an_attempt() {
        super::attempt::give_back(tx, &kept.id).await?;
        kept.attempt = None;
    }
    kept.submit_time = columns.submit_time.or(kept.submit_time);
    kept.decide_time = columns.decide_time.or(kept.decide_time);
    let waiting = kept.waiting_result.as_ref().map(write_json).transpose()?;
    let count = i32::try_from(kept.application.submission_count).unwrap_or(i32::MAX);
    let saved = execute(
        tx,
        "UPDATE application SET state = $3, submission_count = $4, submission = $5,
            submit_us = $6, decide_us = $7, end_us = $8, correction = $9, reasons = $10,
            waiting_result = $11, wish = $12, decide_due_us = $13, review_paused = $14,
            end_reason = $15, campaign_version = $16, form_revision = $17, rebased_us = $18,
            attempt_kind = $19, test_started_us = $20, version = version + 1
         WHERE id = $1 AND version = $2",
        [
            kept.id.as_str().into(),
            kept.version.into(),
            columns.state.into(),
            count.into(),
            kept.submission.clone().into(),
            kept.submit_time.map(to_us).into(),
            kept.decide_time.map(to_us).into(),
            columns.end_time.map(to_us).into(),
            columns.correction.into(),
            columns.reasons.into(),
            waiting.into(),
            state::write_wish(&kept.application)?.into(),
            kept.application.term.due_time.map(to_us).into(),
            kept.application.term.is_paused.into(),
            kept.application
                .state
                .end_reason()
                .map(str::to_owned)
                .into(),
            kept.campaign_version.into(),
            kept.form_revision.as_str().into(),
            kept.rebase_time.map(to_us).into(),
            kept.attempt.map(attempt::Kind::code).into(),
            kept.application.test_started.map(to_us).into(),
        ],
    )
    .await?;
    one_more(saved.rows_affected(), kept)
}

/// Claims the right to a promo code, if certificate data were never saved. The condition stands
/// in the same statement that writes, and [`declare_certificate`] writes the same row: of the two
/// at once, one comes first and the other sees it.
pub async fn claim_promo_right(tx: &Tx, kept: &mut Kept, now: Timestamp) -> Result<()> {
    let sql = "UPDATE application SET promo_claimed_us = $2, version = version + 1
               WHERE id = $1 AND promo_claimed_us IS NULL AND certificate_declared_us IS NULL
                 AND state = 'DRAFT'";
    let saved = execute(tx, sql, [kept.id.as_str().into(), to_us(now).into()]).await?;
    one_more(saved.rows_affected(), kept)
}

/// Notes that certificate data were saved, once and for good.
pub async fn declare_certificate(tx: &Tx, kept: &mut Kept, now: Timestamp) -> Result<()> {
    let sql = "UPDATE application SET certificate_declared_us = $2, version = version + 1
               WHERE id = $1 AND certificate_declared_us IS NULL";
    let saved = execute(tx, sql, [kept.id.as_str().into(), to_us(now).into()]).await?;
    one_more(saved.rows_affected(), kept)
}

/// Lets the person open another application: this one was withdrawn or rejected for good. The condition
/// stands in the same statement that writes.
pub async fn make_room(tx: &Tx, kept: &mut Kept) -> Result<()> {
    let sql = "UPDATE application SET makes_room = TRUE, version = version + 1
               WHERE id = $1 AND state IN ('WITHDRAWN', 'REJECTED')";
    let saved = execute(tx, sql, [kept.id.as_str().into()]).await?;
    one_more(saved.rows_affected(), kept)
}

/// A draft takes over from the application that made room for it whether a promo code was claimed and a
/// certificate declared: both are once per person and campaign.
pub async fn inherit_promo_right(tx: &Tx, kept: &mut Kept, before: &Kept) -> Result<()> {
    let sql = "UPDATE application SET promo_claimed_us = $2, certificate_declared_us = $3, version = version + 1
               WHERE id = $1 AND state = 'DRAFT'";
    let (claimed, declared) = (
        before.application.promo_claimed,
        before.application.certificate_declared,
    );
    let values = [
        kept.id.as_str().into(),
        claimed.map(to_us).into(),
        declared.map(to_us).into(),
    ];
    let saved = execute(tx, sql, values).await?;
    one_more(saved.rows_affected(), kept)?;
    kept.application.promo_claimed = claimed;
    kept.application.certificate_declared = declared;
    Ok(())
}

fn one_more(rows_affected: u64, kept: &mut Kept) -> Result<()> {
    if rows_affected != 1 {
        return Err(Error::InFlight);
    }
    kept.version += 1;
    Ok(())
}

fn read(row: &QueryResult) -> Result<Kept> {
    let account: String = row.try_get("", "account")?;
    let count: i32 = row.try_get("", "submission_count")?;
    let attempt: Option<String> = row.try_get("", "attempt_kind")?;
    let kind = |code: String| attempt::Kind::from_code(&code).ok_or_else(|| unexpected("attempt"));
    let filled_by: Option<String> = row.try_get("", "filled_by")?;
    let bin = |bin: String| Bin::parse(&bin).map_err(|_| unexpected("BIN"));
    let application = Application {
        state: state::read(row)?,
        submission_count: count.unsigned_abs(),
        certificate_declared: time_if_any(row, "certificate_declared_us")?,
        promo_claimed: time_if_any(row, "promo_claimed_us")?,
        test_started: time_if_any(row, "test_started_us")?,
        wish: state::read_wish(row)?,
        term: ReviewTerm {
            due_time: time_if_any(row, "decide_due_us")?,
            is_paused: row.try_get("", "review_paused")?,
        },
    };
    Ok(Kept {
        id: row.try_get("", "id")?,
        campaign: row.try_get("", "campaign")?,
        account: Uuid::parse_str(&account).map_err(|_| unexpected("account"))?,
        kind: row.try_get("", "kind")?,
        form_revision: row.try_get("", "form_revision")?,
        person: person::read(&row.try_get::<String>("", "person")?)?,
        application,
        submission: row.try_get("", "submission")?,
        create_time: time(row, "created_us")?,
        submit_time: time_if_any(row, "submit_us")?,
        decide_time: time_if_any(row, "decide_us")?,
        waiting_result: json_if_any(row, "waiting_result")?,
        attempt: attempt.map(kind).transpose()?,
        campaign_version: row.try_get("", "campaign_version")?,
        number: row.try_get("", "number")?,
        filled_by: filled_by.map(bin).transpose()?,
        rebase_time: time_if_any(row, "rebased_us")?,
        version: row.try_get("", "version")?,
        around: around(row)?,
    })
}

fn around(row: &QueryResult) -> Result<Around> {
    let day: Option<String> = row.try_get("", "member_until")?;
    let day = day.map(|day| day.parse().map_err(|_| unexpected("day")));
    Ok(Around {
        campaign_version: row.try_get("", "campaign_now")?,
        member_until: day.transpose()?,
        dictionary_versions: row.try_get("", "dictionary_versions")?,
    })
}
