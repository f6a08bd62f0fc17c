//! Imports: every form of file that desks send, and everything that can be wrong with one.

use proptest::prelude::*;

use super::*;

const SCALE: Scale = Scale {
    lowest: Score(0),
    highest: Score(1_000_000),
    decimals: 1,
};

const MEASURE: Measure<'_> = Measure {
    scale: &SCALE,
    terms: None,
};

fn number(at: usize) -> String {
    format!("{at:010}")
}

fn sat(count: usize) -> BTreeMap<String, Known> {
    (1..=count)
        .map(|at| (number(at), Known::Here(Sitting::Done)))
        .collect()
}

fn rows(file: &str) -> Vec<(String, String, bool)> {
    let rows = read_csv(file.as_bytes()).expect("rows");
    rows.into_iter()
        .map(|it| (it.number, it.score, it.absent))
        .collect()
}

fn problems(answer: Result<impl std::fmt::Debug, Vec<Problem>>) -> Vec<String> {
    let all = answer.expect_err("problems").into_iter();
    all.map(|it| format!("{} {}", it.field, it.reason))
        .collect()
}

#[test]
fn a_file_is_read_whatever_saved_it() {
    let expected = [
        ("0000000001".to_owned(), "47.5".to_owned(), false),
        ("0000000002".to_owned(), String::new(), true),
    ];
    for file in [
        "candidate_number,score,absent\n0000000001,47.5,\n0000000002,,1\n",
        "\u{feff}candidate_number;score;absent\r\n0000000001;47,5;0\r\n\r\n0000000002;;1",
        "Absent,\"Score\",\"Candidate_Number\"\r0,\"47.5\",\"0000000001\"\r1,,0000000002\r",
    ] {
        assert_eq!(rows(file), expected, "{file:?}");
    }
    assert_eq!(
        rows("score,candidate_number\n 12 , 0000000007 "),
        [("0000000007".to_owned(), "12".to_owned(), false)]
    );
}

#[test]
fn a_file_that_is_none_is_told_by_its_line() {
    assert_eq!(problems(read_csv(b"\xcf\xf0\xe8")), ["csv TEXT_UNREADABLE"]);
    assert_eq!(problems(read_csv(b"\n \n")), ["csv REQUIRED"]);
    for head in [
        "number;points",
        "candidate_number",
        "score,score,candidate_number",
    ] {
        assert_eq!(
            problems(read_csv(head.as_bytes())),
            ["csv.line[1] COLUMNS_UNKNOWN"]
        );
    }
    let file = "\ncandidate_number,score,absent\n0000000001,4\n0000000002,4,\n0000000003,4,yes";
    assert_eq!(
        problems(read_csv(file.as_bytes())),
        ["csv.line[3] INVALID_FORMAT", "csv.line[5] INVALID_FORMAT"]
    );
    let long = "candidate_number,score\n".to_owned() + &"1,1\n".repeat(MOST_ROWS + 1);
    assert_eq!(problems(read_csv(long.as_bytes())), ["csv TOO_MANY"]);
}

#[test]
fn everything_that_is_wrong_is_told_with_its_line() {
    let known = BTreeMap::from([
        (number(1), Known::Here(Sitting::Done)),
        (number(2), Known::Elsewhere),
        (number(3), Known::Here(Sitting::None)),
        (number(4), Known::Here(Sitting::Running)),
        (number(5), Known::Here(Sitting::Void)),
        (number(6), Known::Here(Sitting::Done)),
    ]);
    let file = "candidate_number,score,absent
0000000001,100.1,
0000000001,5,
0000000002,5,
0000000003,5,
0000000004,,1
0000000005,5,
0000000006,5.55,
0000000099,5,1
,,
";
    let rows = read_csv(file.as_bytes()).expect("rows");
    let declared = Declared {
        rows: 10,
        sum: Score(0),
    };
    assert_eq!(
        problems(weigh(&rows, declared, MEASURE, &known)),
        [
            "csv.line[2].score SCORE_OFF_SCALE",
            "csv.line[3].candidate_number CANDIDATE_TWICE",
            "csv.line[4].candidate_number NOT_IN_STAGE",
            "csv.line[5].candidate_number NOT_SAT",
            "csv.line[6].candidate_number ATTEMPT_RUNNING",
            "csv.line[7].candidate_number ATTEMPT_VOID",
            "csv.line[8].score TOO_MANY_DECIMALS",
            "csv.line[9].candidate_number CANDIDATE_UNKNOWN",
            "csv.line[9].score SCORE_OR_ABSENT",
            "csv.line[10].candidate_number REQUIRED",
            "csv.line[10].score SCORE_OR_ABSENT",
            "row_count COUNT_MISMATCH",
        ]
    );
}

#[test]
fn half_a_file_is_told_by_its_count_and_its_sum() {
    let file = "candidate_number,score\n0000000001,40\n";
    let rows = read_csv(file.as_bytes()).expect("rows");
    let declared = Declared {
        rows: 2,
        sum: Score(870_000),
    };
    assert_eq!(
        problems(weigh(&rows, declared, MEASURE, &sat(2))),
        ["row_count COUNT_MISMATCH", "score_sum SUM_MISMATCH"]
    );
}

#[test]
fn somebody_who_did_not_come_can_be_marked_absent() {
    let known = BTreeMap::from([(number(1), Known::Here(Sitting::Ahead))]);
    let rows = read_csv(b"candidate_number,score,absent\n0000000001,,1").expect("rows");
    let declared = Declared {
        rows: 1,
        sum: Score(0),
    };
    let marks = weigh(&rows, declared, MEASURE, &known).expect("marks");
    assert_eq!(marks, BTreeMap::from([(number(1), Mark::Absent)]));
}

proptest! {
    #[test]
    fn a_file_that_agrees_with_itself_is_taken_whole(scores in prop::collection::vec(0_i64..=1_000, 1..50)) {
        let scores: Vec<Score> = scores.into_iter().map(|it| Score(it * 1_000)).collect();
        let mut file = "candidate_number;score\n".to_owned();
        for (at, score) in scores.iter().enumerate() {
            file += &format!("{};{}\n", number(at + 1), score.written().replace('.', ","));
        }
        let rows = read_csv(file.as_bytes()).expect("rows");
        let declared = Declared { rows: scores.len(), sum: Score::sum(scores.iter().copied()) };
        let marks = weigh(&rows, declared, MEASURE, &sat(scores.len())).expect("marks");
        let kept: Vec<_> = marks.values().filter_map(|it| it.score()).collect();
        prop_assert_eq!(kept, scores);
    }

    #[test]
    fn no_bytes_break_the_reading(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_csv(&bytes);
    }
}
