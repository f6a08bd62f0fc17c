//! Memberships in the database: the index refuses a second one of a person in a campaign.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::narrowed::Narrowed;
use super::{one_row, row};
use crate::domain::membership::{EndReason, Membership, State};

const SELECT: &str =
    "SELECT id, campaign, account, candidate_number, direction, start_date, end_date,
    state, end_reason, ended_us, version FROM memberships";

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid) -> Result<Option<Membership>> {
    let sql = format!("{SELECT} WHERE id = $1");
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Membership>> {
    let sql = format!("{SELECT} WHERE id = $1{}", for_update(tx));
    let found = query_one(tx, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// The membership of a person from a campaign, locked.
pub async fn lock_of(tx: &Tx, campaign: &str, account: Uuid) -> Result<Option<Membership>> {
    let sql = format!(
        "{SELECT} WHERE campaign = $1 AND account = $2{}",
        for_update(tx)
    );
    let key = [campaign.into(), account.to_string().into()];
    let found = query_one(tx, &sql, key).await?;
    found.as_ref().map(read).transpose()
}

/// False where the person is a member from this campaign already.
pub async fn insert(tx: &Tx, member: &Membership) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO memberships (id, campaign, account, candidate_number, direction, start_date,
            end_date, state, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (campaign, account) DO NOTHING",
        [
            member.id.to_string().into(),
            member.campaign.as_str().into(),
            member.account.to_string().into(),
            member.candidate_number.as_str().into(),
            member.direction.as_str().into(),
            member.start.to_string().into(),
            member.end.to_string().into(),
            member.state.as_str().into(),
            member.version.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a locked membership.
pub async fn finish(tx: &Tx, member: &Membership, note: &str) -> Result<()> {
    let done = execute(
        tx,
        "UPDATE memberships SET state = $3, end_reason = $4, end_note = $5, ended_us = $6,
            version = version + 1
         WHERE id = $1 AND version = $2 AND state = 'ACTIVE'",
        [
            member.id.to_string().into(),
            member.version.into(),
            member.state.as_str().into(),
            member.end_reason.map(EndReason::as_str).into(),
            note.into(),
            member.ended.map(to_us).into(),
        ],
    )
    .await?;
    one_row(&done)
}

/// What a list is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub account: Option<Uuid>,
    pub campaign: Option<String>,
    pub state: Option<State>,
}

/// Newest first; the state is that of this day, written down or not.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter,
    before: Option<Uuid>,
    limit: u64,
    day: Date,
) -> Result<Vec<Membership>> {
    let state = "CASE WHEN state = 'ACTIVE' AND end_date < $1 THEN 'EXPIRED' ELSE state END =";
    let all = format!("{SELECT} WHERE $1 <> ''");
    let rows = Narrowed::new(all, vec![day.to_string().into()])
        .by("account =", filter.account.map(|id| id.to_string()))
        .by("campaign =", filter.campaign.clone())
        .by(state, filter.state.map(|it| it.as_str().to_owned()))
        .by("id <", before.map(|id| id.to_string()))
        .rows(on, "id DESC", limit)
        .await?;
    rows.iter().map(read).collect()
}

/// Writes down which memberships' last day has passed; tells their names.
pub async fn expire(tx: &Tx, day: Date, limit: u64) -> Result<Vec<Membership>> {
    let sql = format!(
        "UPDATE memberships SET state = 'EXPIRED', version = version + 1
         WHERE state = 'ACTIVE' AND id IN (SELECT id FROM memberships
            WHERE state = 'ACTIVE' AND end_date < $1 ORDER BY id LIMIT {limit})
         RETURNING id, campaign, account, candidate_number, direction, start_date, end_date, state,
            end_reason, ended_us, version"
    );
    let rows = query_all(tx, &sql, [day.to_string().into()]).await?;
    rows.iter().map(read).collect()
}

fn read(found: &QueryResult) -> Result<Membership> {
    Ok(Membership {
        id: row::uuid(found, "id")?,
        campaign: row::get(found, "campaign")?,
        account: row::uuid(found, "account")?,
        candidate_number: row::get(found, "candidate_number")?,
        direction: row::get(found, "direction")?,
        start: row::date(found, "start_date")?,
        end: row::date(found, "end_date")?,
        state: row::word(found, "state", State::from_word)?,
        end_reason: row::maybe_word(found, "end_reason", EndReason::from_word)?,
        ended: row::maybe_time(found, "ended_us")?,
        version: row::get(found, "version")?,
    })
}
