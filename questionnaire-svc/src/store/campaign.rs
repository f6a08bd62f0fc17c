//! Rows of campaigns.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::Timestamp;
use jiff::civil::Date;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};

use super::{for_share, json, time, unexpected, write_json};
use crate::domain::attempt::Allowance;
use crate::domain::board_opening;
use crate::domain::campaign::{
    Acceptance, AfterRejection, AgeReference, Campaign, CertificateReference, Demand, Rules, State,
    Window,
};
use crate::domain::language::LanguageLevel;

/// A campaign with what only the row knows.
#[derive(Debug, Clone)]
pub struct Kept {
    pub id: String,
    pub campaign: Campaign,
    pub update_time: Timestamp,
    pub version: i64,
}

/// Which campaigns a list shows.
pub struct Filter<'a> {
    /// Empty for every programme.
    pub programme: &'a str,
    pub state: Option<State>,
    pub now: Timestamp,
}

/// The rules as they are written in the column.
#[derive(Serialize, Deserialize)]
struct RulesColumn {
    max_age_years: Option<i32>,
    age_reference: AgeReferenceColumn,
    min_experience_days: Option<i32>,
    min_language_level: Option<String>,
    citizenship: bool,
    higher_education: bool,
    correction_working_days: i32,
    /// Only where applications are accepted on submission. Rows of before have none.
    #[serde(default)]
    edit_until_hours: Option<i32>,
    #[serde(default)]
    decided_by_boards: bool,
    /// Only where boards decide. Rows of before have none.
    #[serde(default)]
    board_openings: Option<i32>,
    /// Only where attempts are counted.
    #[serde(default)]
    attempts: Option<Allowance>,
    #[serde(default)]
    another_after_rejection: bool,
    #[serde(default)]
    certificate_valid_at_close: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum AgeReferenceColumn {
    Registration,
    Submission,
    Date(Date),
}

/// False where the id is taken.
pub async fn insert(tx: &Tx, id: &str, campaign: &Campaign, now: Timestamp) -> Result<bool> {
    let inserted = execute(
        tx,
        "INSERT INTO campaign (id, programme, title, open_us, close_us, time_zone, rules, places,
            form_revision, declarations, directions, kinds, created_us, updated_us, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12, $13, $11, $11, 1)
         ON CONFLICT DO NOTHING",
        [
            id.into(),
            campaign.programme.as_str().into(),
            write_json(&campaign.title)?.into(),
            to_us(campaign.window.open).into(),
            to_us(campaign.window.close).into(),
            campaign.time_zone.as_str().into(),
            write_json(&column(&campaign.rules))?.into(),
            campaign.places.into(),
            campaign.form_revision.as_str().into(),
            write_json(&campaign.declarations)?.into(),
            to_us(now).into(),
            write_json(&campaign.directions)?.into(),
            write_json(&campaign.kinds)?.into(),
        ],
    )
    .await?;
    if inserted.rows_affected() != 1 {
        return Ok(false);
    }
    keep_version(tx, id).await?;
    Ok(true)
}

/// Keeps the new values of what was locked as the next version. False where somebody was faster.
pub async fn save(tx: &Tx, kept: &mut Kept, now: Timestamp) -> Result<bool> {
    let campaign = &kept.campaign;
    let saved = execute(
        tx,
        "UPDATE campaign SET title = $3, open_us = $4, close_us = $5, time_zone = $6, rules = $7,
            places = $8, form_revision = $9, declarations = $10, directions = $11,
            updated_us = $12, kinds = $13, version = version + 1
         WHERE id = $1 AND version = $2",
        [
            kept.id.as_str().into(),
            kept.version.into(),
            write_json(&campaign.title)?.into(),
            to_us(campaign.window.open).into(),
            to_us(campaign.window.close).into(),
            campaign.time_zone.as_str().into(),
            write_json(&column(&campaign.rules))?.into(),
            campaign.places.into(),
            campaign.form_revision.as_str().into(),
            write_json(&campaign.declarations)?.into(),
            write_json(&campaign.directions)?.into(),
            to_us(now).into(),
            write_json(&campaign.kinds)?.into(),
        ],
    )
    .await?;
    if saved.rows_affected() != 1 {
        return Ok(false);
    }
    kept.version += 1;
    kept.update_time = now;
    keep_version(tx, &kept.id).await?;
    Ok(true)
}

/// Copies the campaign as it is into its versions.
async fn keep_version(tx: &Tx, id: &str) -> Result<()> {
    let columns = "id, programme, title, open_us, close_us, time_zone, rules, places,
                   form_revision, declarations, directions, kinds, created_us, updated_us, version";
    let sql = format!(
        "INSERT INTO campaign_version ({columns}) SELECT {columns} FROM campaign WHERE id = $1"
    );
    execute(tx, &sql, [id.into()]).await?;
    Ok(())
}

/// The campaign as it was in a version.
pub async fn find_version<C: ConnectionTrait>(
    on: &C,
    id: &str,
    version: i64,
) -> Result<Option<Kept>> {
    let sql = "SELECT * FROM campaign_version WHERE id = $1 AND version = $2";
    let row = query_one(on, sql, [id.into(), version.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// The versions before the one seen last, newest first.
pub async fn versions<C: ConnectionTrait>(
    on: &C,
    id: &str,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let sql = "SELECT * FROM campaign_version WHERE id = $1 AND version < $2
               ORDER BY version DESC LIMIT $3";
    let values = [
        id.into(),
        before.unwrap_or(i64::MAX).into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    query_all(on, sql, values).await?.iter().map(read).collect()
}

/// Finds it and holds it until the transaction ends, for a change of it.
pub async fn lock(tx: &Tx, id: &str) -> Result<Option<Kept>> {
    let sql = format!("SELECT * FROM campaign WHERE id = $1{}", for_update(tx));
    let row = query_one(tx, &sql, [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Finds it and holds it as it is, beside others who do the same: it does not change under an
/// application that is opened or submitted.
pub async fn hold(tx: &Tx, id: &str) -> Result<Option<Kept>> {
    let sql = format!("SELECT * FROM campaign WHERE id = $1{}", for_share(tx));
    let row = query_one(tx, &sql, [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

pub async fn find<C: ConnectionTrait>(on: &C, id: &str) -> Result<Option<Kept>> {
    let row = query_one(on, "SELECT * FROM campaign WHERE id = $1", [id.into()]).await?;
    row.as_ref().map(read).transpose()
}

/// The one that opens last first, after the key of the last one seen.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    filter: &Filter<'_>,
    after: Option<(i64, String)>,
    limit: u64,
) -> Result<Vec<Kept>> {
    let in_state = match filter.state {
        None => "$2 = $2",
        Some(State::Scheduled) => "open_us > $2",
        Some(State::Open) => "open_us <= $2 AND close_us > $2",
        Some(State::Closed) => "close_us <= $2",
    };
    let sql = format!(
        "SELECT * FROM campaign WHERE ($1 = '' OR programme = $1) AND {in_state}
         AND (open_us < $3 OR (open_us = $3 AND id < $4)) ORDER BY open_us DESC, id DESC LIMIT $5"
    );
    let (open_us, id) = after.unwrap_or((i64::MAX, String::new()));
    let values = [
        filter.programme.into(),
        to_us(filter.now).into(),
        open_us.into(),
        id.into(),
        i64::try_from(limit).unwrap_or(i64::MAX).into(),
    ];
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

fn read(row: &QueryResult) -> Result<Kept> {
    let id: String = row.try_get("", "id")?;
    let campaign = Campaign {
        name: format!("campaigns/{id}"),
        programme: row.try_get("", "programme")?,
        title: json(row, "title")?,
        window: Window {
            open: time(row, "open_us")?,
            close: time(row, "close_us")?,
        },
        time_zone: row.try_get("", "time_zone")?,
        rules: rules(json(row, "rules")?)?,
        places: row.try_get("", "places")?,
        form_revision: row.try_get("", "form_revision")?,
        declarations: json(row, "declarations")?,
        directions: json(row, "directions")?,
        kinds: json(row, "kinds")?,
    };
    Ok(Kept {
        id,
        campaign,
        update_time: time(row, "updated_us")?,
        version: row.try_get("", "version")?,
    })
}

fn column(rules: &Rules) -> RulesColumn {
    RulesColumn {
        max_age_years: rules.max_age_years,
        age_reference: match rules.age_reference {
            AgeReference::Registration => AgeReferenceColumn::Registration,
            AgeReference::Submission => AgeReferenceColumn::Submission,
            AgeReference::Date(date) => AgeReferenceColumn::Date(date),
        },
        min_experience_days: rules.min_experience_days,
        min_language_level: rules
            .min_language_level
            .map(|level| level.code().to_owned()),
        citizenship: rules.citizenship == Demand::Asked,
        higher_education: rules.higher_education == Demand::Asked,
        correction_working_days: rules.correction_working_days,
        edit_until_hours: match rules.acceptance {
            Acceptance::ByExpert | Acceptance::ByBoards { .. } => None,
            Acceptance::OnSubmission { edit_until_hours } => Some(edit_until_hours),
        },
        decided_by_boards: rules.board_openings().is_some(),
        board_openings: rules.board_openings(),
        attempts: rules.attempts,
        another_after_rejection: rules.after_rejection == AfterRejection::Another,
        certificate_valid_at_close: rules.certificate_reference == CertificateReference::Close,
    }
}

fn rules(column: RulesColumn) -> Result<Rules> {
    let demand = |asked| {
        if asked {
            Demand::Asked
        } else {
            Demand::NotAsked
        }
    };
    let level = |code: String| {
        LanguageLevel::from_code(&code).ok_or_else(|| unexpected("level of the language"))
    };
    Ok(Rules {
        max_age_years: column.max_age_years,
        age_reference: match column.age_reference {
            AgeReferenceColumn::Registration => AgeReference::Registration,
            AgeReferenceColumn::Submission => AgeReference::Submission,
            AgeReferenceColumn::Date(date) => AgeReference::Date(date),
        },
        min_experience_days: column.min_experience_days,
        min_language_level: column.min_language_level.map(level).transpose()?,
        citizenship: demand(column.citizenship),
        higher_education: demand(column.higher_education),
        correction_working_days: column.correction_working_days,
        acceptance: match column.edit_until_hours {
            None if column.decided_by_boards => Acceptance::ByBoards {
                openings: column.board_openings.unwrap_or(board_opening::USUAL),
            },
            None => Acceptance::ByExpert,
            Some(edit_until_hours) => Acceptance::OnSubmission { edit_until_hours },
        },
        attempts: column.attempts,
        after_rejection: match column.another_after_rejection {
            true => AfterRejection::Another,
            false => AfterRejection::Final,
        },
        certificate_reference: match column.certificate_valid_at_close {
            true => CertificateReference::Close,
            false => CertificateReference::Submission,
        },
    })
}
