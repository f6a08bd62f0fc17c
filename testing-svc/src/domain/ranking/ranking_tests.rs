//! Ranking, held against fractions on paper and against a plain recount.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::formula::{Added, Formula, Marked, Tie};
use super::points::{Points, Rounding};
use super::rating::{Behind, Rating, rate};
use super::reckoning::{Missing, Record, reckon};
use crate::domain::score::Score;

fn score(text: &str) -> Score {
    Score::parse(text).unwrap()
}

fn marked(codes: &[&str], weight: u32) -> Marked {
    let any_of = codes.iter().map(ToString::to_string).collect();
    Marked { any_of, weight }
}

fn formula(marks: Vec<Marked>) -> Formula {
    Formula {
        version: 1,
        marks,
        added: vec![],
        rounding: Rounding::Exact,
        ties: vec![],
    }
}

/// Kazakh, mathematics and one of two profile subjects, the same weight each.
fn usual() -> Formula {
    formula(vec![
        marked(&["kazakh"], 1),
        marked(&["algebra"], 1),
        marked(&["biology", "chemistry"], 1),
    ])
}

fn record(marks: &[(&str, &str)]) -> Record {
    let marks = marks
        .iter()
        .map(|(code, text)| (code.to_string(), score(text)));
    Record {
        marks: marks.collect(),
        ..Record::default()
    }
}

fn rating(formula: &Formula, people: &[(&str, Record)]) -> Rating {
    let people = people
        .iter()
        .map(|(number, it)| (number.to_string(), it.clone()));
    rate(formula, &people.collect())
}

fn places(rating: &Rating) -> Vec<(&str, u32, Behind)> {
    let ranked = rating.ranked.iter();
    ranked
        .map(|it| (it.number.as_str(), it.rank, it.behind))
        .collect()
}

#[test]
fn a_mean_stays_a_fraction_and_is_shown_with_two_digits() {
    let marks = [("kazakh", "5"), ("algebra", "4"), ("biology", "5")];
    let found = reckon(&usual(), &record(&marks)).unwrap();
    assert_eq!(found.points, Points::new(140_000, 3));
    assert_eq!(found.points.shown(2), "4.67");
    assert_eq!(found.points.score(), score("4.6667"));
}

#[test]
fn of_several_profile_subjects_the_best_mark_counts_and_the_reckoning_names_it() {
    let marks = [
        ("kazakh", "5"),
        ("algebra", "4"),
        ("biology", "3"),
        ("chemistry", "4.5"),
    ];
    let found = reckon(&usual(), &record(&marks)).unwrap();
    let counted: Vec<_> = found
        .marks
        .iter()
        .map(|it| (it.code.as_str(), it.score))
        .collect();
    let expected = [("kazakh", "5"), ("algebra", "4"), ("chemistry", "4.5")];
    assert_eq!(counted, expected.map(|(code, text)| (code, score(text))));
    assert_eq!(found.points.shown(4), "4.5000");
}

#[test]
fn weights_and_points_of_exams_count_exactly() {
    let exam = |exam: &str, numerator, denominator| Added {
        exam: exam.into(),
        numerator,
        denominator,
    };
    let mut formula = formula(vec![marked(&["kazakh"], 1), marked(&["drawing"], 2)]);
    formula.added = vec![exam("creative", 1, 7), exam("interview", 3, 4)];
    let mut record = record(&[("kazakh", "4"), ("drawing", "5")]);
    record.exams = [("creative", "10"), ("interview", "2.5")]
        .map(|(code, text)| (code.into(), score(text)))
        .into();
    // 14/3 + 10/7 + 15/8, with 168 as the common denominator.
    let found = reckon(&formula, &record).unwrap();
    let expected = (14 * 56 + 10 * 24 + 15 * 21) * 10_000;
    assert_eq!(found.points, Points::new(expected, 168));
}

#[test]
fn whoever_lacks_a_mark_or_an_exam_is_not_ranked_and_is_told_everything_that_is_missing() {
    let mut formula = usual();
    formula.added = vec![Added {
        exam: "creative".into(),
        numerator: 1,
        denominator: 1,
    }];
    let found = rating(&formula, &[("7", record(&[("kazakh", "5")]))]);
    assert!(found.ranked.is_empty());
    let missing = vec![
        Missing::Mark(vec!["algebra".into()]),
        Missing::Mark(vec!["biology".into(), "chemistry".into()]),
        Missing::Exam("creative".into()),
    ];
    assert_eq!(found.unranked, BTreeMap::from([("7".into(), missing)]));
}

#[test]
fn equal_claims_share_a_rank_and_the_next_one_is_as_many_below() {
    let mut formula = formula(vec![marked(&["kazakh"], 1)]);
    formula.ties = vec![
        Tie::Merit("altyn-belgi".into()),
        Tie::Mark("algebra".into()),
    ];
    let mut gold = record(&[("kazakh", "4"), ("algebra", "3")]);
    gold.merits = BTreeSet::from(["altyn-belgi".into()]);
    let found = rating(
        &formula,
        &[
            ("1", record(&[("kazakh", "4"), ("algebra", "4")])),
            ("2", record(&[("kazakh", "5")])),
            ("3", record(&[("kazakh", "4"), ("algebra", "4")])),
            ("4", record(&[("kazakh", "4"), ("algebra", "5")])),
            ("5", gold),
            ("6", record(&[("kazakh", "4")])),
        ],
    );
    let expected = [
        ("2", 1, Behind::Nobody),
        ("5", 2, Behind::Points),
        ("4", 3, Behind::Tie(0)),
        ("1", 4, Behind::Tie(1)),
        ("3", 4, Behind::Equal),
        ("6", 6, Behind::Tie(1)),
    ];
    assert_eq!(places(&found), expected);
}

#[test]
fn results_are_rounded_before_they_are_compared_only_where_the_formula_says_so() {
    let people = [
        ("1", record(&[("kazakh", "4.615")])),
        ("2", record(&[("kazakh", "4.6249")])),
        ("3", record(&[("kazakh", "4.6149")])),
    ];
    let ranks = |rounding| {
        let mut formula = formula(vec![marked(&["kazakh"], 1)]);
        formula.rounding = rounding;
        let found = rating(&formula, &people);
        let ranked = found.ranked.iter();
        ranked
            .map(|it| (it.number.clone(), it.rank))
            .collect::<Vec<_>>()
    };
    let named = |all: [(&str, u32); 3]| all.map(|(number, rank)| (number.to_string(), rank));
    assert_eq!(
        ranks(Rounding::Exact),
        named([("2", 1), ("1", 2), ("3", 3)])
    );
    let half_up = Rounding::HalfUp { decimals: 2 };
    assert_eq!(ranks(half_up), named([("1", 1), ("2", 1), ("3", 3)]));
    let down = Rounding::Down { decimals: 2 };
    assert_eq!(ranks(down), named([("2", 1), ("1", 2), ("3", 2)]));
}

#[test]
fn everything_wrong_with_a_formula_is_told_at_once() {
    let wrong = Formula {
        version: 0,
        marks: vec![marked(&["a"], 0), marked(&["a"], 1), marked(&[], 1)],
        added: [997, 991, 983]
            .map(|denominator| Added {
                exam: "x".into(),
                numerator: 1,
                denominator,
            })
            .into(),
        rounding: Rounding::Down { decimals: 5 },
        ties: vec![Tie::Mark("a".into()), Tie::Mark("a".into())],
    };
    let faults = wrong.check().unwrap_err();
    let faults: Vec<_> = faults
        .iter()
        .map(|(field, why)| (field.as_str(), *why))
        .collect();
    let expected = [
        ("version", "REQUIRED"),
        ("marks[0].weight", "OUT_OF_RANGE"),
        ("marks[1].any_of", "DUPLICATE"),
        ("marks[2].any_of", "REQUIRED"),
        ("added[1].exam", "DUPLICATE"),
        ("added[2].exam", "DUPLICATE"),
        ("added", "OUT_OF_RANGE"),
        ("ties[1]", "DUPLICATE"),
        ("rounding.decimals", "OUT_OF_RANGE"),
    ];
    assert_eq!(faults, expected);
    assert_eq!(usual().check(), Ok(()));
}

#[test]
fn the_longest_formula_over_the_largest_scores_does_not_overflow() {
    let alphabet = (0..32).map(|at| format!("c{at}"));
    let codes: Vec<String> = alphabet.collect();
    let mut formula = formula(codes.iter().map(|code| marked(&[code], 1_000)).collect());
    formula.added = codes
        .iter()
        .map(|exam| Added {
            exam: exam.clone(),
            numerator: 1_000,
            denominator: 1_000,
        })
        .collect();
    formula.added[1].denominator = 999;
    assert_eq!(formula.check(), Ok(()));
    for extreme in [Score(i64::MAX), Score(i64::MIN)] {
        let all: BTreeMap<_, _> = codes.iter().map(|code| (code.clone(), extreme)).collect();
        let record = Record {
            marks: all.clone(),
            exams: all,
            merits: BTreeSet::new(),
        };
        let found = reckon(&formula, &record).unwrap();
        // The mean is the mark itself, and the exams are 31 times and 1000/999 of it.
        let ninths = i128::from(extreme.0) * (32 * 999 + 1_000);
        assert_eq!(found.points, Points::new(ninths, 999));
        // What people read has an end.
        assert_eq!(found.points.score(), extreme);
    }
}

proptest! {
    #[test]
    fn fractions_compare_as_on_paper(
        a in -10_000_i128..10_000, b in 1_u64..200, c in -10_000_i128..10_000, d in 1_u64..200,
    ) {
        let paper = (a * i128::from(d)).cmp(&(c * i128::from(b)));
        prop_assert_eq!(Points::new(a, b).cmp(&Points::new(c, d)), paper);
    }

    #[test]
    fn what_is_rounded_lies_nearest_or_below(units in -10_i128.pow(9)..10_i128.pow(9), over in 1_u64..97, decimals in 0_u32..=4) {
        let exact = Points::new(units, over);
        let step = 10_i128.pow(4 - decimals);
        let above = |it: Points, by: i128| Points::new(exact_of(it, over) + by * i128::from(over), over);
        let down = exact.rounded(Rounding::Down { decimals });
        prop_assert!(down <= exact && exact < above(down, step));
        let near = exact.rounded(Rounding::HalfUp { decimals });
        // Never further than half a step, and up where it is exactly that.
        let off = 2 * (exact_of(near, over) - units);
        let whole = step * i128::from(over);
        prop_assert!(-whole < off && off <= whole, "{} of {}", off, whole);
    }

    #[test]
    fn a_rank_is_one_more_than_there_are_better_claims(marks in prop::collection::vec((2_i64..=5, 0_i64..3), 1..40)) {
        let mut formula = formula(vec![marked(&["kazakh"], 1)]);
        formula.ties = vec![Tie::Mark("algebra".into())];
        let people: BTreeMap<String, Record> = (0..).zip(&marks).map(|(at, (first, second))| {
            let all = [("kazakh", *first), ("algebra", *second)];
            let marks = all.map(|(code, mark)| (code.to_string(), Score(mark * 10_000)));
            (format!("{at:03}"), Record { marks: marks.into(), ..Record::default() })
        }).collect();
        let found = rate(&formula, &people);
        prop_assert_eq!(found.ranked.len(), marks.len());
        for it in &found.ranked {
            let own = marks[it.number.parse::<usize>().unwrap()];
            let better = marks.iter().filter(|other| other.cmp(&&own) == Ordering::Greater);
            prop_assert_eq!(it.rank as usize, better.count() + 1);
        }
    }
}

/// A result over a denominator that it is a whole number of.
fn exact_of(points: Points, over: u64) -> i128 {
    let (mut low, mut high) = (-10_i128.pow(14), 10_i128.pow(14));
    while low < high {
        let middle = (low + high).div_euclid(2);
        if Points::new(middle, over) < points {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// questionnaire-svc keeps formulas as data, approved by colleges: it writes the JSON that is read here.
#[test]
fn a_formula_is_read_as_questionnaire_svc_writes_it() {
    let golden = include_str!("../../../../tests/golden/score-formula.json");
    let formula: Formula = serde_json::from_str(golden).expect("a formula");
    assert_eq!(formula.check(), Ok(()));
    let kept: serde_json::Value = serde_json::from_str(golden).expect("JSON");
    assert_eq!(serde_json::to_value(&formula).expect("JSON"), kept);
}
