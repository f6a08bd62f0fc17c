//! Marks: the ladder of the qualification test, and totals at its steps.

use proptest::prelude::*;

use super::*;

fn localized(text: &str) -> Localized {
    Localized {
        kk: text.into(),
        ru: text.into(),
        en: text.into(),
    }
}

fn mark(category: &str, percent: u32, direction: &str) -> PassMark {
    PassMark {
        category: category.into(),
        title: localized(category),
        numerator: percent,
        denominator: 100,
        direction: direction.into(),
    }
}

fn subject(code: &str, highest: i64) -> Subject {
    Subject {
        code: code.into(),
        title: localized(code),
        highest: Score(highest * 10_000),
    }
}

/// Teachers climb, heads pass or don't; the older form of the test, with 110 points.
fn terms() -> Terms {
    Terms {
        programme: "NQT".into(),
        title: localized("НКТ"),
        subjects: vec![subject("CONTENT", 80), subject("PEDAGOGY", 30)],
        marks: vec![
            mark("TEACHER", 50, ""),
            mark("MODERATOR", 60, ""),
            mark("EXPERT", 70, ""),
            mark("RESEARCHER", 80, ""),
            mark("MASTER", 90, ""),
            mark("HEAD", 70, "HEADS"),
        ],
    }
}

const SCALE: Scale = Scale {
    lowest: Score(0),
    highest: Score(1_100_000),
    decimals: 1,
};

fn given(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(code, score): &(&str, &str)| ((*code).to_owned(), (*score).to_owned());
    pairs.iter().map(owned).collect()
}

#[test]
fn each_step_of_the_ladder_begins_exactly_at_its_share() {
    let terms = terms();
    let category = |direction: &str, units| {
        let reached = terms.reached(direction, Score(units));
        reached.map(|it| it.category.clone()).unwrap_or_default()
    };
    for (units, expected) in [
        (549_999, ""),
        (550_000, "TEACHER"),
        (660_000, "MODERATOR"),
        (769_999, "MODERATOR"),
        (770_000, "EXPERT"),
        (880_000, "RESEARCHER"),
        (989_999, "RESEARCHER"),
        (990_000, "MASTER"),
        (1_100_000, "MASTER"),
    ] {
        assert_eq!(category("", units), expected, "{units}");
        assert_eq!(category("SCHOOLS", units), expected, "{units}");
    }
    assert_eq!(category("HEADS", 769_999), "");
    assert_eq!(category("HEADS", 1_100_000), "HEAD");
}

#[test]
fn subjects_make_the_score_or_are_refused() {
    let terms = terms();
    let scores = |pairs: &[(&str, &str)], whole| terms.scores(&SCALE, &given(pairs), Score(whole));
    // The sample of the manual: 67 and 14 make 81.
    let good = scores(&[("CONTENT", "67"), ("PEDAGOGY", "14")], 810_000);
    assert_eq!(good.map(|it| it.len()), Ok(2));
    for (pairs, whole, expected) in [
        (&[("CONTENT", "67")][..], 670_000, "SUBJECTS_INCOMPLETE"),
        (
            &[("CONTENT", "67"), ("CONTENT", "14")],
            810_000,
            "SUBJECT_UNKNOWN",
        ),
        (
            &[("CONTENT", "67"), ("LATIN", "14")],
            810_000,
            "SUBJECT_UNKNOWN",
        ),
        (
            &[("CONTENT", "67"), ("PEDAGOGY", "14")],
            820_000,
            "SUBJECT_SUM_MISMATCH",
        ),
        (
            &[("CONTENT", "50"), ("PEDAGOGY", "31")],
            810_000,
            "SCORE_OFF_SCALE",
        ),
        (
            &[("CONTENT", "-1"), ("PEDAGOGY", "1")],
            0,
            "SCORE_OFF_SCALE",
        ),
        (
            &[("CONTENT", "0.55"), ("PEDAGOGY", "0")],
            5_500,
            "TOO_MANY_DECIMALS",
        ),
        (
            &[("CONTENT", "67"), ("PEDAGOGY", "x")],
            670_000,
            "INVALID_FORMAT",
        ),
    ] {
        assert_eq!(scores(pairs, whole), Err(expected), "{pairs:?}");
    }
}

#[test]
fn an_appeal_raises_a_subject_up_to_its_best() {
    let terms = terms();
    let scores = BySubject::from([
        ("CONTENT".to_owned(), Score(670_000)),
        ("PEDAGOGY".to_owned(), Score(290_000)),
    ]);
    let deltas =
        |pairs: &[(&str, &str)], whole| terms.deltas(&SCALE, &scores, &given(pairs), Score(whole));
    assert_eq!(deltas(&[], 0), Ok(BySubject::new()));
    let both = deltas(&[("CONTENT", "2"), ("PEDAGOGY", "1")], 30_000);
    assert_eq!(both.map(|it| it.len()), Ok(2));
    assert_eq!(deltas(&[("PEDAGOGY", "2")], 20_000), Err("SCORE_OFF_SCALE"));
    assert_eq!(
        deltas(&[("CONTENT", "2")], 30_000),
        Err("SUBJECT_SUM_MISMATCH")
    );
    assert_eq!(
        deltas(&[("CONTENT", "2"), ("PEDAGOGY", "-1")], 10_000),
        Err("OUT_OF_RANGE")
    );
}

proptest! {
    #[test]
    fn more_points_never_mean_a_lower_category(low in 0_i64..1_100_000, more in 0_i64..1_100_000) {
        let terms = terms();
        let height = |units: i64| {
            let reached = terms.reached("", Score(units.min(1_100_000)));
            reached.map_or(0, |it| it.numerator)
        };
        prop_assert!(height(low) <= height(low + more));
    }

    #[test]
    fn a_share_is_compared_as_fractions_are(total in 0_i64..2_000_000, n in 1_u32..1000, d in 1_u32..1000) {
        let mark = PassMark { numerator: n, denominator: d, ..mark("X", 1, "") };
        let (total, highest) = (i128::from(total), 1_100_000_i128);
        let exact = total * i128::from(d) - highest * i128::from(n) >= 0;
        let total = Score(i64::try_from(total).expect("small"));
        prop_assert_eq!(mark.is_reached(total, Score(1_100_000)), exact);
    }
}

#[test]
fn who_was_absent_or_sent_out_has_passed_nothing_whatever_the_score() {
    let (terms, all) = (terms(), Some(Score(1_100_000)));
    for came in Came::ALL.iter().copied() {
        let counts = matches!(came, Came::Advanced | Came::NotAdvanced);
        assert_eq!(terms.awarded(came, "", all).is_some(), counts, "{came:?}");
        assert_eq!(terms.awarded(came, "", None), None);
    }
}
