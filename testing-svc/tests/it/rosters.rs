//! Who sits a session, by numbers: in pages, and as a stream that is taken up again.

use futures_util::TryStreamExt;
use proto::testing::v1 as pb;
use proto::testing::v1::booking::State;
use proto::testing::v1::quota::Kind;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::wire::v1::Language;

use crate::seats::{DAY, quota};
use crate::world::{World, refused, wrong};

async fn stream(world: &World, session: &str, resume_token: &str) -> Vec<pb::RosterEntry> {
    let request = pb::StreamRosterRequest {
        parent: session.into(),
        resume_token: resume_token.into(),
    };
    let mut sessions = TestSessionsClient::new(world.as_desk());
    let roster = sessions.stream_roster(request).await.expect("a stream");
    roster.into_inner().try_collect().await.expect("its end")
}

#[tokio::test]
async fn a_roster_has_numbers_states_and_extra_time_and_nothing_of_the_person() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let quotas = [
        quota("kazakh", Kind::LanguageForm, "kk", 5),
        quota("wide", Kind::AccessibleWorkstation, "", 1),
    ];
    let session = world.session_with(&stage, 3 * DAY, 5, &quotas).await.name;
    let mut numbers = Vec::new();
    for number in 1..=3 {
        world.accept(number).await;
        let candidate = world.candidate(number).await.expect("a candidate");
        numbers.push(candidate.candidate_number);
    }
    let accessible = world.hold_as(1, &session, |it| it.accessible = true).await;
    let first = accessible.expect("a seat").name;
    world.confirm(1, &first).await.expect("booked");
    let second = world.book(2, &session).await.name;
    world.check_in(&second).await.expect("there");
    world
        .hold(3, &session)
        .await
        .expect("a hold, which is no booking");

    let mut desk = TestSessionsClient::new(world.as_desk());
    let list = pb::ListRosterRequest {
        parent: session.clone(),
        ..Default::default()
    };
    let roster = desk.list_roster(list.clone()).await.expect("a roster");
    let mut lines = roster.into_inner().entries;
    let told: Vec<&str> = lines
        .iter()
        .map(|it| it.candidate_number.as_str())
        .collect();
    assert!(told.is_sorted());
    lines.sort_by_key(|it| it.booking.clone());
    assert_eq!(lines.len(), 2);
    let accessible = lines.iter().find(|it| it.booking == first).expect("a line");
    assert_eq!(accessible.candidate_number, numbers[0]);
    assert_eq!(accessible.extra_time_percent, 50);
    assert_eq!(accessible.language(), Language::Unspecified);
    let there = lines
        .iter()
        .find(|it| it.booking == second)
        .expect("a line");
    assert_eq!(
        (there.state(), there.extra_time_percent),
        (State::CheckedIn, 0)
    );
    assert_eq!(world.count("audit WHERE action = 'ListRoster'").await, 1);

    let mut person = TestSessionsClient::new(world.as_person(1));
    refused(person.list_roster(list).await, "NOT_ALLOWED");
    let nowhere = pb::ListRosterRequest {
        parent: format!("{stage}/sessions/{}", uuid::Uuid::nil()),
        ..Default::default()
    };
    refused(desk.list_roster(nowhere).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_stream_is_taken_up_after_the_last_line_that_arrived() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 250).await.name;
    // More than is read ahead.
    for number in 1..=205 {
        world.accept(number).await;
        world.book(number, &session).await;
    }
    let whole = stream(&world, &session, "").await;
    assert_eq!(whole.len(), 205);
    let numbers: Vec<&String> = whole.iter().map(|it| &it.candidate_number).collect();
    assert!(numbers.is_sorted());
    for at in [0, 99, 100, 203, 204] {
        let rest = stream(&world, &session, &whole[at].resume_token).await;
        assert_eq!(rest, whole[at + 1..]);
    }
    let mut paged = Vec::new();
    let mut token = String::new();
    let mut desk = TestSessionsClient::new(world.as_desk());
    loop {
        let request = pb::ListRosterRequest {
            parent: session.clone(),
            page_size: 100,
            page_token: token,
        };
        let page = desk
            .list_roster(request)
            .await
            .expect("a page")
            .into_inner();
        paged.extend(page.entries);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(paged, whole);
    let strange = pb::StreamRosterRequest {
        parent: session,
        resume_token: "1.2".into(),
    };
    let strange = desk.stream_roster(strange).await.map(drop);
    assert_eq!(wrong(strange), ["resume_token INVALID_PAGE_TOKEN"]);
}
