//! Reasons and calendars, as they are served.

use chassis::caller::Caller;
use chassis::testing;
use proto::review::v1::calendar_day::Kind;
use proto::review::v1::reason_codes_client::ReasonCodesClient;
use proto::review::v1::work_calendars_client::WorkCalendarsClient;
use proto::review::v1::{GetWorkCalendarRequest, ListReasonCodesRequest, WorkCalendar};
use tonic::Status;

use crate::house::{House, reason, violations};

#[tokio::test]
async fn reasons_are_listed_in_three_languages_page_by_page() {
    let house = House::new().await;
    let mut codes = ReasonCodesClient::new(house.connection(testing::person(1, &[])));
    let mut seen = Vec::new();
    let mut request = ListReasonCodesRequest {
        page_size: 7,
        ..Default::default()
    };
    loop {
        let page = codes
            .list_reason_codes(request.clone())
            .await
            .unwrap()
            .into_inner();
        seen.extend(page.reason_codes);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    let listed: Vec<_> = seen.iter().map(|reason| reason.code.clone()).collect();
    let reserve = review_svc::domain::reason_code::reserve();
    let known: Vec<_> = reserve
        .reasons
        .iter()
        .map(|reason| reason.code.clone())
        .collect();
    assert_eq!(listed, known);
    for reason in &seen {
        assert_eq!(reason.name, format!("reviewReasonCodes/{}", reason.code));
        let title = reason.title.as_ref().expect("a title");
        assert!(
            ![&title.kk, &title.ru, &title.en]
                .iter()
                .any(|text| text.is_empty())
        );
    }
    let other = seen
        .iter()
        .find(|reason| reason.code == "OTHER")
        .expect("another reason");
    assert!(other.note_required && other.law_reference.is_empty());
}

async fn calendar(house: &House, name: &str) -> Result<WorkCalendar, Status> {
    let mut calendars = WorkCalendarsClient::new(house.connection(Caller::Stranger));
    let request = GetWorkCalendarRequest { name: name.into() };
    calendars
        .get_work_calendar(request)
        .await
        .map(tonic::Response::into_inner)
}

#[tokio::test]
async fn a_calendar_shows_the_days_that_differ_to_everybody() {
    let house = House::new().await;
    let shown = calendar(&house, "workCalendars/2025").await.unwrap();
    assert_eq!(
        (shown.name.as_str(), shown.version),
        ("workCalendars/2025", 1)
    );
    let kind = |month, day| {
        let found = shown.days.iter().find(|it| {
            it.date
                .as_ref()
                .is_some_and(|date| (date.month, date.day) == (month, day))
        });
        found.map(|day| day.kind())
    };
    assert_eq!(kind(6, 6), Some(Kind::Holiday));
    assert_eq!(kind(7, 7), Some(Kind::Observed));
    assert_eq!(kind(1, 3), Some(Kind::TransferredOff));
    assert_eq!(kind(1, 5), Some(Kind::WorkingWeekend));
    assert_eq!(kind(6, 7), None);
    let title = shown.days[0].title.as_ref().expect("a title");
    assert_eq!(title.kk, "Жаңа жыл");
}

#[tokio::test]
async fn a_year_that_is_not_published_is_not_found() {
    let house = House::new().await;
    let refused = calendar(&house, "workCalendars/2031").await.unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
    for bad in [
        "",
        "workCalendars/02025",
        "workCalendars/soon",
        "workCalendars/+202",
        "2025",
    ] {
        let refused = calendar(&house, bad).await.unwrap_err();
        assert_eq!(
            violations(&refused),
            [("name".to_owned(), "INVALID_NAME".to_owned())],
            "{bad}"
        );
    }
}
