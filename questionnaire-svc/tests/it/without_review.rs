//! Campaigns without review: accepted on submission, changed and withdrawn until the term ends.

use proto::events::v1 as events;
use proto::events::v1::application_decided::Outcome;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::State;
use proto::questionnaire::v1::submissions_client::SubmissionsClient;
use proto::wire::v1::LocalizedText;
use questionnaire_svc::rpc::wire;
use serde_json::json;
use tonic::Code;

use crate::candidate::Candidate;
use crate::nqt;
use crate::organisations::SCHOOL;
use crate::world::{World, metadata, pairs, reason, violations};

const CAMPAIGN: &str = "campaigns/nqt-open";
/// A day before the close of 30 June, in Astana's midnights.
const OVER: &str = "2026-06-29T19:00:00Z";
const LAST: &str = "2026-06-29T18:59:59.999Z";

fn campaign(edit_until_hours: i32) -> pb::Campaign {
    pb::Campaign {
        rules: Some(pb::CampaignRules {
            accepted_on_submission: true,
            edit_until_hours,
            ..Default::default()
        }),
        ..nqt::campaign()
    }
}

async fn world() -> World {
    let world = nqt::world().await;
    world
        .create_campaign("nqt-open", campaign(24))
        .await
        .unwrap();
    world
}

async fn fills(teacher: &Candidate<'_>) -> String {
    fills_in(teacher, CAMPAIGN).await
}

/// Opens an application and answers everything.
pub async fn fills_in(teacher: &Candidate<'_>, campaign: &str) -> String {
    let name = teacher.opens_a(campaign, "PRESCHOOL").await.unwrap().name;
    for (section, answers) in [
        ("personal", nqt::personal()),
        ("employer", json!({"organisation": SCHOOL})),
        (
            "test-parameters",
            json!({"test_language": "KK", "rules_accepted": true}),
        ),
    ] {
        teacher.saves(&name, section, &answers).await.unwrap();
    }
    name
}

async fn sends(teacher: &Candidate<'_>) -> pb::Application {
    let name = fills(teacher).await;
    teacher.submits_with(&name, "", &[]).await.unwrap()
}

/// The language of the test as it was submitted.
async fn submitted_language(teacher: &Candidate<'_>, name: &str) -> String {
    let request = pb::GetSubmissionRequest { name: name.into() };
    let mut client = SubmissionsClient::new(teacher.connection());
    let frozen = client.get_submission(request).await.unwrap().into_inner();
    let sections = frozen.sections.into_iter();
    let mut sections = sections.filter(|it| it.name.ends_with("/test-parameters"));
    let answers = wire::to_json(sections.next().unwrap().answers.unwrap());
    answers["test_language"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_submitted_is_accepted_in_the_same_breath_and_told_once() {
    let world = world().await;
    let teacher = world.candidate(1);
    let sent = sends(&teacher).await;
    assert_eq!((sent.state(), sent.submission_count), (State::Accepted, 1));
    assert_eq!(sent.submit_time, sent.decide_time);
    let decision = sent.decision.clone().unwrap();
    assert_eq!(
        decision.outcome(),
        pb::application_decision::Outcome::Accepted
    );
    let told = world.told().await;
    let expected = [
        "ApplicationSubmitted",
        "ApplicationAccepted",
        "ApplicationDecided",
    ];
    assert!(told.ends_with(&expected.map(str::to_owned)), "{told:?}");
    let submitted: Vec<events::ApplicationSubmitted> = world.told_of().await;
    assert!(submitted[0].without_review);
    let seat = events::SeatNeeds {
        language: "kk".into(),
        ..Default::default()
    };
    assert_eq!(submitted[0].seat_needs, Some(seat));
    let accepted: Vec<events::ApplicationAccepted> = world.told_of().await;
    assert_eq!(accepted[0].submission, sent.submission);
    assert_eq!(accepted[0].review_task, "");
    let decided: Vec<events::ApplicationDecided> = world.told_of().await;
    assert_eq!(decided[0].outcome(), Outcome::AcceptedOnSubmission);

    // The bus brings our own word back: it changes nothing.
    world.hear(&sent.name, &accepted[0]).await.unwrap();
    assert_eq!(teacher.application(&sent.name).await.unwrap(), sent);
}

#[tokio::test]
async fn a_change_stays_accepted_and_replaces_what_was_submitted_when_it_is_sent() {
    let world = world().await;
    let teacher = world.candidate(1);
    let first = sends(&teacher).await;
    let other = json!({"test_language": "RU", "rules_accepted": true});
    teacher
        .saves(&first.name, "test-parameters", &other)
        .await
        .unwrap();
    let between = teacher.application(&first.name).await.unwrap();
    assert_eq!(
        (between.state(), &between.submission),
        (State::Accepted, &first.submission)
    );
    assert_eq!(
        submitted_language(&teacher, &between.submission).await,
        "KK"
    );

    let unfinished = json!({"test_language": "RU"});
    teacher
        .saves(&first.name, "test-parameters", &unfinished)
        .await
        .unwrap();
    let refused = teacher
        .submits_with(&first.name, "", &[])
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_INCOMPLETE");
    assert_eq!(
        teacher.application(&first.name).await.unwrap().state(),
        State::Accepted
    );

    teacher
        .saves(&first.name, "test-parameters", &other)
        .await
        .unwrap();
    world.at("2026-06-11T06:00:00Z");
    let second = teacher.submits_with(&first.name, "", &[]).await.unwrap();
    assert_eq!(
        (second.state(), second.submission_count),
        (State::Accepted, 2)
    );
    assert_eq!(second.decide_time, first.decide_time);
    assert_eq!(submitted_language(&teacher, &second.submission).await, "RU");
    assert_eq!(submitted_language(&teacher, &first.submission).await, "KK");
    let accepted: Vec<events::ApplicationAccepted> = world.told_of().await;
    assert_eq!(accepted.len(), 2);
    assert_eq!(accepted[1].submission, second.submission);
    let decided: Vec<events::ApplicationDecided> = world.told_of().await;
    assert_eq!(decided.len(), 1, "the person is told once");
}

#[tokio::test]
async fn a_submission_tells_which_seat_is_needed_and_never_why() {
    let world = world().await;
    let teacher = world.candidate(1);
    let name = teacher
        .opens_a(CAMPAIGN, "GENERAL_SECONDARY")
        .await
        .unwrap()
        .name;
    let mut personal = nqt::personal();
    personal["visual_impairment"] = json!(true);
    for (section, answers) in [
        ("personal", personal),
        ("employer", json!({"organisation": SCHOOL})),
        (
            "test-parameters",
            json!({"subject": "PHYSICS", "test_language": "RU", "rules_accepted": true}),
        ),
    ] {
        teacher.saves(&name, section, &answers).await.unwrap();
    }
    teacher.submits_with(&name, "", &[]).await.unwrap();
    let submitted: Vec<events::ApplicationSubmitted> = world.told_of().await;
    let seat = events::SeatNeeds {
        subject: "PHYSICS".into(),
        language: "ru".into(),
        accessible: true,
        subject_title: Some(LocalizedText {
            kk: "Физика".into(),
            ru: "Физика".into(),
            en: "Physics".into(),
        }),
    };
    assert_eq!(submitted[0].seat_needs, Some(seat));
}

#[tokio::test]
async fn the_term_for_changes_ends_to_the_millisecond_and_says_so() {
    let world = world().await;
    let (teacher, late) = (world.candidate(1), world.candidate(2));
    let sent = sends(&teacher).await;
    let draft = fills(&late).await;
    let answers = json!({"test_language": "RU", "rules_accepted": true});
    world.at(LAST);
    teacher
        .saves(&sent.name, "test-parameters", &answers)
        .await
        .unwrap();
    world.at(OVER);
    for refused in [
        teacher
            .saves(&sent.name, "test-parameters", &answers)
            .await
            .unwrap_err(),
        teacher.submits_with(&sent.name, "", &[]).await.unwrap_err(),
        teacher.withdraws(&sent.name).await.unwrap_err(),
    ] {
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::FailedPrecondition, "EDIT_TERM_OVER")
        );
        assert_eq!(metadata(&refused, "edit_until_time"), OVER);
    }
    // The first submission is taken until the window closes.
    let last = late.submits_with(&draft, "", &[]).await.unwrap();
    assert_eq!(last.state(), State::Accepted);
}

#[tokio::test]
async fn whoever_began_the_test_changes_and_withdraws_nothing_any_more() {
    let world = world().await;
    let (teacher, other) = (world.candidate(1), world.candidate(2));
    let sent = sends(&teacher).await;
    let start_time: jiff::Timestamp = "2026-06-11T06:00:00Z".parse().unwrap();
    let started = events::AttemptStarted {
        campaign: CAMPAIGN.into(),
        account: teacher.account.clone(),
        start_time: Some(chassis::clock::to_pb(start_time)),
        ..Default::default()
    };
    let event = world.event("campaigns/nqt-open/bookings/b", &started);
    world.hear_again(&event).await.unwrap();
    let before = teacher.application(&sent.name).await.unwrap();
    world.hear_again(&event).await.unwrap();
    let answers = json!({"test_language": "RU", "rules_accepted": true});
    for refused in [
        teacher
            .saves(&sent.name, "test-parameters", &answers)
            .await
            .unwrap_err(),
        teacher.submits_with(&sent.name, "", &[]).await.unwrap_err(),
        teacher.withdraws(&sent.name).await.unwrap_err(),
    ] {
        assert_eq!(reason(&refused), "TEST_STARTED");
        assert_eq!(metadata(&refused, "start_time"), "2026-06-11T06:00:00Z");
    }
    assert_eq!(teacher.application(&sent.name).await.unwrap(), before);
    let still = sends(&other).await;
    other.withdraws(&still.name).await.unwrap();
}

#[tokio::test]
async fn what_is_withdrawn_stays_so_and_makes_room_for_another() {
    let world = world().await;
    let teacher = world.candidate(1);
    let sent = sends(&teacher).await;
    let exists = teacher.opens_a(CAMPAIGN, "TVET").await.unwrap_err();
    assert_eq!(reason(&exists), "APPLICATION_EXISTS");
    let gone = teacher.withdraws(&sent.name).await.unwrap();
    assert_eq!(gone.state(), State::Withdrawn);
    let withdrawn: Vec<events::ApplicationWithdrawn> = world.told_of().await;
    assert_eq!(withdrawn[0].submission_number, 1);
    let refused = teacher.submits_with(&sent.name, "", &[]).await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_FROZEN");
    let second = teacher.opens_a(CAMPAIGN, "TVET").await.unwrap();
    assert_ne!(second.name, sent.name);
    assert_eq!(teacher.application(&sent.name).await.unwrap(), gone);

    // The database holds it: what is not withdrawn makes no room.
    let id = second.name.rsplit('/').next().unwrap();
    let sql = format!("UPDATE application SET makes_room = TRUE WHERE id = '{id}'");
    assert!(world.sql(&sql).await.is_err());
    // Where experts decide, a withdrawn application stays the only one.
    let reserve = teacher.opens().await.unwrap();
    teacher.withdraws(&reserve.name).await.unwrap();
    let exists = teacher.opens().await.unwrap_err();
    assert_eq!(reason(&exists), "APPLICATION_EXISTS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_open_another_at_once_one_does() {
    let world = world().await;
    let teacher = world.candidate(1);
    let sent = sends(&teacher).await;
    teacher.withdraws(&sent.name).await.unwrap();
    let calls = (0..6).map(|_| teacher.opens_a(CAMPAIGN, "HEAD"));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|it| it.is_ok()).count(), 1);
    let standing = "SELECT COUNT(*) AS n FROM application WHERE NOT makes_room";
    assert_eq!(world.count(standing).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_change_and_a_withdrawal_at_once_the_withdrawal_stands() {
    let world = world().await;
    for number in 1..=6 {
        let teacher = world.candidate(number);
        let sent = sends(&teacher).await;
        let (change, withdrawal) = tokio::join!(
            teacher.submits_with(&sent.name, "", &[]),
            teacher.withdraws(&sent.name)
        );
        assert_eq!(withdrawal.unwrap().state(), State::Withdrawn);
        let after = teacher.application(&sent.name).await.unwrap();
        assert_eq!(after.state(), State::Withdrawn);
        match change {
            Ok(changed) => assert_eq!(after.submission, changed.submission),
            Err(refused) => {
                assert_eq!(reason(&refused), "APPLICATION_FROZEN");
                assert_eq!(after.submission, sent.submission);
            }
        }
    }
}

#[tokio::test]
async fn a_campaign_tells_until_when_applications_change_and_needs_no_places() {
    let world = world().await;
    let free = pb::Campaign {
        places: 0,
        ..campaign(24)
    };
    let made = world.create_campaign("nqt-free", free).await.unwrap();
    let over: jiff::Timestamp = OVER.parse().unwrap();
    assert_eq!(made.edit_until_time, Some(chassis::clock::to_pb(over)));
    let mut reviewed = campaign(0);
    reviewed.places = 0;
    reviewed.rules.as_mut().unwrap().accepted_on_submission = false;
    let refused = world.create_campaign("nqt-x", reviewed).await.unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("campaign.places", "OUT_OF_RANGE")])
    );
}

#[tokio::test]
async fn a_term_for_changes_is_of_campaigns_without_review_and_no_longer_than_a_year() {
    let world = world().await;
    let field = "campaign.rules.edit_until_hours";
    let mut reviewed = campaign(24);
    reviewed.rules.as_mut().unwrap().accepted_on_submission = false;
    for (wrong, told) in [
        (reviewed, "NOT_ASKED"),
        (campaign(-1), "OUT_OF_RANGE"),
        (campaign(8761), "OUT_OF_RANGE"),
    ] {
        let refused = world.create_campaign("nqt-x", wrong).await.unwrap_err();
        assert_eq!(violations(&refused), pairs(&[(field, told)]));
    }
}
