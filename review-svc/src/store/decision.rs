//! Decisions: written once, read with their task. There is no statement here that changes one.

use chassis::clock::{from_us, to_us};
use chassis::database::{Tx, execute};
use chassis::error::{Error, Result};
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};

use crate::domain::decision::{CorrectionItem, CorrectionKind, Decision, Reason};
use crate::domain::task::Decided;

/// The columns of a decision beside a task `t`; all empty where there is none.
pub const COLUMNS: &str = "d.outcome, d.expert AS decide_expert, d.decide_us, d.reasons, d.items, \
                           d.correction_due_us";

#[derive(Serialize, Deserialize)]
struct ReasonColumn {
    code: String,
    note: String,
}

#[derive(Serialize, Deserialize)]
struct ItemColumn {
    section: String,
    kind: String,
    note: String,
}

/// An opinion or a decision that waits, beside its task: it is no row of its own before it counts.
#[derive(Serialize, Deserialize)]
struct DecidedColumn {
    outcome: String,
    expert: String,
    decide_us: i64,
    reasons: Vec<ReasonColumn>,
    items: Vec<ItemColumn>,
    correction_due_us: Option<i64>,
}

pub fn to_column(decided: &Decided) -> Result<String> {
    let (reasons, items, correction_due_us) = parts(&decided.decision);
    to_json(&DecidedColumn {
        outcome: decided.decision.outcome().to_owned(),
        expert: decided.expert.clone(),
        decide_us: to_us(decided.decide_time),
        reasons,
        items,
        correction_due_us,
    })
}

pub fn from_column(row: &QueryResult, column: &str) -> Result<Option<Decided>> {
    let Some(text) = row.try_get::<Option<String>>("", column)? else {
        return Ok(None);
    };
    let read: DecidedColumn =
        serde_json::from_str(&text).map_err(|error| Error::Internal(error.into()))?;
    let decision = assembled(
        &read.outcome,
        read.reasons,
        read.items,
        read.correction_due_us,
    )?;
    Ok(Some(Decided {
        decision,
        expert: read.expert,
        decide_time: from_us(read.decide_us),
    }))
}

/// Writes the decision of a task; a second one fails on the primary key.
pub async fn insert(tx: &Tx, task: &str, decided: &Decided) -> Result<()> {
    let (reasons, items, correction_due) = parts(&decided.decision);
    let sql =
        "INSERT INTO decision (task, outcome, expert, decide_us, reasons, items, correction_due_us)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = [
        task.into(),
        decided.decision.outcome().into(),
        decided.expert.as_str().into(),
        to_us(decided.decide_time).into(),
        to_json(&reasons)?.into(),
        to_json(&items)?.into(),
        correction_due.into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}

/// The decision in a row with [`COLUMNS`].
pub fn read(row: &QueryResult) -> Result<Option<Decided>> {
    let Some(outcome) = row.try_get::<Option<String>>("", "outcome")? else {
        return Ok(None);
    };
    let (reasons, items) = (from_json(row, "reasons")?, from_json(row, "items")?);
    let decision = assembled(
        &outcome,
        reasons,
        items,
        row.try_get("", "correction_due_us")?,
    )?;
    Ok(Some(Decided {
        decision,
        expert: row.try_get("", "decide_expert")?,
        decide_time: from_us(row.try_get("", "decide_us")?),
    }))
}

type Parts = (Vec<ReasonColumn>, Vec<ItemColumn>, Option<i64>);

fn parts(decision: &Decision) -> Parts {
    match decision {
        Decision::Accept => (Vec::new(), Vec::new(), None),
        Decision::Reject { reasons } => (reasons.iter().map(reason_column).collect(), vec![], None),
        Decision::RequestCorrection {
            items,
            correction_due_time,
        } => {
            let items = items.iter().map(item_column).collect();
            (Vec::new(), items, Some(to_us(*correction_due_time)))
        }
    }
}

fn assembled(
    outcome: &str,
    reasons: Vec<ReasonColumn>,
    items: Vec<ItemColumn>,
    correction_due_us: Option<i64>,
) -> Result<Decision> {
    Ok(match (outcome, correction_due_us) {
        ("ACCEPTED", _) => Decision::Accept,
        ("REJECTED", _) => {
            let reason = |column: ReasonColumn| Reason {
                code: column.code,
                note: column.note,
            };
            Decision::Reject {
                reasons: reasons.into_iter().map(reason).collect(),
            }
        }
        ("CORRECTION_REQUESTED", Some(due)) => Decision::RequestCorrection {
            items: items.into_iter().map(item).collect::<Result<_>>()?,
            correction_due_time: from_us(due),
        },
        (other, _) => return Err(unreadable(other)),
    })
}

fn reason_column(reason: &Reason) -> ReasonColumn {
    ReasonColumn {
        code: reason.code.clone(),
        note: reason.note.clone(),
    }
}

fn item_column(item: &CorrectionItem) -> ItemColumn {
    ItemColumn {
        section: item.section.clone(),
        kind: item.kind.code().to_owned(),
        note: item.note.clone(),
    }
}

fn item(column: ItemColumn) -> Result<CorrectionItem> {
    let kind = CorrectionKind::ALL
        .into_iter()
        .find(|kind| kind.code() == column.kind);
    Ok(CorrectionItem {
        kind: kind.ok_or_else(|| unreadable(&column.kind))?,
        section: column.section,
        note: column.note,
    })
}

fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal(error.into()))
}

fn from_json<T: serde::de::DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T> {
    let text: String = row.try_get("", column)?;
    serde_json::from_str(&text).map_err(|error| Error::Internal(error.into()))
}

fn unreadable(word: &str) -> Error {
    Error::Internal(anyhow::anyhow!("a decision says {word:?}"))
}
