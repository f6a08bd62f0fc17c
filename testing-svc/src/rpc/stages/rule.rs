//! Who goes on from a stage and which scores there are: read from the wire and written to it.

use std::collections::{BTreeMap, BTreeSet};

use chassis::violation::Violations;
use proto::testing::v1 as pb;
use proto::testing::v1::advance_rule as wire;

use crate::domain::cut::{Places, Rule, Scope, Ties};
use crate::domain::eligibility::LONGEST_DIRECTION;
use crate::domain::score::{MOST_DECIMALS, Scale, Score};
use crate::rpc::parse;

const MOST_PLACES: i32 = 100_000;
const MOST_DENOMINATOR: i32 = 1_000_000;
/// Directions and stages that one rule can name.
const MOST_NAMED: usize = 100;

const FIELD: &str = "stage.advance_rule";

fn scope(value: wire::Scope) -> Option<Scope> {
    match value {
        wire::Scope::Direction => Some(Scope::Direction),
        wire::Scope::All => Some(Scope::All),
        wire::Scope::Unspecified => None,
    }
}

/// The rule of the stage with this number; none where something is wrong, which is noted.
pub fn read(
    violations: &mut Violations,
    rule: &pb::AdvanceRule,
    number: i32,
    scale: Option<&Scale>,
) -> Option<Rule> {
    let scope = parse::word(violations, &format!("{FIELD}.scope"), rule.scope, scope);
    let places = match &rule.places {
        None => {
            violations.add(format!("{FIELD}.places"), "REQUIRED");
            None
        }
        Some(wire::Places::Share(share)) => violations.take(&format!("{FIELD}.share"), part(share)),
        Some(wire::Places::Number(number)) => numbered(violations, number, scope),
        Some(wire::Places::Threshold(text)) => {
            let score = match scale {
                Some(scale) => scale.read(text),
                None => Score::parse(text),
            };
            let score = violations.take(&format!("{FIELD}.threshold"), score);
            score.map(Places::Threshold)
        }
    };
    let ties = ties(violations, rule, number);
    Some(Rule {
        places: places?,
        scope: scope?,
        ties: ties?,
    })
}

pub fn part(share: &pb::Share) -> Result<Places, &'static str> {
    let (numerator, denominator) = (share.numerator, share.denominator);
    if !(1..=MOST_DENOMINATOR).contains(&denominator) || !(1..=denominator).contains(&numerator) {
        return Err("SHARE_IMPOSSIBLE");
    }
    Ok(Places::Share {
        numerator: numerator.unsigned_abs(),
        denominator: denominator.unsigned_abs(),
    })
}

fn numbered(
    violations: &mut Violations,
    number: &pb::Number,
    scope: Option<Scope>,
) -> Option<Places> {
    let field = format!("{FIELD}.number");
    let before = violations.iter().count();
    let places = count(violations, &format!("{field}.places"), number.places);
    if number.quotas.len() > MOST_NAMED {
        let most = [("max", MOST_NAMED.to_string())];
        violations.add_with(format!("{field}.quotas"), "TOO_MANY", most);
    }
    // Where all compete with all no direction has places of its own.
    if scope == Some(Scope::All) && !number.quotas.is_empty() {
        violations.add(format!("{field}.quotas"), "UNKNOWN_FIELD");
    }
    let mut quotas = BTreeMap::new();
    for (at, quota) in number.quotas.iter().take(MOST_NAMED).enumerate() {
        let own = format!("{field}.quotas[{at}]");
        let named = format!("{own}.direction");
        let direction = violations.text(&named, &quota.direction, LONGEST_DIRECTION);
        let places = count(violations, &format!("{own}.places"), quota.places);
        if quotas.insert(direction, places).is_some() {
            violations.add(named, "DIRECTION_TWICE");
        }
    }
    (violations.iter().count() == before).then_some(Places::Number { places, quotas })
}

fn count(violations: &mut Violations, field: &str, places: i32) -> u32 {
    if !(0..=MOST_PLACES).contains(&places) {
        violations.add(field, "OUT_OF_RANGE");
    }
    places.unsigned_abs()
}

fn ties(violations: &mut Violations, rule: &pb::AdvanceRule, number: i32) -> Option<Ties> {
    let policy = |value: wire::TiePolicy| match value {
        wire::TiePolicy::Unspecified => None,
        policy => Some(policy),
    };
    let field = format!("{FIELD}.tie_policy");
    let policy = parse::word(violations, &field, rule.tie_policy, policy)?;
    let field = format!("{FIELD}.tie_break_stages");
    let stages = &rule.tie_break_stages;
    if policy == wire::TiePolicy::Include {
        if !stages.is_empty() {
            violations.add(field, "UNKNOWN_FIELD");
        }
        return Some(Ties::Include);
    }
    let mut seen = BTreeSet::new();
    for (at, stage) in stages.iter().enumerate() {
        if !(1..number).contains(stage) || !seen.insert(*stage) {
            violations.add(format!("{field}[{at}]"), "STAGE_NOT_EARLIER");
        }
    }
    Some(Ties::Break(stages.clone()))
}

/// The scale; none where something is wrong, which is noted.
pub fn scale(violations: &mut Violations, scale: &pb::ScoreScale) -> Option<Scale> {
    let field = |name: &str| format!("stage.score_scale.{name}");
    let decimals = u32::try_from(scale.decimals).ok();
    let decimals = decimals.filter(|it| *it <= MOST_DECIMALS);
    let decimals = violations.take(&field("decimals"), decimals.ok_or("OUT_OF_RANGE"));
    let step = 10_i64.pow(MOST_DECIMALS - decimals.unwrap_or(MOST_DECIMALS));
    let mut bound = |name: &str, text: &str| {
        let score = Score::parse(text).and_then(|score| match score.0 % step {
            0 => Ok(score),
            _ => Err("TOO_MANY_DECIMALS"),
        });
        violations.take(&field(name), score)
    };
    let (lowest, highest) = (
        bound("lowest", &scale.lowest),
        bound("highest", &scale.highest),
    );
    let (lowest, highest) = (lowest?, highest?);
    if lowest >= highest {
        violations.add(field("highest"), "SCALE_BACKWARDS");
        return None;
    }
    Some(Scale {
        lowest,
        highest,
        decimals: decimals?,
    })
}

pub fn written(rule: &Rule) -> pb::AdvanceRule {
    let number = |places: u32| i32::try_from(places).unwrap_or(i32::MAX);
    let places = match &rule.places {
        Places::Share {
            numerator,
            denominator,
        } => wire::Places::Share(pb::Share {
            numerator: number(*numerator),
            denominator: number(*denominator),
        }),
        Places::Number { places, quotas } => wire::Places::Number(pb::Number {
            places: number(*places),
            quotas: quotas
                .iter()
                .map(|(direction, places)| pb::DirectionQuota {
                    direction: direction.clone(),
                    places: number(*places),
                })
                .collect(),
        }),
        Places::Threshold(score) => wire::Places::Threshold(score.written()),
    };
    let (policy, stages) = match &rule.ties {
        Ties::Include => (wire::TiePolicy::Include, Vec::new()),
        Ties::Break(stages) => (wire::TiePolicy::Break, stages.clone()),
    };
    let scope = match rule.scope {
        Scope::Direction => wire::Scope::Direction,
        Scope::All => wire::Scope::All,
    };
    pb::AdvanceRule {
        places: Some(places),
        scope: scope.into(),
        tie_policy: policy.into(),
        tie_break_stages: stages,
    }
}

pub fn written_scale(scale: &Scale) -> pb::ScoreScale {
    pb::ScoreScale {
        lowest: scale.lowest.written(),
        highest: scale.highest.written(),
        decimals: i32::try_from(scale.decimals).unwrap_or_default(),
    }
}
