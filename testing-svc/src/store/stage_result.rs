//! Results of stages, read: what is published, and for the desk what is still to be.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{one_row, row};
use crate::domain::certificate::terms::BySubject;
use crate::domain::participant::Came;
use crate::domain::score::Score;
use crate::domain::stage_result::{Published, StageResult};

/// Published ones: with the session they were sat in, or with the stage.
const PUBLISHED: &str = "SELECT r.id, r.stage, g.number, g.last_stage, r.campaign, r.account,
        r.candidate_number, r.direction, r.score, r.absent, r.updated_us, r.outcome, r.competes_in,
        r.cut_score, r.place, r.competitors, r.advancing, r.appeal_delta, r.by_appeal,
        COALESCE(r.published_us, p.published_us) AS published_us,
        CASE WHEN r.published_us IS NULL THEN p.appeal_until_us ELSE r.appeal_until_us END
            AS appeal_until_us,
        r.subjects, r.subject_deltas, g.certificate_terms,
        r.certificate_due_us
     FROM stage_results r JOIN stages g ON g.id = r.stage
     LEFT JOIN stage_publications p ON p.stage = r.stage";

/// Imported ones that are not published.
const DRAFTS: &str = "SELECT sc.result AS id, sc.stage, g.number, g.last_stage, g.campaign,
        sc.account, e.candidate_number, COALESCE(e.direction, '') AS direction, sc.score, sc.absent,
        sc.updated_us, CAST(NULL AS TEXT) AS outcome, '' AS competes_in,
        CAST(NULL AS BIGINT) AS cut_score, 0 AS place, 0 AS competitors, 0 AS advancing,
        CAST(0 AS BIGINT) AS appeal_delta, FALSE AS by_appeal, CAST(NULL AS BIGINT) AS published_us,
        CAST(NULL AS BIGINT) AS appeal_until_us, sc.subjects, CAST(NULL AS TEXT) AS subject_deltas,
        g.certificate_terms, CAST(NULL AS BIGINT) AS certificate_due_us
     FROM stage_scores sc JOIN stages g ON g.id = sc.stage
     JOIN eligibilities e ON e.campaign = g.campaign AND e.account = sc.account
     WHERE g.published_us IS NULL AND e.candidate_number IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM stage_results r WHERE r.id = sc.result)";

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    Published,
    /// Also what is not published yet.
    All,
}

fn select(seen: Seen) -> String {
    let drafts = match seen {
        Seen::Published => String::new(),
        Seen::All => format!(" UNION ALL {DRAFTS}"),
    };
    format!("SELECT * FROM ({PUBLISHED}{drafts}) AS one")
}

pub async fn find<C: ConnectionTrait>(on: &C, id: Uuid, seen: Seen) -> Result<Option<StageResult>> {
    let sql = format!("{} WHERE id = $1", select(seen));
    let found = query_one(on, &sql, [id.to_string().into()]).await?;
    found.as_ref().map(read).transpose()
}

/// A published result, locked until the transaction ends.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<StageResult>> {
    let sql = format!(
        "SELECT id FROM stage_results WHERE id = $1{}",
        for_update(tx)
    );
    query_one(tx, &sql, [id.to_string().into()]).await?;
    find(tx, id, Seen::Published).await
}

/// What a list is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub campaign: String,
    pub stage: Option<Uuid>,
    pub account: Option<Uuid>,
    pub direction: Option<String>,
    pub came: Option<Came>,
}

/// In the order of stages, then of candidates' numbers.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    seen: Seen,
    filter: &Filter,
    after: Option<(i32, String)>,
    limit: u64,
) -> Result<Vec<StageResult>> {
    let mut sql = format!("{} WHERE campaign = $1", select(seen));
    let mut values: Vec<Value> = vec![filter.campaign.as_str().into()];
    let mut narrow = |condition: &str, value: Option<String>| {
        if let Some(value) = value {
            values.push(value.into());
            sql += &format!(" AND {condition} ${}", values.len());
        }
    };
    narrow("stage =", filter.stage.map(|id| id.to_string()));
    narrow("account =", filter.account.map(|id| id.to_string()));
    narrow("direction =", filter.direction.clone());
    narrow("outcome =", filter.came.map(|it| it.as_str().to_owned()));
    if let Some((number, candidate)) = after {
        values.push(number.into());
        values.push(candidate.into());
        let last = values.len();
        sql += &format!(" AND (number, candidate_number) > (${}, ${last})", last - 1);
    }
    sql += &format!(" ORDER BY number, candidate_number LIMIT {limit}");
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(read).collect()
}

/// The published list of a stage: who advanced and still takes part, by number.
pub async fn admitted<C: ConnectionTrait>(
    on: &C,
    stage: Uuid,
    direction: &str,
    after: &str,
    limit: u64,
) -> Result<Vec<StageResult>> {
    let sql = format!(
        "{PUBLISHED} JOIN eligibilities e ON e.campaign = r.campaign AND e.account = r.account
         WHERE r.stage = $1 AND r.outcome = 'ADVANCED' AND e.standing = 'GRANTED'
            AND r.candidate_number > $2 AND ($3 = '' OR r.direction = $3)
         ORDER BY r.candidate_number LIMIT {limit}"
    );
    let values = [stage.to_string().into(), after.into(), direction.into()];
    let rows = query_all(on, &sql, values).await?;
    rows.iter().map(read).collect()
}

/// What an appeal changes.
pub struct Raise<'a> {
    pub delta: Score,
    pub subjects: &'a BySubject,
    pub advances: bool,
    /// Since when a certificate is waited for because of it.
    pub certificate_due: Option<Timestamp>,
}

/// What an appeal changes of a locked result: the total, and where it now reaches the cut, that its
/// person advances. Nothing else of a published result ever changes.
pub async fn raise(tx: &Tx, id: Uuid, by: &Raise<'_>) -> Result<()> {
    let done = execute(
        tx,
        "UPDATE stage_results SET appeal_delta = $2, subject_deltas = $4,
            certificate_due_us = COALESCE($5, certificate_due_us),
            by_appeal = CASE WHEN $3 THEN TRUE ELSE by_appeal END,
            outcome = CASE WHEN $3 THEN 'ADVANCED' ELSE outcome END
         WHERE id = $1",
        [
            id.to_string().into(),
            by.delta.0.into(),
            by.advances.into(),
            row::by_subject(by.subjects),
            by.certificate_due.map(to_us).into(),
        ],
    )
    .await?;
    one_row(&done)
}

/// A published result of which its person is to be told.
#[derive(Debug, Clone)]
pub struct Untold {
    pub id: Uuid,
    pub stage: Uuid,
    pub account: Uuid,
    pub direction: String,
    pub came: Came,
    /// As it was published: what an appeal changed is told by itself.
    pub score: Option<Score>,
    pub by_appeal: bool,
    pub published: Option<Timestamp>,
}

/// Takes some of which nobody was told: whoever takes them tells them, and nobody else does.
pub async fn take_untold(tx: &Tx, limit: u64) -> Result<Vec<Untold>> {
    let skip = match for_update(tx) {
        "" => "",
        _ => " FOR UPDATE SKIP LOCKED",
    };
    let sql = format!(
        "UPDATE stage_results SET told = TRUE WHERE told = FALSE AND id IN
            (SELECT id FROM stage_results WHERE told = FALSE ORDER BY id LIMIT {limit}{skip})
         RETURNING id, stage, account, direction, outcome, score, by_appeal, published_us"
    );
    let rows = query_all(tx, &sql, []).await?;
    let untold = |found: &QueryResult| {
        Ok(Untold {
            id: row::uuid(found, "id")?,
            stage: row::uuid(found, "stage")?,
            account: row::uuid(found, "account")?,
            direction: row::get(found, "direction")?,
            came: row::word(found, "outcome", Came::from_word)?,
            score: row::maybe_score(found, "score")?,
            by_appeal: row::get(found, "by_appeal")?,
            published: row::maybe_time(found, "published_us")?,
        })
    };
    rows.iter().map(untold).collect()
}

fn read(found: &QueryResult) -> Result<StageResult> {
    let published = match row::maybe_time(found, "published_us")? {
        None => None,
        Some(time) => Some(Published {
            time,
            came: row::word(found, "outcome", Came::from_word)?,
            competes_in: row::get(found, "competes_in")?,
            cut: row::maybe_score(found, "cut_score")?,
            rank: row::get(found, "place")?,
            competitors: row::get(found, "competitors")?,
            advancing: row::get(found, "advancing")?,
            delta: Score(row::get(found, "appeal_delta")?),
            deltas: row::maybe_json(found, "subject_deltas")?.unwrap_or_default(),
            by_appeal: row::get(found, "by_appeal")?,
            appeals_until: row::maybe_time(found, "appeal_until_us")?,
            certificate_due: row::maybe_time(found, "certificate_due_us")?,
        }),
    };
    Ok(StageResult {
        id: row::uuid(found, "id")?,
        stage: row::uuid(found, "stage")?,
        stage_number: row::get(found, "number")?,
        last_stage: row::get(found, "last_stage")?,
        campaign: row::get(found, "campaign")?,
        account: row::uuid(found, "account")?,
        candidate_number: row::get(found, "candidate_number")?,
        direction: row::get(found, "direction")?,
        score: row::maybe_score(found, "score")?,
        subjects: row::maybe_json(found, "subjects")?.unwrap_or_default(),
        terms: row::maybe_json(found, "certificate_terms")?,
        absent: row::get(found, "absent")?,
        updated: row::maybe_time(found, "updated_us")?,
        published,
    })
}
