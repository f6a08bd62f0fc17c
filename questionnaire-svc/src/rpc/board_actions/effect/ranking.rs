//! What the end of a specialty's competition does: it is ranked as it stands.

use std::collections::{HashMap, HashSet};

use chassis::clock::to_pb;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::events::v1::SpecialtyRankingStarted;

use super::told::{self, Told};
use super::{Acting, specialty as own};
use crate::domain::choice_act::MOST_ACCEPTED;
use crate::domain::exam_sitting::{Outcome, needed};
use crate::domain::refusal::Refusal;
use crate::domain::score_formula::ScoreFormula;
use crate::rpc::{score_formulas, specialties};
use crate::store::choice::Marked;
use crate::store::{choice, exam_sitting, score_formula, specialty};

/// Choices without a mark are named, as many as one act puts right.
const MOST_NAMED: usize = MOST_ACCEPTED;

/// Under the lock of the specialty nobody applies for it, decides about a choice of it or takes one back,
/// so what is counted stays so.
pub async fn start(acting: &Acting<'_>) -> Result<()> {
    let Acting { tx, bin, now, .. } = *acting;
    let mut kept = own::lock_own(tx, bin, acting.content).await?;
    let specialty = kept.name();
    let newest = score_formula::list(tx, &kept.id, None, 1).await?;
    let formula = newest.first().ok_or_else(|| Refusal::FormulaMissing {
        specialty: specialty.clone(),
    })?;
    own::must_fit_exams(&kept, formula)?;
    let count = choice::count_open(tx, &kept.id).await?;
    if count > 0 {
        return Err(Refusal::ChoicesOpen { specialty, count }.into());
    }
    let needed: Vec<_> = needed(&kept.specialty, &formula.formula)
        .into_iter()
        .collect();
    let count = exam_sitting::count_open(tx, &kept.id, &needed).await?;
    if count > 0 {
        return Err(Refusal::ExamsOpen { specialty, count }.into());
    }
    let absent = exam_sitting::absent(tx, &kept.id, &needed).await?;
    let mut ranked = choice::marks(tx, &kept.id).await?;
    let left_out: HashSet<_> = absent.iter().map(|(id, _)| id).collect();
    ranked.retain(|it| !left_out.contains(&it.id));
    must_have_marks(&ranked, &formula.formula, &specialty)?;
    if !specialty::start_ranking(tx, &mut kept, now).await? {
        return Err(Error::InFlight);
    }
    let competing = choice::count_ever_accepted(tx, &kept.id).await?;
    let corrections = choice::count_corrections(tx, &kept.id).await?;
    let graded = exam_sitting::count_graded(tx, &kept.id).await?;
    tell_absent(acting, &absent).await?;
    let told = Told::prepare(acting).await?;
    let exams = usize::try_from(graded)
        .unwrap_or(usize::MAX)
        .saturating_add(absent.len());
    let event = SpecialtyRankingStarted {
        specialty: Some(specialties::message::of(&kept)),
        specialty_title: Some(told.specialty_title(&kept)),
        college_title: Some(told.college()),
        score_formula: Some(score_formulas::message::of(formula)),
        board_action: acting.content.board_action.clone(),
        start_time: Some(to_pb(now)),
        competing_choices: i32::try_from(competing).unwrap_or(i32::MAX),
        corrections: i32::try_from(corrections).unwrap_or(i32::MAX),
        graded_exams: i32::try_from(exams).unwrap_or(i32::MAX),
    };
    told::publish(acting, &specialty, &event).await
}

/// Who did not come to an exam that everybody needs is not ranked. It is told now: before, another formula could
/// have been approved.
async fn tell_absent(acting: &Acting<'_>, absent: &[(String, String)]) -> Result<()> {
    let ids: Vec<_> = absent.iter().map(|(id, _)| id.clone()).collect();
    let choices = choice::find_all(acting.tx, &ids).await?;
    let choices: HashMap<_, _> = choices.iter().map(|kept| (&kept.id, kept)).collect();
    for (id, exam) in absent {
        if let Some(kept) = choices.get(id) {
            told::graded(acting, kept, exam, Outcome::Absent).await?;
        }
    }
    Ok(())
}

/// Whoever lacks a mark that the formula counts could not be ranked, and nobody could enter it any more. The
/// formula may be a later one than that by which people were accepted.
fn must_have_marks(
    ranked: &[Marked],
    formula: &ScoreFormula,
    specialty: &str,
) -> Result<(), Refusal> {
    let (mut count, mut choices) = (0, Violations::new());
    for one in ranked {
        let lacking = formula.lacking(&one.marks);
        if lacking.is_empty() {
            continue;
        }
        count += 1;
        if count <= MOST_NAMED {
            let subjects = lacking.iter().map(|it| it.any_of.join(" / "));
            let subjects = subjects.collect::<Vec<_>>().join(", ");
            choices.add_with(&one.name, "MARK_MISSING", [("subjects", subjects)]);
        }
    }
    match count {
        0 => Ok(()),
        _ => Err(Refusal::MarksMissing {
            specialty: specialty.to_owned(),
            count,
            choices,
        }),
    }
}
