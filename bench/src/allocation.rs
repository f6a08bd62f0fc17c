//! Placing everybody of a season: how long it takes, and what it weighs. Nothing else runs here: rules
//! alone, on a made-up region.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, anyhow, ensure};
use chassis::clock::Stopwatch;
use testing_svc::domain::allocation::lottery::Lottery;
use testing_svc::domain::allocation::market::{Applicant, Choice, Claim, Market, Specialty};
use testing_svc::domain::allocation::plan::{
    Kind, Order, Plan, Quota, ShareRounding, Size, Unfilled,
};
use testing_svc::domain::allocation::run::{Mode, Terms, allocate};
use testing_svc::domain::allocation::{deferred, lists::Lists, record};
use testing_svc::domain::ranking::formula::{Formula, Marked, Tie};
use testing_svc::domain::ranking::points::Rounding;
use testing_svc::domain::ranking::rating::rate;
use testing_svc::domain::ranking::reckoning::Record;
use testing_svc::domain::score::Score;

use crate::options::Options;
use crate::report::Row;
use crate::{load, machine};

const SPECIALTIES: u64 = 5_000;
const PEOPLE_EACH: u64 = 60;
const PLACES: u32 = 55;
const WISHES: usize = 4;
const SEED: [u8; 32] = [12; 32];
const RIGHTS: [(&str, u64); 3] = [("disability", 10), ("orphan", 30), ("rural", 3)];
const TERMS: Terms = Terms {
    mode: Mode::DeferredAcceptance,
    lottery: Lottery::One,
};

pub fn measure(options: &Options) -> Result<Vec<Row>> {
    let specialties = if options.is_smoke { 50 } else { SPECIALTIES };
    let mut rows = Vec::new();
    for (what, plan) in [("", Plan::open(PLACES)), (" with three quotas", quotas())] {
        rows.extend(region(options, specialties, what, &plan)?);
    }
    rows.push(ranking(options)?);
    Ok(rows)
}

fn region(options: &Options, specialties: u64, what: &str, plan: &Plan) -> Result<Vec<Row>> {
    let before = machine::resident(std::process::id())?;
    let (rights, all, people) = parts(specialties, plan);
    let market = Market::new(rights, all, people).map_err(|it| anyhow!("{it:?}"))?;
    let (mut whole, mut alone, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.repeats {
        let lists = Lists::new(&market, TERMS.lottery, &SEED);
        let watch = Stopwatch::start();
        let placed = deferred::place(&lists);
        alone.push(watch.elapsed().as_secs_f64());
        drop(lists);
        let watch = Stopwatch::start();
        let run = allocate(&market, TERMS, SEED).map_err(|it| anyhow!("{it:?}"))?;
        let text = record::write(&run);
        whole.push(watch.elapsed().as_secs_f64());
        weights.push(machine::resident(std::process::id())? - before);
        ensure!(run.placed == placed, "two runs of one input differ");
        ensure!(record::replay(&market, &text).is_ok(), "it does not replay");
    }
    let (whole, alone) = (load::median(whole), load::median(alone));
    let megabytes = load::median(weights) / 1e6;
    let name = format!(
        "12: {} people × {WISHES} × {specialties}{what}",
        specialties * PEOPLE_EACH
    );
    let mut rows = vec![Row::below(
        &format!("{name}: placed, checked, recorded"),
        "3 s",
        whole / 3.0,
        1.0,
        format!(
            "{:.0} ms, deferred acceptance alone {:.0} ms",
            whole * 1e3,
            alone * 1e3
        ),
    )];
    // What the first has given back is there for the second, so only the first tells.
    if plan.quotas.is_empty() {
        rows.push(Row::below(
            &format!("{name}: memory"),
            "1 GB",
            megabytes / 1e3,
            1.0,
            format!("{megabytes:.0} MB with input, result and record"),
        ));
    }
    Ok(rows)
}

/// As orders have them: 10 % for disability, 1 % for orphans, 35 % for rural youth.
fn quotas() -> Plan {
    let kinds = [
        Kind::Reserved(Unfilled::FallOpen),
        Kind::Minimum,
        Kind::Minimum,
    ];
    let quotas = RIGHTS.iter().zip([10, 1, 35]).zip(kinds);
    let quotas = quotas.map(|(((code, _), numerator), kind)| Quota {
        code: (*code).to_owned(),
        kind,
        size: Size::Share {
            numerator,
            denominator: 100,
            rounding: ShareRounding::HalfUp,
        },
    });
    Plan {
        places: PLACES,
        quotas: quotas.collect(),
        order: Order::ReservedFirst,
    }
}

/// A region in which some specialties are dearer than others, and people as good at one as at another,
/// more or less.
fn parts(specialties: u64, plan: &Plan) -> (BTreeSet<String>, Vec<Specialty>, Vec<Applicant>) {
    let mut dice = Dice(12);
    let all = (0..specialties).map(|at| Specialty {
        code: format!("S{at:04}"),
        plan: plan.clone(),
    });
    let mut scores: Vec<Vec<(i64, usize, usize)>> = vec![Vec::new(); index(specialties)];
    let people = (0..index(specialties * PEOPLE_EACH)).map(|person| {
        let ability = 20_000 + 2 * signed(dice.below(10_000));
        let mut wishes: Vec<u64> = Vec::with_capacity(WISHES);
        while wishes.len() < WISHES {
            let wish = dice.below(specialties).min(dice.below(specialties));
            if !wishes.contains(&wish) {
                let score = (ability + signed(dice.below(10_000))) / 100 * 100;
                scores[index(wish)].push((score, person, wishes.len()));
                wishes.push(wish);
            }
        }
        let held = RIGHTS.iter().filter(|(_, one_in)| dice.below(*one_in) == 0);
        let choices = wishes.iter().map(|wish| Choice {
            specialty: u32::try_from(*wish).unwrap_or(u32::MAX),
            claim: None,
            unproven: Vec::new(),
        });
        Applicant {
            number: format!("{person:010}"),
            rights: held.map(|(code, _)| (*code).to_owned()).collect(),
            choices: choices.collect(),
        }
    });
    let mut people: Vec<Applicant> = people.collect();
    for mut list in scores {
        list.sort_unstable_by(|a, b| b.cmp(a));
        let mut rank = 1;
        for equals in list.chunk_by(|a, b| a.0 == b.0) {
            for (score, person, wish) in equals {
                let score = Score(*score);
                people[*person].choices[*wish].claim = Some(Claim { rank, score });
            }
            rank += u32::try_from(equals.len()).unwrap_or(u32::MAX);
        }
    }
    let rights = RIGHTS.iter().map(|(code, _)| (*code).to_owned());
    (rights.collect(), all.collect(), people)
}

/// The rating of a college with 5 000 applications.
fn ranking(options: &Options) -> Result<Row> {
    let mut dice = Dice(13);
    let subjects = ["kazakh", "algebra", "history", "physics", "biology"];
    let mut mark = |code: &str| {
        (
            code.to_owned(),
            Score(signed(20_000 + 5_000 * dice.below(7))),
        )
    };
    let people = (0..5_000).map(|number| {
        let marks = subjects.iter().map(|code| mark(code)).collect();
        let record = Record {
            marks,
            ..Record::default()
        };
        (format!("{number:010}"), record)
    });
    let people: BTreeMap<String, Record> = people.collect();
    let marks = subjects.iter().map(|code| Marked {
        any_of: vec![(*code).to_owned()],
        weight: 1,
    });
    let formula = Formula {
        version: 1,
        marks: marks.collect(),
        added: Vec::new(),
        rounding: Rounding::Exact,
        ties: vec![Tie::Mark("algebra".to_owned())],
    };
    let mut took = Vec::new();
    for _ in 0..options.repeats {
        let watch = Stopwatch::start();
        let rating = rate(&formula, &people);
        took.push(watch.elapsed().as_secs_f64());
        ensure!(rating.ranked.len() == people.len(), "somebody has no rank");
    }
    let took = load::median(took);
    Ok(Row::below(
        "12: ranking a college of 5 000 applications",
        "100 ms",
        took / 0.1,
        1.0,
        format!("{:.1} ms", took * 1e3),
    ))
}

/// Numbers that look like chance, the same each time (SplitMix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
