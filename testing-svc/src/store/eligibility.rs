//! Eligibilities in the database. The row of a person in a campaign is also the lock under which
//! all that the person does with bookings happens one after another.

use anyhow::anyhow;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::ids::Ids;
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::application::Named;
use super::narrowed::Narrowed;
use super::row;
use crate::domain::eligibility::{Eligibility, NUMBER_LENGTH, Standing};
use crate::domain::quota::Needs;

/// How often to draw a candidate's number again when by chance it is taken.
const DRAWS: usize = 5;

pub(super) const SELECT: &str =
    "SELECT campaign, account, standing, stage_number, direction, candidate_number, needs
    FROM eligibilities";

pub async fn lock(tx: &Tx, campaign: &str, account: Uuid) -> Result<Option<Eligibility>> {
    let sql = format!(
        "{SELECT} WHERE campaign = $1 AND account = $2{}",
        for_update(tx)
    );
    let found = query_one(tx, &sql, [campaign.into(), account.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// As it stands, without a lock.
pub async fn find<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    account: Uuid,
) -> Result<Option<Eligibility>> {
    let sql = format!("{SELECT} WHERE campaign = $1 AND account = $2");
    let found = query_one(on, &sql, [campaign.into(), account.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// Who takes part under this number.
pub async fn numbered<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    number: &str,
) -> Result<Option<Eligibility>> {
    let sql =
        format!("{SELECT} WHERE campaign = $1 AND candidate_number = $2 AND standing = 'GRANTED'");
    let found = query_one(on, &sql, [campaign.into(), number.into()]).await?;
    found.as_ref().map(read).transpose()
}

/// What a list of candidates is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub campaign: String,
    pub account: Option<Uuid>,
    pub direction: Option<String>,
}

/// Those who take part, in the order of their numbers.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter,
    after: Option<String>,
    limit: u64,
) -> Result<Vec<Eligibility>> {
    let sql = format!("{SELECT} WHERE campaign = $1 AND standing = 'GRANTED'");
    let rows = Narrowed::new(sql, vec![filter.campaign.as_str().into()])
        .by("account =", filter.account.map(|id| id.to_string()))
        .by("direction =", filter.direction.clone())
        .by("candidate_number >", Some(after.unwrap_or_default()))
        .rows(on, "candidate_number", limit)
        .await?;
    rows.iter().map(read).collect()
}

/// What an acceptance is about.
#[derive(Debug, Clone, Copy)]
pub struct Accepted<'a> {
    pub campaign: &'a str,
    pub account: Uuid,
    pub application: &'a str,
    pub submission: &'a str,
}

/// Opens the first stage, in the direction of the submission that was accepted. A withdrawal of the
/// same application stands, even if it arrived first: the two come from different services and in
/// any order. What the newest submission says of the seat comes with it.
pub async fn grant(tx: &Tx, accepted: Accepted<'_>, now: Timestamp) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO eligibilities (campaign, account, application, submission, direction, needs,
            standing, stage_number, changed_us)
         VALUES ($1, $2, $3, $4, (SELECT direction FROM directions WHERE submission = $4),
            (SELECT needs FROM applications WHERE application = $3), 'GRANTED', 1, $5)
         ON CONFLICT (campaign, account) DO UPDATE
         SET standing = 'GRANTED', application = excluded.application,
            submission = excluded.submission, direction = excluded.direction,
            needs = excluded.needs, changed_us = excluded.changed_us
         WHERE eligibilities.standing = 'TAKEN' AND eligibilities.application <> excluded.application
            AND eligibilities.disqualified_us IS NULL",
        [
            accepted.campaign.into(),
            accepted.account.to_string().into(),
            accepted.application.into(),
            accepted.submission.into(),
            to_us(now).into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps the direction of a submission, and tells it to an acceptance that was heard before.
pub async fn keep_direction(
    tx: &Tx,
    by: Named<'_>,
    submission: &str,
    direction: &str,
) -> Result<()> {
    execute(
        tx,
        "INSERT INTO directions (submission, direction) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        [submission.into(), direction.into()],
    )
    .await?;
    execute(
        tx,
        "UPDATE eligibilities SET direction = $4
         WHERE campaign = $1 AND account = $2 AND submission = $3 AND direction IS NULL",
        [
            by.campaign.into(),
            by.account.to_string().into(),
            submission.into(),
            direction.into(),
        ],
    )
    .await?;
    Ok(())
}

/// What a newer submission says of the seat, for whoever takes part by its application.
pub async fn rewrite_needs(tx: &Tx, by: Named<'_>, needs: &Needs) -> Result<()> {
    execute(
        tx,
        "UPDATE eligibilities SET needs = $4
         WHERE campaign = $1 AND account = $2 AND application = $3",
        [
            by.campaign.into(),
            by.account.to_string().into(),
            by.application.into(),
            row::written(needs)?.into(),
        ],
    )
    .await?;
    Ok(())
}

/// An application that is accepted as it is submitted is edited by another submission: what it says
/// holds from then on.
pub async fn accept_anew(tx: &Tx, by: Named<'_>, submission: &str, direction: &str) -> Result<()> {
    execute(
        tx,
        "UPDATE eligibilities SET submission = $4, direction = $5
         WHERE campaign = $1 AND account = $2 AND application = $3 AND standing = 'GRANTED'",
        [
            by.campaign.into(),
            by.account.to_string().into(),
            by.application.into(),
            submission.into(),
            direction.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Ends the part that the person takes by this application; false where they take part by another, which
/// may have been heard of in this very moment.
pub async fn take_by(tx: &Tx, by: Named<'_>, now: Timestamp) -> Result<bool> {
    let only = " WHERE eligibilities.standing = 'TAKEN'
        OR eligibilities.application = excluded.application";
    take_where(tx, by, only, now).await
}

/// Ends the part that the person takes, by whatever application.
pub async fn take(tx: &Tx, by: Named<'_>, now: Timestamp) -> Result<bool> {
    take_where(tx, by, "", now).await
}

async fn take_where(tx: &Tx, by: Named<'_>, only: &str, now: Timestamp) -> Result<bool> {
    let sql = format!(
        "INSERT INTO eligibilities (campaign, account, application, standing, stage_number, changed_us)
         VALUES ($1, $2, $3, 'TAKEN', 1, $4)
         ON CONFLICT (campaign, account) DO UPDATE
         SET standing = 'TAKEN', application = excluded.application,
            changed_us = excluded.changed_us{only}"
    );
    let values = [
        by.campaign.into(),
        by.account.to_string().into(),
        by.application.into(),
        to_us(now).into(),
    ];
    let done = execute(tx, &sql, values).await?;
    Ok(done.rows_affected() == 1)
}

/// The person's number in the campaign, drawn when it is asked for first and the same ever after.
/// The eligibility is locked, or was just written in this transaction.
pub async fn number(tx: &Tx, ids: &Ids, campaign: &str, account: Uuid) -> Result<String> {
    for _ in 0..DRAWS {
        let drawn = ids.code(b"0123456789", NUMBER_LENGTH);
        execute(
            tx,
            "UPDATE eligibilities SET candidate_number = $3
             WHERE campaign = $1 AND account = $2 AND candidate_number IS NULL
                AND NOT EXISTS (SELECT 1 FROM eligibilities others
                    WHERE others.campaign = $1 AND others.candidate_number = $3)",
            [campaign.into(), account.to_string().into(), drawn.into()],
        )
        .await?;
        let known = lock(tx, campaign, account).await?;
        if let Some(number) = known.and_then(|it| it.candidate_number) {
            return Ok(number);
        }
    }
    Err(Error::Internal(anyhow!(
        "no free candidate number was drawn"
    )))
}

/// A disqualified person stays out of the campaign, whatever is heard afterwards. The eligibility was
/// just taken in this transaction.
pub async fn disqualify(tx: &Tx, campaign: &str, account: Uuid, now: Timestamp) -> Result<()> {
    execute(
        tx,
        "UPDATE eligibilities SET disqualified_us = $3
         WHERE campaign = $1 AND account = $2 AND disqualified_us IS NULL",
        [
            campaign.into(),
            account.to_string().into(),
            to_us(now).into(),
        ],
    )
    .await?;
    Ok(())
}

/// Opens a stage to everybody who advanced to it, all at once.
pub async fn open_stage(tx: &Tx, from: Uuid, number: i32, now: Timestamp) -> Result<()> {
    execute(
        tx,
        "UPDATE eligibilities SET stage_number = $2, changed_us = $3
         WHERE stage_number < $2 AND EXISTS (SELECT 1 FROM stage_results r
            WHERE r.stage = $1 AND r.outcome = 'ADVANCED' AND r.campaign = eligibilities.campaign
                AND r.account = eligibilities.account)",
        [from.to_string().into(), number.into(), to_us(now).into()],
    )
    .await?;
    Ok(())
}

/// Every number of a campaign, also of those who take no part any more.
pub async fn numbers<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<Vec<String>> {
    let sql = "SELECT candidate_number FROM eligibilities
        WHERE campaign = $1 AND candidate_number IS NOT NULL";
    let rows = query_all(on, sql, [campaign.into()]).await?;
    rows.iter()
        .map(|found| row::get(found, "candidate_number"))
        .collect()
}

pub(super) fn read(found: &QueryResult) -> Result<Eligibility> {
    Ok(Eligibility {
        campaign: row::get(found, "campaign")?,
        account: row::uuid(found, "account")?,
        standing: row::word(found, "standing", Standing::from_word)?,
        stage_number: row::get(found, "stage_number")?,
        direction: row::get::<Option<String>>(found, "direction")?.unwrap_or_default(),
        needs: row::maybe_json(found, "needs")?.unwrap_or_default(),
        candidate_number: row::get(found, "candidate_number")?,
    })
}
