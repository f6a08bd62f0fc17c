//! Review policies: a row per version, the newest in force.

use chassis::clock::{from_us, to_us};
use chassis::database::{Tx, execute, query_one};
use chassis::error::Result;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use crate::config::Config;
use crate::domain::opinion::{Publication, SecondOpinion};
use crate::domain::policy::{ReviewPolicy, SectionMarks};

/// The policy of a campaign, and since when; that of the settings where it has none of its own.
pub async fn of<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    config: &Config,
) -> Result<(ReviewPolicy, Option<Timestamp>)> {
    let sql = "SELECT version, working_days, claims_per_expert, second_opinion_percent,
            second_opinion_on_rejection, publication, near_due_hours, escalate_after_hours,
            section_marks, update_us
         FROM review_policy WHERE campaign = $1 ORDER BY version DESC LIMIT 1";
    match query_one(on, sql, [campaign.into()]).await? {
        Some(row) => {
            let since = from_us(row.try_get("", "update_us")?);
            Ok((read(&row)?, Some(since)))
        }
        None => Ok((config.policy(), None)),
    }
}

/// False where somebody else's version of this number was faster.
pub async fn insert(
    tx: &Tx,
    campaign: &str,
    policy: &ReviewPolicy,
    now: Timestamp,
) -> Result<bool> {
    let sql = "INSERT INTO review_policy (campaign, version, working_days, claims_per_expert,
            second_opinion_percent, second_opinion_on_rejection, publication, near_due_hours,
            escalate_after_hours, section_marks, update_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
    let values = [
        campaign.into(),
        number(policy.version).into(),
        number(policy.working_days).into(),
        number(policy.claims_per_expert).into(),
        number(policy.second_opinion_percent).into(),
        (policy.rejections == SecondOpinion::Needed).into(),
        match policy.publication {
            Publication::Immediate => "IMMEDIATE",
            Publication::Together => "TOGETHER",
        }
        .into(),
        number(policy.near_due_hours).into(),
        number(policy.escalate_after_hours).into(),
        match policy.section_marks {
            SectionMarks::Required => "REQUIRED",
            SectionMarks::Optional => "OPTIONAL",
        }
        .into(),
        to_us(now).into(),
    ];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}

fn read(row: &QueryResult) -> Result<ReviewPolicy> {
    let count = |column: &str| -> Result<u32> {
        Ok(u32::try_from(row.try_get::<i32>("", column)?).unwrap_or(0))
    };
    let publication: String = row.try_get("", "publication")?;
    let marks: String = row.try_get("", "section_marks")?;
    Ok(ReviewPolicy {
        version: count("version")?,
        working_days: count("working_days")?,
        claims_per_expert: count("claims_per_expert")?,
        second_opinion_percent: count("second_opinion_percent")?,
        rejections: match row.try_get("", "second_opinion_on_rejection")? {
            true => SecondOpinion::Needed,
            false => SecondOpinion::NotNeeded,
        },
        publication: match publication.as_str() {
            "TOGETHER" => Publication::Together,
            _ => Publication::Immediate,
        },
        near_due_hours: count("near_due_hours")?,
        escalate_after_hours: count("escalate_after_hours")?,
        section_marks: match marks.as_str() {
            "OPTIONAL" => SectionMarks::Optional,
            _ => SectionMarks::Required,
        },
    })
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
