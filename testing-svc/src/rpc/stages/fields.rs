//! The fields of a stage that people set, read. What is not said is as usual.

use std::ops::RangeInclusive;

use chassis::violation::Violations;
use jiff::SignedDuration;
use proto::testing::v1 as pb;

use super::{rule, terms};
use crate::domain::localized::Localized;
use crate::domain::stage::{Place, Sat, Selection, Terms, launch_url};
use crate::rpc::parse;

/// Moves of one booking at most.
const MOST_CHANGES: i32 = 100;
/// Years of one membership at most.
const MOST_YEARS: i32 = 20;
/// Characters of a note on permits at most, in each language.
const LONGEST_NOTE: usize = 1000;
const DAY: i64 = 24 * 60;

pub struct Fields {
    pub title: Localized,
    pub launch_url: Option<String>,
    pub terms: Terms,
    pub selection: Selection,
    pub permit_note: Option<Localized>,
}

/// What is wrong is noted; then the fields are of no use.
pub fn read(violations: &mut Violations, stage: &pb::Stage) -> Fields {
    Fields {
        title: parse::localized(violations, "stage.title", stage.title.clone()),
        launch_url: violations.take("stage.launch_url", launch_url(&stage.launch_url)),
        terms: booking_terms(violations, stage),
        selection: selection(violations, stage),
        permit_note: permit_note(violations, stage),
    }
}

fn permit_note(violations: &mut Violations, stage: &pb::Stage) -> Option<Localized> {
    let (field, note) = ("stage.permit_note", stage.permit_note.clone());
    note.map(|note| parse::localized_within(violations, field, Some(note), LONGEST_NOTE))
}

fn minutes(from: i64, to: i64) -> RangeInclusive<SignedDuration> {
    SignedDuration::from_mins(from)..=SignedDuration::from_mins(to)
}

fn booking_terms(violations: &mut Violations, stage: &pb::Stage) -> Terms {
    let usual = Terms::default();
    let max_changes = stage.max_changes.unwrap_or(usual.max_changes);
    if !(0..=MOST_CHANGES).contains(&max_changes) {
        violations.add("stage.max_changes", "OUT_OF_RANGE");
    }
    let mut length =
        |field, length, usual, bounds| parse::length(violations, field, length, usual, bounds);
    Terms {
        hold: length(
            "stage.hold_duration",
            stage.hold_duration,
            usual.hold,
            minutes(1, DAY),
        ),
        change_notice: length(
            "stage.change_notice",
            stage.change_notice,
            usual.change_notice,
            minutes(0, 60 * DAY),
        ),
        max_changes,
        early_start: length(
            "stage.early_start",
            stage.early_start,
            usual.early_start,
            minutes(0, DAY),
        ),
        late_start: length(
            "stage.late_start",
            stage.late_start,
            usual.late_start,
            minutes(1, DAY),
        ),
    }
}

fn selection(violations: &mut Violations, stage: &pb::Stage) -> Selection {
    let usual = Selection::default();
    let scale = stage.score_scale.as_ref();
    let scale = scale.and_then(|scale| rule::scale(violations, scale));
    let of = stage.advance_rule.as_ref();
    let rule = of.and_then(|of| rule::read(violations, of, stage.number, scale.as_ref()));
    let given = stage.certificate_terms.as_ref();
    let terms = given.and_then(|given| terms::read(violations, given, scale.as_ref()));
    let years = stage.membership_years.unwrap_or(3);
    if !(1..=MOST_YEARS).contains(&years) {
        violations.add("stage.membership_years", "OUT_OF_RANGE");
    }
    Selection {
        rule,
        scale,
        appeal_term: parse::length(
            violations,
            "stage.appeal_term",
            stage.appeal_term,
            usual.appeal_term,
            minutes(0, 90 * DAY),
        ),
        sat: if stage.without_sitting {
            Sat::Never
        } else {
            Sat::Booked
        },
        place: if stage.last_stage {
            Place::Last
        } else {
            Place::More
        },
        membership_years: i16::try_from(years).unwrap_or(usual.membership_years),
        terms,
    }
}
