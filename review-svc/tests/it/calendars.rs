//! Calendars that are published: first whose term would move, then a new version, and terms with it.

use std::sync::Arc;

use chassis::caller::{Caller, Role};
use chassis::clock::{astana_date, from_pb};
use chassis::testing;
use proto::events::v1::ReviewTermChanged;
use proto::google::r#type::Date;
use proto::review::v1::calendar_day::Kind;
use proto::review::v1::work_calendars_client::WorkCalendarsClient;
use proto::review::v1::{
    CalendarDay, GetWorkCalendarRequest, ImportWorkCalendarRequest, ImportWorkCalendarResponse,
    ReviewTask, WorkCalendar,
};
use proto::wire::v1::LocalizedText;
use tonic::Status;

use crate::house::{House, instant, manager, metadata, reason, submission_of, violations};

/// The days off of 2026 with one more: Wednesday, 3 June.
const CSV: &str = "date,kind,kk,ru,en
2026-06-03,TRANSFERRED_OFF,Демалыс күні,Выходной день,Day off
2026-07-06,OBSERVED,Астана күні,День столицы,Capital Day
";

fn import(csv: &str) -> ImportWorkCalendarRequest {
    ImportWorkCalendarRequest {
        name: "workCalendars/2026".into(),
        csv: csv.into(),
        source: "a decree".into(),
        ..Default::default()
    }
}

async fn imports(
    house: &House,
    request: ImportWorkCalendarRequest,
) -> Result<ImportWorkCalendarResponse, Status> {
    let request = ImportWorkCalendarRequest {
        request_id: house.request_id(),
        ..request
    };
    let administrator = testing::person(901, &[Role::Administrator]);
    let mut calendars = WorkCalendarsClient::new(house.connection(administrator));
    let answer = calendars.import_work_calendar(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn calendar(house: &House, year: i16) -> WorkCalendar {
    let mut calendars = WorkCalendarsClient::new(house.connection(Caller::Stranger));
    let name = format!("workCalendars/{year}");
    let request = GetWorkCalendarRequest { name };
    let answer = calendars.get_work_calendar(request).await;
    answer.expect("an answer").into_inner()
}

fn day(time: Option<prost_types::Timestamp>) -> String {
    let time = time.as_ref().and_then(from_pb);
    time.map(|time| astana_date(time).to_string())
        .unwrap_or_default()
}

fn due_day(task: &ReviewTask) -> String {
    day(task.due_time)
}

#[tokio::test]
async fn a_dry_run_names_the_tasks_whose_term_would_move_and_moves_none() {
    let house = House::new().await;
    // Both are due on Thursday and Friday; a decided one is nobody's concern any more.
    let (moved, decided) = (house.submitted(1).await, house.submitted(2).await);
    house.claims(50, &decided.name).await.unwrap();
    house.accepts(50, &decided.name).await.unwrap();
    house.at("2026-06-10T10:00:00+05:00");
    let later = house.submitted(3).await;
    let dry = ImportWorkCalendarRequest {
        dry_run: true,
        ..import(CSV)
    };
    let shown = imports(&house, dry).await.unwrap();
    let [change] = shown.term_changes.as_slice() else {
        panic!("{:?}", shown.term_changes)
    };
    assert_eq!((&change.review_task, shown.changed_count), (&moved.name, 1));
    assert_eq!(day(change.old_due_time), "2026-06-04");
    assert_eq!(day(change.new_due_time), "2026-06-05");
    let calendar_shown = shown.work_calendar.clone().expect("a calendar");
    assert_eq!((calendar_shown.version, calendar_shown.days.len()), (2, 2));
    assert_eq!(calendar(&house, 2026).await.version, 1);
    assert_eq!(house.task(&moved.name).await.due_time, moved.due_time);

    let done = imports(&house, import(CSV)).await.unwrap();
    assert_eq!(done, shown, "it does what it showed");
    assert_eq!(calendar(&house, 2026).await, calendar_shown);
    let task = house.task(&moved.name).await;
    assert_eq!(
        (due_day(&task), task.calendar_version),
        ("2026-06-05".into(), 2)
    );
    assert_eq!(house.task(&later.name).await.due_time, later.due_time);
    let told = house.published::<ReviewTermChanged>().await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].due_time, told[0].paused), (task.due_time, false));
    house.runs_job("recount-terms").await;
    assert_eq!(house.published::<ReviewTermChanged>().await.len(), 1);
}

#[tokio::test]
async fn tasks_that_open_later_are_counted_by_the_new_version() {
    let house = House::new().await;
    imports(&house, import(CSV)).await.unwrap();
    let task = house.submitted(1).await;
    assert_eq!(
        (due_day(&task), task.calendar_version),
        ("2026-06-05".into(), 2)
    );
}

#[tokio::test]
async fn a_year_that_was_missing_gives_its_tasks_a_term() {
    let house = House::new().await;
    let payload = submission_of(1, 1, instant("2031-06-02T10:00:00+05:00"));
    house
        .hears(&house.event(&payload.application, &payload))
        .await
        .unwrap();
    let task = house.task_of(&payload.submission).await;
    assert_eq!(task.due_time, None);
    let request = ImportWorkCalendarRequest {
        name: "workCalendars/2031".into(),
        days: vec![CalendarDay {
            date: Some(Date {
                year: 2031,
                month: 6,
                day: 4,
            }),
            kind: Kind::Holiday.into(),
            title: Some(LocalizedText {
                kk: "Күн".into(),
                ru: "День".into(),
                en: "Day".into(),
            }),
        }],
        ..Default::default()
    };
    let done = imports(&house, request).await.unwrap();
    assert_eq!(done.term_changes[0].old_due_time, None);
    assert_eq!(due_day(&house.task(&task.name).await), "2031-06-06");
}

#[tokio::test]
async fn everything_wrong_with_a_calendar_is_told_at_once_with_its_lines() {
    let house = House::new().await;
    let csv = "date,kind,kk,ru,en
2026-03-09,HOLIDAY,Күн,День,Day
2026-03-09,HOLIDAY,Күн,День,Day
2025-03-10,HOLIDAY,Күн,День,Day
2026-03-07,HOLIDAY,Күн,День,Day
2026-03-11,WORKING_WEEKEND,Күн,День,Day
soon,HOLIDAY,Күн,,Day
";
    let wrong = ImportWorkCalendarRequest {
        known_version: -1,
        ..import(csv)
    };
    let refused = imports(&house, wrong).await.unwrap_err();
    let expected = [
        ("known_version", "OUT_OF_RANGE"),
        ("csv[7].date", "INVALID_FORMAT"),
        ("csv[3].date", "REPEATED_DAY"),
        ("csv[4].date", "WRONG_YEAR"),
        ("csv[6].kind", "NOT_A_WEEKEND"),
        ("csv[7].title.ru", "REQUIRED"),
    ];
    assert_eq!(
        violations(&refused),
        expected.map(|(field, why)| (field.to_owned(), why.to_owned()))
    );
    assert_eq!(calendar(&house, 2026).await.version, 1);
    for (request, field, why) in [
        (import(""), "csv", "REQUIRED"),
        (
            ImportWorkCalendarRequest {
                days: vec![CalendarDay::default(); 367],
                ..import("")
            },
            "days",
            "TOO_MANY",
        ),
        (
            ImportWorkCalendarRequest {
                days: vec![CalendarDay::default()],
                ..import(CSV)
            },
            "days",
            "DUPLICATE_FIELD",
        ),
    ] {
        let refused = imports(&house, request).await.unwrap_err();
        assert_eq!(violations(&refused), [(field.to_owned(), why.to_owned())]);
    }
}

#[tokio::test]
async fn the_calendars_that_are_compiled_in_can_be_handed_in_as_they_are() {
    let house = House::new().await;
    for year in [2023, 2024, 2025, 2026, 2027] {
        let before = calendar(&house, year).await;
        let is_weekend = |day: &CalendarDay| {
            let date = day.date.expect("a date");
            let date = jiff::civil::date(
                i16::try_from(date.year).unwrap(),
                i8::try_from(date.month).unwrap(),
                i8::try_from(date.day).unwrap(),
            );
            use jiff::civil::Weekday;
            matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
        };
        let on_weekends: Vec<_> = before
            .days
            .iter()
            .filter(|day| is_weekend(day) && day.kind() != Kind::WorkingWeekend)
            .map(|day| day.date)
            .collect();
        assert!(!on_weekends.is_empty(), "{year} has such days");
        let request = |dry_run| ImportWorkCalendarRequest {
            name: before.name.clone(),
            days: before.days.clone(),
            dry_run,
            ..Default::default()
        };
        let shown = imports(&house, request(true)).await.unwrap();
        assert_eq!(shown.changed_count, 0);
        let noted: Vec<_> = shown.notes.iter().map(|note| note.date).collect();
        assert_eq!(noted, on_weekends);
        for note in &shown.notes {
            assert_eq!(note.code, "WEEKEND_IS_OFF");
            assert!(note.place.starts_with("days[") && note.text.len() > 20);
        }
        let done = imports(&house, request(false)).await.unwrap();
        assert_eq!(done, shown, "it does what it showed");
        let after = calendar(&house, year).await;
        assert_eq!((after.version, after.days), (2, before.days));
    }
}

#[tokio::test]
async fn whoever_read_an_older_version_is_told_to_read_again() {
    let house = House::new().await;
    let known = |known_version| ImportWorkCalendarRequest {
        known_version,
        ..import(CSV)
    };
    imports(&house, known(1)).await.unwrap();
    let stale = imports(&house, known(1)).await.unwrap_err();
    assert_eq!(reason(&stale), "STALE_ETAG");
    assert_eq!(metadata(&stale, "current_etag"), "2");
    imports(&house, known(2)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn publishers_at_the_same_time_make_a_version_each_and_terms_follow_the_last() {
    let house = Arc::new(House::new().await);
    let task = house.submitted(1).await;
    let calls = (0..6).map(|number| {
        let house = house.clone();
        // Every other one takes Wednesday off.
        let csv = if number % 2 == 0 {
            CSV
        } else {
            "date,kind,kk,ru,en\n2026-07-06,OBSERVED,a,b,c"
        };
        tokio::spawn(async move { imports(&house, import(csv)).await.unwrap() })
    });
    let mut versions = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        versions.push(call.await.unwrap().work_calendar.unwrap().version);
    }
    versions.sort_unstable();
    assert_eq!(versions, [2, 3, 4, 5, 6, 7]);
    house.runs_job("recount-terms").await;
    let in_force = calendar(&house, 2026).await;
    let due = match in_force.days.len() {
        2 => "2026-06-05",
        _ => "2026-06-04",
    };
    assert_eq!(due_day(&house.task(&task.name).await), due);
}

#[tokio::test]
async fn a_published_year_survives_a_start_of_the_service() {
    let house = House::new().await;
    imports(&house, import(CSV)).await.unwrap();
    let house = house
        .restarted_with(review_svc::config::Config::default())
        .await;
    assert_eq!(calendar(&house, 2026).await.version, 2);
    let task = house.submitted(1).await;
    assert_eq!(due_day(&task), "2026-06-05");
}

#[tokio::test]
async fn a_replayed_import_gets_the_first_answer_and_makes_no_other_version() {
    let house = House::new().await;
    let request = ImportWorkCalendarRequest {
        request_id: house.request_id(),
        ..import(CSV)
    };
    let mut calendars = WorkCalendarsClient::new(house.connection(manager()));
    let first = calendars.import_work_calendar(request.clone()).await;
    let again = calendars.import_work_calendar(request).await;
    assert_eq!(first.unwrap().into_inner(), again.unwrap().into_inner());
    assert_eq!(calendar(&house, 2026).await.version, 2);
}
