//! What acts on sittings of exams do.

use std::collections::HashMap;

use chassis::violation::Violations;
use chassis::{Error, Result};

use super::Acting;
use super::held;
use super::told::{self, Appointed, Told};
use crate::domain::choice::State;
use crate::domain::exam_sitting::{
    Appointment, ExamSitting, Grade, Grades, Outcome, TimeAndPlace, asked,
};
use crate::domain::refusal::Refusal;
use crate::domain::specialty::must_be_changeable;
use crate::rpc::etag;
use crate::store::exam_sitting::{self, Entry, Kept, New};
use crate::store::{campaign, choice, score_formula, specialty};

pub async fn appoint(
    acting: &Acting<'_>,
    appointment: &Appointment,
    mut wrong: Violations,
) -> Result<()> {
    let Acting { tx, bin, now, .. } = *acting;
    let of = hold_specialty(acting, &appointment.specialty).await?;
    let newest = score_formula::list(tx, &of.id, None, 1).await?;
    let formula = newest.first().ok_or_else(|| Refusal::FormulaMissing {
        specialty: of.name(),
    })?;
    let exam = appointment.exam.as_str();
    if wrong.iter().all(|it| it.field != "appoint_exam.exam")
        && !asked(&of.specialty, &formula.formula).contains(exam)
    {
        wrong.add("appoint_exam.exam", "EXAM_NOT_ASKED");
    }
    let choices = choices_for(acting, appointment, &of, wrong).await?;

    let sitting = ExamSitting {
        specialty: of.id.clone(),
        exam: exam.to_owned(),
        start: appointment.at.start_time,
        address: appointment.at.address.clone(),
        grades: Grades::None,
    };
    let id = acting.content.object_id();
    let new = New {
        id,
        bin,
        sitting: &sitting,
        now,
    };
    let ids: Vec<_> = choices.iter().map(|kept| kept.id.clone()).collect();
    if !exam_sitting::insert(tx, &new).await?
        || !exam_sitting::insert_entries(tx, id, exam, &ids).await?
    {
        return Err(Error::InFlight);
    }
    tell(acting, &of, &sitting, &choices, Appointed::First).await
}

/// Accepted choices of the specialty without an appointment for the exam.
async fn choices_for(
    acting: &Acting<'_>,
    appointment: &Appointment,
    of: &specialty::Kept,
    wrong: Violations,
) -> Result<Vec<choice::Kept>> {
    let names = appointment.choices.iter().map(String::as_str);
    let mut held = held::hold(acting, names, wrong).await?;
    let mut found = Vec::new();
    for (at, name) in appointment.choices.iter().enumerate() {
        let field = format!("appoint_exam.choices[{at}]");
        let Some((kept, _)) = held.own(acting, &field, name) else {
            continue;
        };
        if kept.choice.specialty != of.id {
            held.wrong.add(field, "CHOICE_OF_OTHER_SPECIALTY");
        } else if kept.choice.state != State::Accepted {
            held.folder_wrong(&field, &kept);
        } else {
            found.push((field, kept));
        }
    }
    let ids: Vec<_> = found.iter().map(|(_, kept)| kept.id.clone()).collect();
    for appointed in choice::exams(acting.tx, &ids).await? {
        let is_sat = |(_, kept): &&(String, choice::Kept)| kept.id == appointed.choice;
        if appointed.exam == appointment.exam
            && let Some((field, _)) = found.iter().find(is_sat)
        {
            held.wrong.add(field, "EXAM_APPOINTED");
        }
    }
    held.wrong.into_result()?;
    Ok(found.into_iter().map(|(_, kept)| kept).collect())
}

pub async fn move_to(acting: &Acting<'_>, at: &TimeAndPlace) -> Result<()> {
    let (of, mut kept) = lock_own(acting).await?;
    kept.sitting.move_to(&acting.content.object, at)?;
    etag::must_be_current(
        &acting.content.object_etag,
        kept.version,
        &acting.content.object,
    )?;
    if !exam_sitting::save(acting.tx, &mut kept).await? {
        return Err(Error::InFlight);
    }
    let entries = exam_sitting::entries(acting.tx, &kept.id).await?;
    let ids: Vec<_> = entries.into_iter().map(|entry| entry.choice).collect();
    // Who left the competition meanwhile is not called to its exam.
    let mut choices = choice::find_all(acting.tx, &ids).await?;
    choices.retain(|kept| kept.choice.state == State::Accepted);
    tell(acting, &of, &kept.sitting, &choices, Appointed::Moved).await
}

pub async fn grade(acting: &Acting<'_>, rows: &[Grade], wrong: Violations) -> Result<()> {
    let Acting { tx, now, .. } = *acting;
    let object = &acting.content.object;
    let seen = find_own(acting).await?;
    let of = hold_specialty(acting, &seen.specialty_name()).await?;
    let names = rows.iter().map(|row| row.choice.as_str());
    let mut held = held::hold(acting, names, wrong).await?;
    let found = exam_sitting::lock(tx, &seen.id).await?;
    let kept = found.ok_or_else(|| Error::NotFound(object.clone()))?;
    etag::must_be_current(&acting.content.object_etag, kept.version, object)?;

    let entries = exam_sitting::entries(tx, &kept.id).await?;
    let entries: HashMap<_, _> = entries
        .into_iter()
        .map(|entry| (entry.choice.clone(), entry))
        .collect();
    let mut graded = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let field = format!("grade_exam.rows[{at}].choice");
        let Some((choice, _)) = held.own(acting, &field, &row.choice) else {
            continue;
        };
        match entries.get(&choice.id) {
            None => drop(held.wrong.add(field, "EXAM_NOT_APPOINTED")),
            Some(Entry {
                outcome: Some(_), ..
            }) => drop(held.wrong.add(field, "POINTS_GIVEN")),
            Some(_) if choice.choice.state != State::Accepted => {
                held.folder_wrong(&field, &choice);
            }
            Some(_) => graded.push((choice, row.outcome)),
        }
    }
    held.wrong.into_result()?;
    let told = Told::prepare(acting).await?;
    let zone = zone(acting, &of).await?;
    for (choice, outcome) in graded {
        if !exam_sitting::grade(tx, &kept.id, &choice.id, outcome, now).await? {
            return Err(Error::InFlight);
        }
        match outcome {
            Outcome::Points(_) => {
                told::graded(acting, &choice, &kept.sitting.exam, outcome).await?;
            }
            // Whether it keeps the choice out of the ranking says the formula by which it is ranked.
            Outcome::Absent => told.missed(&choice, &of, &kept.sitting, &zone).await?,
        }
    }
    exam_sitting::mark_graded(tx, &kept.id).await
}

async fn tell(
    acting: &Acting<'_>,
    of: &specialty::Kept,
    sitting: &ExamSitting,
    choices: &[choice::Kept],
    appointed: Appointed,
) -> Result<()> {
    let zone = zone(acting, of).await?;
    let told = Told::prepare(acting).await?;
    for kept in choices {
        told.appointed(kept, of, sitting, (&zone, appointed))
            .await?;
    }
    Ok(())
}

/// The zone of the clocks of a campaign.
async fn zone(acting: &Acting<'_>, of: &specialty::Kept) -> Result<String> {
    let id = of.specialty.campaign.rsplit('/').next().unwrap_or_default();
    let campaign = campaign::find(acting.tx, id).await?;
    let zone = campaign.map(|kept| kept.campaign.time_zone);
    Ok(zone.unwrap_or_default())
}

/// The college's own specialty, held and still to be changed.
async fn hold_specialty(acting: &Acting<'_>, name: &str) -> Result<specialty::Kept> {
    let id = name.rsplit('/').next().unwrap_or_default();
    let found = specialty::hold(acting.tx, id).await?;
    let own = found.filter(|kept| kept.bin == acting.bin);
    let kept = own.ok_or_else(|| Error::NotFound(name.to_owned()))?;
    must_be_changeable(name, kept.state, kept.ranking)?;
    Ok(kept)
}

async fn find_own(acting: &Acting<'_>) -> Result<Kept> {
    let found = exam_sitting::find(acting.tx, acting.content.object_id()).await?;
    found
        .filter(|kept| kept.bin == acting.bin)
        .ok_or_else(|| Error::NotFound(acting.content.object.clone()))
}

/// The college's own sitting, locked after its specialty.
async fn lock_own(acting: &Acting<'_>) -> Result<(specialty::Kept, Kept)> {
    let seen = find_own(acting).await?;
    let of = hold_specialty(acting, &seen.specialty_name()).await?;
    let found = exam_sitting::lock(acting.tx, &seen.id).await?;
    let kept = found.ok_or_else(|| Error::NotFound(acting.content.object.clone()))?;
    Ok((of, kept))
}
