//! The selection: S1 the cuts, S2 everybody's result, S3 the lists, S4 the memberships. The rules are
//! those of the campaign's stages; the season computes them by itself.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Line;
use super::reads::{Reads, text};
use crate::season::cut::{Cut, Entry, Rule, cuts};
use crate::season::ledger::{Facts, Published};
use crate::season::results::points;

pub fn lines(facts: &Facts, reads: &Reads) -> Vec<Line> {
    if facts.publications.is_empty() {
        return Vec::new();
    }
    vec![
        cuts_are_right(facts),
        results(facts, reads),
        lists(facts, reads),
        memberships(facts, reads),
    ]
}

fn cuts_are_right(facts: &Facts) -> Line {
    let mut broken = Vec::new();
    let mut count = 0;
    for stage in &facts.publications {
        let own = cuts(&stage.rule, &stage.entries);
        count += own.len();
        for (what, told) in [
            ("previewed", &stage.previewed),
            ("published", &stage.published),
        ] {
            if *told != own {
                broken.push(format!(
                    "stage {} {what}: {told:?}, is {own:?}",
                    stage.number
                ));
            }
        }
    }
    let scores: usize = facts.publications.iter().map(|it| it.entries.len()).sum();
    let compared = format!(
        "{count} cuts in {} stages over {scores} scores",
        facts.publications.len()
    );
    Line::new(
        "S1",
        "the cut is what the rule makes of the scores",
        compared,
        broken,
    )
}

/// Whether the season itself would let somebody on; `None` where equals were chosen between.
fn goes_on(stage: &Published, cuts: &[Cut], entry: &Entry) -> Option<bool> {
    let direction = match stage.rule {
        Rule::Threshold(_) => "",
        _ => entry.direction.as_str(),
    };
    let cut = cuts.iter().find(|it| it.direction == direction)?;
    let Some(least) = cut.score else {
        return Some(false);
    };
    let total = entry.score
        + stage
            .raised
            .get(&entry.candidate)
            .copied()
            .unwrap_or_default();
    let tied = matches!(stage.rule, Rule::Places(_)) && total == least;
    (!tied).then_some(total >= least)
}

fn results(facts: &Facts, reads: &Reads) -> Line {
    let mut broken = Vec::new();
    let mut count = 0;
    for stage in &facts.publications {
        let own = cuts(&stage.rule, &stage.entries);
        for entry in &stage.entries {
            count += 1;
            let key = (stage.stage.clone(), entry.candidate.clone());
            let Some(seen) = reads.results.get(&key) else {
                broken.push(format!(
                    "{} has no result of stage {}",
                    entry.candidate, stage.number
                ));
                continue;
            };
            let raised = stage
                .raised
                .get(&entry.candidate)
                .copied()
                .unwrap_or_default();
            let advanced = seen["outcome"] == "OUTCOME_ADVANCED";
            let wrong = points(&seen["score"]) != Some(entry.score)
                || points(&seen["total"]) != Some(entry.score + raised)
                || goes_on(stage, &own, entry).is_some_and(|it| it != advanced);
            if wrong {
                broken.push(format!("{entry:?} raised by {raised} is told {seen}"));
            }
        }
    }
    let compared = format!("{count} scores with what their owners read");
    Line::new(
        "S2",
        "everybody reads the score that was handed in, and what comes of it",
        compared,
        broken,
    )
}

fn lists(facts: &Facts, reads: &Reads) -> Line {
    let tried = facts
        .trials
        .iter()
        .filter(|it| it.invariant == "S3" && !it.held);
    let mut broken: Vec<String> = tried.map(|it| it.what.clone()).collect();
    let mut count = 0;
    for stage in &facts.publications {
        let listed: BTreeSet<String> = reads
            .admitted
            .get(&stage.stage)
            .into_iter()
            .flatten()
            .map(|it| text(&it["candidateNumber"]))
            .collect();
        let advanced: BTreeSet<String> = reads
            .results
            .iter()
            .filter(|((of, _), it)| *of == stage.stage && it["outcome"] == "OUTCOME_ADVANCED")
            .map(|((_, candidate), _)| candidate.clone())
            .collect();
        count += listed.len();
        if listed != advanced {
            let differ: Vec<_> = listed.symmetric_difference(&advanced).collect();
            broken.push(format!(
                "stage {}: list and results differ in {differ:?}",
                stage.number
            ));
        }
    }
    let compared = format!("{count} names on {} lists", facts.publications.len());
    Line::new(
        "S3",
        "the list is who went on, and nobody else goes on",
        compared,
        broken,
    )
}

fn memberships(facts: &Facts, reads: &Reads) -> Line {
    let mut broken = Vec::new();
    let Some(last) = facts.publications.iter().find(|it| it.last) else {
        return Line::new(
            "S4",
            "members",
            "no last list".into(),
            vec!["there is no last list".into()],
        );
    };
    let chosen: BTreeSet<String> = reads
        .admitted
        .get(&last.stage)
        .into_iter()
        .flatten()
        .map(|it| text(&it["candidateNumber"]))
        .collect();
    let members: BTreeSet<String> = reads
        .members
        .iter()
        .map(|it| text(&it["candidateNumber"]))
        .collect();
    if chosen != members || members.len() != reads.members.len() {
        broken.push(format!(
            "{} chosen, {} memberships",
            chosen.len(),
            reads.members.len()
        ));
    }
    if let Rule::Places(places) = &last.rule {
        let mut by_direction: BTreeMap<String, usize> = BTreeMap::new();
        for member in &reads.members {
            *by_direction.entry(text(&member["direction"])).or_default() += 1;
        }
        let over = by_direction.iter().filter(|(direction, count)| {
            **count > places.get(*direction).copied().unwrap_or_default()
        });
        broken.extend(over.map(|(direction, count)| format!("{direction}: {count} members")));
    }
    let short = reads.members.iter().filter(|it| !three_years(it));
    broken.extend(short.map(|it| format!("not three years: {it}")));
    let compared = format!(
        "{} members with the last list and its quotas",
        reads.members.len()
    );
    Line::new(
        "S4",
        "the last list are the members, for three years",
        compared,
        broken,
    )
}

/// To the day before the third anniversary.
fn three_years(member: &Value) -> bool {
    let date = |field: &str| -> Option<jiff::civil::Date> {
        let part = |name: &str| member[field][name].as_i64();
        let (year, month, day) = (part("year")?, part("month")?, part("day")?);
        jiff::civil::Date::new(
            year.try_into().ok()?,
            month.try_into().ok()?,
            day.try_into().ok()?,
        )
        .ok()
    };
    let (Some(start), Some(end)) = (date("startDate"), date("endDate")) else {
        return false;
    };
    let after = end.tomorrow().ok();
    after == Some(start.saturating_add(jiff::Span::new().years(3)))
}
