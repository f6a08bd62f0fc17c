//! What acts on choices do. All rows are looked at before anything is told of them; one that is wrong stops
//! them all.

use std::collections::HashMap;

use chassis::violation::Violations;
use chassis::{Error, Result};
use jiff::Timestamp;

use super::Acting;
use super::held::{self, Held};
use super::told::{self, Told};
use crate::domain::choice::{Left, Seen};
use crate::domain::choice_act::{Acceptance, Correction, SeenChoice, reasons_of};
use crate::domain::refusal::Refusal;
use crate::domain::score_formula::ScoreFormula;
use crate::domain::specialty::{Ranking, State as SpecialtyState};
use crate::rpc::claims;
use crate::store::choice::{self, Kept};
use crate::store::{score_formula, specialty};

pub async fn acknowledge(
    acting: &Acting<'_>,
    rows: &[SeenChoice],
    wrong: Violations,
) -> Result<()> {
    let step = |kept: &mut Kept, ranking| kept.choice.acknowledge(ranking);
    let path = "acknowledge_choices.choices";
    let done = each(acting, path, rows, wrong, step).await?;
    let told = Told::prepare(acting).await?;
    for (kept, specialty, ()) in done {
        told.moved(&kept, &specialty, "").await?;
    }
    Ok(())
}

pub async fn reject(
    acting: &Acting<'_>,
    rows: &[SeenChoice],
    reason_codes: &[String],
    wrong: Violations,
) -> Result<()> {
    let step = |kept: &mut Kept, ranking| kept.choice.reject(reason_codes.to_vec(), ranking);
    let path = "reject_choices.choices";
    let done = each(acting, path, rows, wrong, step).await?;
    let told = Told::prepare(acting).await?;
    for (kept, specialty, ()) in done {
        told.moved(&kept, &specialty, reasons_of(true)).await?;
    }
    Ok(())
}

pub async fn set_aside(
    acting: &Acting<'_>,
    rows: &[SeenChoice],
    reason_code: &str,
    wrong: Violations,
) -> Result<()> {
    let step = |kept: &mut Kept, ranking| kept.choice.set_aside(reason_code.to_owned(), ranking);
    let path = "set_choices_aside.choices";
    let done = each(acting, path, rows, wrong, step).await?;
    let told = Told::prepare(acting).await?;
    for (kept, specialty, left) in done {
        told.moved(&kept, &specialty, reasons_of(false)).await?;
        if left == Left::TheCompetition {
            told::left(acting, &kept).await?;
        }
    }
    Ok(())
}

pub async fn accept(acting: &Acting<'_>, rows: &[Acceptance], wrong: Violations) -> Result<()> {
    let names = rows.iter().map(|row| row.of.choice.as_str());
    let mut held = held::hold(acting, names, wrong).await?;
    let mut formulas = HashMap::new();
    let mut done = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let path = format!("accept_choices.choices[{at}]");
        let of = (row.of.choice.as_str(), row.of.current_etag.as_str());
        let Some((mut kept, specialty)) = held.seen(acting, &path, of) else {
            continue;
        };
        let formula = formula_of(acting, &mut formulas, &specialty).await?;
        let before = kept.clone();
        let step = kept.choice.accept(row.seen.clone(), specialty.ranking);
        let field = format!("{path}.choice");
        if held.stepped(&field, &before, step)?.is_some() {
            check_marks(&mut held, &path, &row.seen, formula);
            check_benefits(acting, &mut held, &path, &kept).await?;
            done.push((kept, specialty));
        }
    }
    held.wrong.into_result()?;
    let told = Told::prepare(acting).await?;
    for (mut kept, specialty) in done {
        save(acting, &mut kept, acting.now).await?;
        told.moved(&kept, &specialty, "").await?;
        told::accepted(acting, &kept).await?;
    }
    Ok(())
}

/// The same is asked of what is put right as of what is accepted. Of two of a board who put the same choice
/// right, one has to look again.
pub async fn correct(acting: &Acting<'_>, rows: &[Correction], wrong: Violations) -> Result<()> {
    let names = rows.iter().map(|row| row.of.choice.as_str());
    let mut held = held::hold(acting, names, wrong).await?;
    let mut formulas = HashMap::new();
    let mut done = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let path = format!("correct_marks.choices[{at}]");
        let of = (row.of.choice.as_str(), row.of.current_etag.as_str());
        let Some((mut kept, specialty)) = held.seen(acting, &path, of) else {
            continue;
        };
        let before = kept.clone();
        let step = kept.choice.correct(row.seen.clone(), specialty.ranking);
        let field = format!("{path}.choice");
        if held.stepped(&field, &before, step)?.is_none() {
            continue;
        }
        if row.was != before.choice.seen() {
            // Read a moment before somebody else's act, which the etag was sent after.
            held.wrong
                .add(format!("{path}.current_etag"), "CHOICE_CHANGED");
        } else if row.was == row.seen {
            held.wrong.add(field, "NOTHING_CORRECTED");
        }
        let formula = formula_of(acting, &mut formulas, &specialty).await?;
        check_marks(&mut held, &path, &row.seen, formula);
        check_benefits(acting, &mut held, &path, &kept).await?;
        done.push((kept, specialty));
    }
    held.wrong.into_result()?;
    let told = Told::prepare(acting).await?;
    for (mut kept, specialty) in done {
        let since = kept.state_time;
        save(acting, &mut kept, since).await?;
        told.corrected(&kept, &specialty).await?;
        told::accepted(acting, &kept).await?;
    }
    Ok(())
}

/// Takes one step with each choice, and keeps them all or none.
async fn each<T>(
    acting: &Acting<'_>,
    path: &str,
    rows: &[SeenChoice],
    wrong: Violations,
    step: impl Fn(&mut Kept, Ranking) -> Result<T, Refusal>,
) -> Result<Vec<(Kept, specialty::Kept, T)>> {
    let names = rows.iter().map(|row| row.choice.as_str());
    let mut held = held::hold(acting, names, wrong).await?;
    let mut done = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let path = format!("{path}[{at}]");
        let of = (row.choice.as_str(), row.current_etag.as_str());
        let Some((mut kept, specialty)) = held.seen(acting, &path, of) else {
            continue;
        };
        let before = kept.clone();
        let stepped = step(&mut kept, specialty.ranking);
        let field = format!("{path}.choice");
        if let Some(with) = held.stepped(&field, &before, stepped)? {
            done.push((kept, specialty, with));
        }
    }
    held.wrong.into_result()?;
    for (kept, _, _) in &mut done {
        save(acting, kept, acting.now).await?;
    }
    Ok(done)
}

async fn save(acting: &Acting<'_>, kept: &mut Kept, since: Timestamp) -> Result<()> {
    match choice::save(acting.tx, kept, since).await? {
        true => Ok(()),
        false => Err(Error::InFlight),
    }
}

/// The formula by which the marks will count. A specialty that was closed accepts nobody.
async fn formula_of<'a>(
    acting: &Acting<'_>,
    known: &'a mut HashMap<String, ScoreFormula>,
    of: &specialty::Kept,
) -> Result<&'a ScoreFormula> {
    let specialty = of.name();
    if of.state == SpecialtyState::Closed {
        return Err(Refusal::SpecialtyClosed { specialty }.into());
    }
    if !known.contains_key(&of.id) {
        let newest = score_formula::list(acting.tx, &of.id, None, 1).await?;
        let newest = newest.into_iter().next();
        let newest = newest.ok_or_else(|| Refusal::FormulaMissing {
            specialty: specialty.clone(),
        })?;
        known.insert(of.id.clone(), newest.formula);
    }
    known
        .get(&of.id)
        .ok_or_else(|| Refusal::FormulaMissing { specialty }.into())
}

fn check_marks(held: &mut Held, path: &str, seen: &Seen, formula: &ScoreFormula) {
    for lacking in formula.lacking(&seen.marks) {
        let subjects = [("subjects", lacking.any_of.join(", "))];
        let field = format!("{path}.marks");
        held.wrong.add_with(field, "MARK_MISSING", subjects);
    }
}

/// Nobody is given a benefit that they did not ask for and prove.
async fn check_benefits(
    acting: &Acting<'_>,
    held: &mut Held,
    path: &str,
    kept: &Kept,
) -> Result<()> {
    let given = &kept.choice.quota_categories;
    if given.is_empty() {
        return Ok(());
    }
    let Acting { ctx, tx, .. } = *acting;
    let claimed = claims::of(ctx, tx, &kept.application, &kept.submission).await?;
    for (at, code) in given.iter().enumerate() {
        if !claimed.contains(code) {
            let field = format!("{path}.quota_categories[{at}]");
            held.wrong.add(field, "QUOTA_NOT_PROVEN");
        }
    }
    Ok(())
}
