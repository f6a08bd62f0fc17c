//! Problems, checks and experience as messages, with sentences in the language of the call.

use std::collections::BTreeMap;

use chassis::error::explain;
use proto::questionnaire::v1 as pb;

use super::wire::{sentence, to_date};
use crate::domain::dictionary::Dictionaries;
use crate::domain::experience::{Experience, Interval};
use crate::domain::frozen::FrozenCheck;
use crate::domain::readiness::SectionProblem;

pub fn problem(problem: &SectionProblem) -> pb::SectionProblem {
    let violation = &problem.violation;
    pb::SectionProblem {
        section: problem.section.clone(),
        field: violation.field.clone(),
        reason: violation.reason.to_owned(),
        message: explain(violation.reason, &violation.args),
    }
}

pub fn check(check: &FrozenCheck, dictionaries: &Dictionaries) -> pb::EligibilityCheck {
    let rule = format!("ELIGIBILITY_RULE_{}", check.rule);
    let outcome = format!("ELIGIBILITY_OUTCOME_{}", check.outcome);
    pb::EligibilityCheck {
        rule: pb::EligibilityRule::from_str_name(&rule)
            .unwrap_or_default()
            .into(),
        outcome: pb::EligibilityOutcome::from_str_name(&outcome)
            .unwrap_or_default()
            .into(),
        explanation: sentence(&check.explanation, &told(&check.facts, dictionaries)),
        facts: check.facts.clone(),
    }
}

/// Codes of dictionaries are facts for programs; people read labels.
fn told(facts: &BTreeMap<String, String>, known: &Dictionaries) -> BTreeMap<String, String> {
    let label = |name: &str, value: &String| {
        let levels = known.find("education-levels");
        let entry = levels
            .filter(|_| name == "level")
            .and_then(|levels| levels.entry(value));
        entry.map(|entry| entry.labels.get(chassis::error::language()).to_owned())
    };
    facts
        .iter()
        .map(|(name, value)| {
            (
                name.clone(),
                label(name, value).unwrap_or_else(|| value.clone()),
            )
        })
        .collect()
}

pub fn experience(experience: &Experience) -> pb::Experience {
    let interval = |interval: &Interval| pb::DateInterval {
        start_date: Some(to_date(interval.first)),
        end_date: Some(to_date(interval.last)),
    };
    pb::Experience {
        years: experience.years,
        months: experience.months,
        days: experience.days,
        total_days: experience.total_days,
        gaps: experience.gaps.iter().map(interval).collect(),
        overlaps: experience.overlaps.iter().map(interval).collect(),
    }
}
