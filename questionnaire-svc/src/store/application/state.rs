//! The state of an application ⇄ its columns.

use chassis::Result;
use jiff::Timestamp;
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};

use super::super::{json_if_any, time_if_any, unexpected, write_json};
use crate::domain::application::{
    Answer, AnswerKind, Application, Correction, CorrectionItem, CorrectionKind, DecisionReason,
    State, Wish,
};

/// What a state writes. A time that is not of this state leaves its column as it was.
pub(super) struct Columns {
    pub state: &'static str,
    pub submit_time: Option<Timestamp>,
    pub decide_time: Option<Timestamp>,
    pub end_time: Option<Timestamp>,
    pub correction: Option<String>,
    pub reasons: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct CorrectionColumn {
    items: Vec<ItemColumn>,
    ask_time: Timestamp,
    due_time: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct ItemColumn {
    section: String,
    kind: KindColumn,
    note: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum KindColumn {
    Incorrect,
    Incomplete,
    Outdated,
}

#[derive(Serialize, Deserialize)]
struct ReasonColumn {
    code: String,
    note: String,
}

/// The correction that the applicant asked for last; at most one of the answers is there.
#[derive(Serialize, Deserialize)]
struct WishColumn {
    sections: Vec<String>,
    note: String,
    ask_time: Timestamp,
    granted: Option<Timestamp>,
    declined: Option<Timestamp>,
}

pub(super) fn write(state: &State) -> Result<Columns> {
    let mut columns = Columns {
        state: state.code(),
        submit_time: state.submit_time(),
        decide_time: None,
        end_time: None,
        correction: None,
        reasons: None,
    };
    match state {
        State::Draft | State::Submitted { .. } | State::InReview { .. } => {}
        State::CorrectionRequested { correction, .. } => {
            columns.correction = Some(write_json(&correction_column(correction))?);
        }
        State::Accepted { decide_time, .. } => columns.decide_time = Some(*decide_time),
        State::Rejected {
            decide_time,
            reasons,
            ..
        } => {
            columns.decide_time = Some(*decide_time);
            let column = |reason: &DecisionReason| ReasonColumn {
                code: reason.code.clone(),
                note: reason.note.clone(),
            };
            let reasons: Vec<_> = reasons.iter().map(column).collect();
            columns.reasons = Some(write_json(&reasons)?);
        }
        State::Withdrawn {
            withdraw_time: time,
        }
        | State::Expired { expire_time: time }
        | State::Disqualified {
            disqualify_time: time,
            ..
        }
        | State::Erroneous {
            set_aside_time: time,
            ..
        } => columns.end_time = Some(*time),
    }
    Ok(columns)
}

pub(super) fn read(row: &QueryResult) -> Result<State> {
    let at = |column: &str| -> Result<Timestamp> {
        time_if_any(row, column)?.ok_or_else(|| unexpected("state without its time"))
    };
    let state: String = row.try_get("", "state")?;
    Ok(match state.as_str() {
        "DRAFT" => State::Draft,
        "SUBMITTED" => State::Submitted {
            submit_time: at("submit_us")?,
        },
        "IN_REVIEW" => State::InReview {
            submit_time: at("submit_us")?,
        },
        "CORRECTION_REQUESTED" => State::CorrectionRequested {
            submit_time: at("submit_us")?,
            correction: correction(row)?,
        },
        "ACCEPTED" => State::Accepted {
            submit_time: at("submit_us")?,
            decide_time: at("decide_us")?,
        },
        "REJECTED" => State::Rejected {
            submit_time: at("submit_us")?,
            decide_time: at("decide_us")?,
            reasons: reasons(row)?,
        },
        "WITHDRAWN" => State::Withdrawn {
            withdraw_time: at("end_us")?,
        },
        "EXPIRED" => State::Expired {
            expire_time: at("end_us")?,
        },
        "DISQUALIFIED" => State::Disqualified {
            disqualify_time: at("end_us")?,
            reason: end_reason(row)?,
        },
        "ERRONEOUS" => State::Erroneous {
            set_aside_time: at("end_us")?,
            reason: end_reason(row)?,
        },
        _ => return Err(unexpected("state of an application")),
    })
}

fn end_reason(row: &QueryResult) -> Result<String> {
    let reason: Option<String> = row.try_get("", "end_reason")?;
    Ok(reason.unwrap_or_default())
}

pub(super) fn write_wish(application: &Application) -> Result<Option<String>> {
    let column = |wish: &Wish| WishColumn {
        sections: wish.sections.clone(),
        note: wish.note.clone(),
        ask_time: wish.ask_time,
        granted: answered(wish, AnswerKind::Granted),
        declined: answered(wish, AnswerKind::Declined),
    };
    let column = application.wish.as_ref().map(column);
    column.as_ref().map(write_json).transpose()
}

fn answered(wish: &Wish, kind: AnswerKind) -> Option<Timestamp> {
    let answer = wish.answer.filter(|answer| answer.kind == kind);
    answer.map(|answer| answer.time)
}

pub(super) fn read_wish(row: &QueryResult) -> Result<Option<Wish>> {
    let column: Option<WishColumn> = json_if_any(row, "wish")?;
    let answer = |kind| move |time| Answer { kind, time };
    Ok(column.map(|column| Wish {
        sections: column.sections,
        note: column.note,
        ask_time: column.ask_time,
        answer: column
            .granted
            .map(answer(AnswerKind::Granted))
            .or(column.declined.map(answer(AnswerKind::Declined))),
    }))
}

fn correction_column(correction: &Correction) -> CorrectionColumn {
    let item = |item: &CorrectionItem| ItemColumn {
        section: item.section.clone(),
        kind: match item.kind {
            CorrectionKind::Incorrect => KindColumn::Incorrect,
            CorrectionKind::Incomplete => KindColumn::Incomplete,
            CorrectionKind::Outdated => KindColumn::Outdated,
        },
        note: item.note.clone(),
    };
    CorrectionColumn {
        items: correction.items.iter().map(item).collect(),
        ask_time: correction.ask_time,
        due_time: correction.due_time,
    }
}

fn correction(row: &QueryResult) -> Result<Correction> {
    let column: Option<CorrectionColumn> = json_if_any(row, "correction")?;
    let column = column.ok_or_else(|| unexpected("correction without items"))?;
    let item = |item: ItemColumn| CorrectionItem {
        section: item.section,
        kind: match item.kind {
            KindColumn::Incorrect => CorrectionKind::Incorrect,
            KindColumn::Incomplete => CorrectionKind::Incomplete,
            KindColumn::Outdated => CorrectionKind::Outdated,
        },
        note: item.note,
    };
    Ok(Correction {
        items: column.items.into_iter().map(item).collect(),
        ask_time: column.ask_time,
        due_time: column.due_time,
    })
}

fn reasons(row: &QueryResult) -> Result<Vec<DecisionReason>> {
    let reasons: Option<Vec<ReasonColumn>> = json_if_any(row, "reasons")?;
    let reason = |reason: ReasonColumn| DecisionReason {
        code: reason.code,
        note: reason.note,
    };
    Ok(reasons
        .unwrap_or_default()
        .into_iter()
        .map(reason)
        .collect())
}
