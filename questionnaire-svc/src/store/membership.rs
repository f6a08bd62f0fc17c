//! Rows of memberships: who is in the Reserve, as testing-svc tells.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::unexpected;

pub struct Membership<'a> {
    /// The id, without `memberships/`.
    pub id: &'a str,
    /// The id, without `campaigns/`.
    pub campaign: &'a str,
    pub account: Uuid,
    pub start: Date,
    pub end: Date,
}

/// Notes that it ended before its last day, whether or not its start was heard of.
pub async fn end(tx: &Tx, membership: &Membership<'_>, at: Timestamp) -> Result<()> {
    save(tx, membership).await?;
    let sql = "UPDATE membership SET ended_us = $2 WHERE id = $1";
    execute(tx, sql, [membership.id.into(), to_us(at).into()]).await?;
    Ok(())
}

/// Notes a membership; told again, the last days told hold. One that ended stays so.
pub async fn save(tx: &Tx, membership: &Membership<'_>) -> Result<()> {
    execute(
        tx,
        "INSERT INTO membership (id, campaign, account, start_day, end_day)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (id) DO UPDATE SET start_day = excluded.start_day, end_day = excluded.end_day",
        [
            membership.id.into(),
            membership.campaign.into(),
            membership.account.to_string().into(),
            membership.start.to_string().into(),
            membership.end.to_string().into(),
        ],
    )
    .await?;
    Ok(())
}

/// The last day of the membership of this programme that still runs on this day, or is to begin; one that
/// was ended runs no more.
pub async fn runs_until<C: ConnectionTrait>(
    on: &C,
    account: Uuid,
    programme: &str,
    day: Date,
) -> Result<Option<Date>> {
    let sql = "SELECT MAX(m.end_day) AS end_day FROM membership m
               JOIN campaign c ON c.id = m.campaign
               WHERE m.account = $1 AND m.end_day >= $2 AND m.ended_us IS NULL AND c.programme = $3";
    let values = [
        account.to_string().into(),
        day.to_string().into(),
        programme.into(),
    ];
    let row = query_one(on, sql, values).await?;
    let end: Option<String> = match row {
        Some(row) => row.try_get("", "end_day")?,
        None => None,
    };
    end.map(|end| end.parse().map_err(|_| unexpected("day")))
        .transpose()
}
