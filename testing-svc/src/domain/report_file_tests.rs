//! A report is read line by line, and everything that is wrong with it is found.

use super::*;

const SESSION: &str = "campaigns/c/stages/s/sessions/t";

fn call() -> Call<'static> {
    Call {
        partner: "centre",
        session: SESSION,
        campaign: "c",
        now: "2026-06-10T12:00:00Z".parse().expect("an instant"),
    }
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn head() -> String {
    let file = id(99);
    format!(
        r#"{{"irikteu":"report","version":1,"partner":"centre","session":"{SESSION}","file":"{file}"}}"#
    )
}

fn file(lines: &[String]) -> String {
    let mut file = head() + "\n";
    for line in lines {
        file += line;
        file.push('\n');
    }
    file
}

fn wrong(body: &str) -> Vec<String> {
    let violations = read(body, call()).expect_err("violations");
    let all = violations.iter();
    all.map(|it| format!("{} {}", it.field, it.reason))
        .collect()
}

#[test]
fn three_sorts_of_lines_are_read() {
    let booking = id(7);
    let lines = [
        format!(
            r#"{{"id":"{}","kind":"check_in","time":"2026-06-10T09:00:00+05:00","booking":"campaigns/c/bookings/{booking}","start_time":"2026-06-10T09:05:00+05:00"}}"#,
            id(1)
        ),
        format!(
            r#"{{"id":"{}","kind":"irregularity","time":"2026-06-10T05:00:00Z","booking":"campaigns/c/bookings/{booking}","code":"OTHER","note":"A fire alarm."}}"#,
            id(2)
        ),
        format!(
            r#"{{"id":"{}","kind":"score","time":"2026-06-10T11:00:00Z","candidate_number":"0123456789","score":"81","subjects":{{"B":"14","A":"67"}}}}"#,
            id(3)
        ),
    ];
    let read = read(&file(&lines), call()).expect("three lines");
    let numbers: Vec<usize> = read.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [2, 3, 4]);
    let What::Came(came) = &read[0].what else {
        panic!("a check-in");
    };
    assert_eq!(came.booking, booking);
    assert_eq!(
        came.started.map(|it| it.to_string()),
        Some("2026-06-10T04:05:00Z".into())
    );
    let What::Irregularity(told) = &read[1].what else {
        panic!("an irregularity");
    };
    assert_eq!(
        (told.code, told.note.as_str()),
        (Code::Other, "A fire alarm.")
    );
    let What::Score(row) = &read[2].what else {
        panic!("a score");
    };
    assert_eq!(row.place, "file.line[4]");
    assert_eq!(
        row.subjects,
        [("A".into(), "67".into()), ("B".into(), "14".into())]
    );
}

#[test]
fn everything_that_is_wrong_is_told_with_its_line() {
    let (one, two) = (id(1), id(2));
    let body = file(&[
        "no json".into(),
        format!(
            r#"{{"id":"{one}","kind":"check_in","time":"2026-06-11T09:00:00Z","booking":"campaigns/d/bookings/{two}"}}"#
        ),
        format!(
            r#"{{"id":"{two}","kind":"irregularity","time":"soon","booking":"b","code":"NOISE","score":"1"}}"#
        ),
        format!(r#"{{"id":"{two}","kind":"score","time":"2026-06-10T11:00:00Z"}}"#),
        format!(r#"{{"id":"{two}","kind":"score","time":"2026-06-10T11:00:00Z"}}"#),
        r#"{"id":"x","kind":"dance"}"#.into(),
    ]);
    assert_eq!(
        wrong(&body),
        [
            "file.line[2] INVALID_FORMAT",
            "file.line[3].time TIME_IN_FUTURE",
            "file.line[3].booking NOT_AS_CALLED",
            "file.line[4].score UNKNOWN_FIELD",
            "file.line[4].time INVALID_FORMAT",
            "file.line[4].booking INVALID_NAME",
            "file.line[4].code UNKNOWN_VALUE",
            "file.line[6].id ID_TWICE",
            "file.line[7].id INVALID_FORMAT",
            "file.line[7].time REQUIRED",
            "file.line[7].kind UNKNOWN_VALUE",
        ]
    );
    let other = head()
        .replace("centre", "other")
        .replace("\"version\":1", "\"version\":2");
    assert_eq!(
        wrong(&(other + "\n")),
        [
            "file.line[1].version UNKNOWN_VALUE",
            "file.line[1].partner NOT_AS_CALLED"
        ]
    );
    assert_eq!(wrong(&file(&[])), ["file REQUIRED"]);
}

#[test]
fn a_file_has_so_many_lines_and_no_more() {
    let line = |number: usize| {
        let id = Uuid::from_u128(number as u128);
        format!(r#"{{"id":"{id}","kind":"score","time":"2026-06-10T11:00:00Z"}}"#)
    };
    let mut lines: Vec<String> = (1..=MOST_LINES).map(line).collect();
    assert_eq!(
        read(&file(&lines), call()).map(|it| it.len()),
        Ok(MOST_LINES)
    );
    lines.push(line(MOST_LINES + 1));
    assert_eq!(wrong(&file(&lines)), ["file TOO_MANY"]);
}

#[test]
fn an_id_stands_for_what_its_line_says_however_it_is_written() {
    let came = |checked_in: &str| {
        What::Came(Came {
            booking: id(1),
            checked_in: checked_in.parse().expect("an instant"),
            started: None,
        })
    };
    assert_eq!(
        came("2026-06-10T09:00:00+05:00").content(),
        came("2026-06-10T04:00:00Z").content()
    );
    assert_ne!(
        came("2026-06-10T04:00:00Z").content(),
        came("2026-06-10T04:00:01Z").content()
    );
}
