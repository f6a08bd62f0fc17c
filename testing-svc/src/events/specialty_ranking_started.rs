//! Taken: a college closed the competition of a specialty. With its formula and its places it can be
//! ranked from now on; some of those who compete may be known only later.

use std::sync::Arc;

use anyhow::anyhow;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::clock::from_pb;
use chassis::{Error, Result, name};
use proto::events::v1::SpecialtyRankingStarted;
use proto::questionnaire::v1 as pb;
use proto::wire::v1::LocalizedText;

use crate::domain::admission::specialty::{KeptPlaces, Specialty};
use crate::domain::localized::Localized;
use crate::domain::ranking::formula::{Added, Formula, Marked, Tie};
use crate::domain::ranking::points::Rounding;
use crate::{Context, store};

const NAME: &str = "testing-svc.start-ranking";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, started| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, started).await })
    })
}

async fn take(ctx: &Context, event: &Event, started: SpecialtyRankingStarted) -> Result<()> {
    let unreadable = || Error::Internal(anyhow!("an event tells of no specialty to rank"));
    let specialty = read(started).ok_or_else(unreadable)?;
    specialty.formula.check().map_err(|_| unreadable())?;
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    store::admission_specialty::start(&tx, &specialty).await?;
    Ok(ctx.db.commit(tx).await?)
}

fn read(started: SpecialtyRankingStarted) -> Option<Specialty> {
    let specialty = offered(started.specialty?, &started.score_formula?)?;
    Some(Specialty {
        title: localized(started.specialty_title),
        college_title: localized(started.college_title),
        started: Some(started.start_time.as_ref().and_then(from_pb)?),
        competing: u32::try_from(started.competing_choices).ok()?,
        corrections: u32::try_from(started.corrections).ok()?,
        graded: u32::try_from(started.graded_exams).ok()?,
        ..specialty
    })
}

/// A specialty and a version of its formula, as they are while the competition goes on.
pub fn offered(of: pb::Specialty, score_formula: &pb::ScoreFormula) -> Option<Specialty> {
    let [campaign] = name::capture::<1>("campaigns/*", &of.campaign)?;
    let [college] = name::capture::<1>("colleges/*", &of.college)?;
    let quota = |it: &pb::SpecialtyQuota| {
        Some(KeptPlaces {
            category: it.category.clone(),
            places: u32::try_from(it.places).ok()?,
        })
    };
    Some(Specialty {
        id: name::uuid("specialties/*", &of.name)?,
        campaign: campaign.to_owned(),
        college: college.to_owned(),
        places: u32::try_from(of.places).ok()?,
        quotas: of.quotas.iter().map(quota).collect::<Option<_>>()?,
        formula: formula(score_formula)?,
        title: Localized::default(),
        college_title: Localized::default(),
        started: None,
        competing: 0,
        corrections: 0,
        graded: 0,
    })
}

fn localized(text: Option<LocalizedText>) -> Localized {
    let LocalizedText { kk, ru, en } = text.unwrap_or_default();
    Localized { kk, ru, en }
}

fn formula(of: &pb::ScoreFormula) -> Option<Formula> {
    let marked = |it: &pb::CountedMark| {
        Some(Marked {
            any_of: it.any_of.clone(),
            weight: u32::try_from(it.weight).ok()?,
        })
    };
    let added = |it: &pb::AddedExam| {
        Some(Added {
            exam: it.exam.clone(),
            numerator: u32::try_from(it.numerator).ok()?,
            denominator: u32::try_from(it.denominator).ok()?,
        })
    };
    let tie = |it: &pb::TieBreak| {
        Some(match it.by.clone()? {
            pb::tie_break::By::Mark(code) => Tie::Mark(code),
            pb::tie_break::By::Exam(code) => Tie::Exam(code),
            pb::tie_break::By::Merit(code) => Tie::Merit(code),
        })
    };
    Some(Formula {
        version: u32::try_from(of.version).ok()?,
        marks: of.marks.iter().map(marked).collect::<Option<_>>()?,
        added: of.added.iter().map(added).collect::<Option<_>>()?,
        rounding: rounding(of.rounding.as_ref()?)?,
        ties: of.ties.iter().map(tie).collect::<Option<_>>()?,
    })
}

fn rounding(of: &pb::ScoreRounding) -> Option<Rounding> {
    let decimals = u32::try_from(of.decimals).ok()?;
    match of.kind() {
        pb::score_rounding::Kind::Unspecified => None,
        pb::score_rounding::Kind::Exact => Some(Rounding::Exact),
        pb::score_rounding::Kind::HalfUp => Some(Rounding::HalfUp { decimals }),
        pb::score_rounding::Kind::Down => Some(Rounding::Down { decimals }),
    }
}
