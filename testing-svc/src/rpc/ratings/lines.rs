//! Everybody of a specialty by rank, with what came of it: the best first, then those who can't be ranked.

use std::collections::HashMap;

use chassis::Result;
use proto::testing::v1 as pb;

use super::{Shown, whole};
use crate::domain::admission::competitor::{choice_name, rating};
use crate::domain::admission::outcome::shown;
use crate::domain::admission::specialty::Specialty;
use crate::domain::ranking::rating::{Behind, Ranked};
use crate::domain::ranking::reckoning::{Counted, Missing};
use crate::rpc::enums;
use crate::store::competitor::Line as Kept;
use crate::{Context, store};

/// A line of a rating: somebody with a claim, or with all that is missing for one.
pub struct Line {
    pub kept: Kept,
    pub claim: std::result::Result<Ranked, Vec<Missing>>,
}

/// All lines, of one moment.
pub async fn lines(ctx: &Context, specialty: &Specialty) -> Result<Vec<Line>> {
    let db = ctx.db.read();
    let run = store::allocation_run::seen(db, &specialty.campaign, ctx.clock.now()).await?;
    let kept = store::competitor::lines(db, specialty.id, run).await?;
    let competitors: Vec<_> = kept.iter().map(|it| it.competitor.clone()).collect();
    let rating = rating(&specialty.formula, &competitors);
    let mut by_number: HashMap<String, Kept> = kept
        .into_iter()
        .map(|it| (it.competitor.number.clone(), it))
        .collect();
    let ranked = rating.ranked.into_iter().map(Ok);
    let unranked = rating.unranked.into_iter().map(Err);
    let line = |claim: std::result::Result<Ranked, (String, Vec<Missing>)>| match claim {
        Ok(ranked) => Some(Line {
            kept: by_number.remove(&ranked.number)?,
            claim: Ok(ranked),
        }),
        Err((number, missing)) => Some(Line {
            kept: by_number.remove(&number)?,
            claim: Err(missing),
        }),
    };
    Ok(ranked.chain(unranked).filter_map(line).collect())
}

impl Line {
    /// Where it stands: those without a rank come after all others.
    pub fn place(&self) -> (u32, &str) {
        let rank = self.claim.as_ref().map_or(u32::MAX, |it| it.rank);
        (rank, &self.kept.competitor.number)
    }

    pub fn written(&self, campaign: &str, what: Shown) -> pb::RatingLine {
        let (own, kept) = (&self.kept.competitor, &self.kept);
        let line = pb::RatingLine {
            application_number: own.number.clone(),
            preference: whole(own.preference),
            choice: match what {
                Shown::Choices => choice_name(campaign, own.application, own.choice),
                Shown::Numbers => String::new(),
            },
            quota_categories: own.rights.iter().cloned().collect(),
            outcome: kept
                .outcome
                .map_or(0, |it| enums::choice_outcome(it).into()),
            offer_state: kept
                .offer
                .map_or(0, |it| enums::admission_offer_state(it).into()),
            ..pb::RatingLine::default()
        };
        match &self.claim {
            Err(missing) => pb::RatingLine {
                missing: missing.iter().map(written_missing).collect(),
                ..line
            },
            Ok(ranked) => {
                use pb::rating_line::Behind as Wire;
                let (behind, tie) = match ranked.behind {
                    Behind::Nobody => (Wire::Nobody, 0),
                    Behind::Points => (Wire::Points, 0),
                    Behind::Tie(at) => (Wire::Tie, i32::try_from(at + 1).unwrap_or(i32::MAX)),
                    Behind::Equal => (Wire::Equal, 0),
                };
                let points = ranked.reckoning.points;
                pb::RatingLine {
                    rank: whole(ranked.rank),
                    score: points.shown(4),
                    shown_score: shown(points.score()),
                    marks: ranked.reckoning.marks.iter().map(written_score).collect(),
                    added: ranked.reckoning.added.iter().map(written_score).collect(),
                    behind: behind.into(),
                    tie,
                    ..line
                }
            }
        }
    }
}

fn written_score(it: &Counted) -> pb::CountedScore {
    pb::CountedScore {
        code: it.code.clone(),
        score: it.score.written(),
        numerator: i64::try_from(it.numerator).unwrap_or(i64::MAX),
        denominator: i64::try_from(it.denominator).unwrap_or(i64::MAX),
    }
}

fn written_missing(it: &Missing) -> pb::MissingScore {
    match it {
        Missing::Mark(any_of) => pb::MissingScore {
            any_of: any_of.clone(),
            exam: String::new(),
        },
        Missing::Exam(exam) => pb::MissingScore {
            any_of: Vec::new(),
            exam: exam.clone(),
        },
    }
}
