//! Attempts of a year: free and paid, over the campaigns of a programme.

use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::AttemptKind::{Free, Paid, Unspecified};
use proto::questionnaire::v1::application::State;
use tonic::{Code, Status};

use crate::candidate::Candidate;
use crate::nqt;
use crate::without_review::fills_in;
use crate::world::{World, metadata, pairs, reason, violations};

/// One free attempt and a paid one, as the rules of the teachers' test give.
fn campaign(free: i32, paid: i32) -> pb::Campaign {
    pb::Campaign {
        rules: Some(pb::CampaignRules {
            accepted_on_submission: true,
            free_attempts_per_year: free,
            paid_attempts_per_year: paid,
            ..Default::default()
        }),
        ..nqt::campaign()
    }
}

/// A world with campaigns that count, open at once.
async fn world(campaigns: &[&str]) -> World {
    let world = nqt::world().await;
    for id in campaigns {
        world.create_campaign(id, campaign(1, 1)).await.unwrap();
    }
    world
}

async fn sends(teacher: &Candidate<'_>, name: &str) -> Result<pb::Application, Status> {
    teacher.submits_with(name, "", &[]).await
}

async fn applies(teacher: &Candidate<'_>, campaign: &str) -> pb::Application {
    let name = fills_in(teacher, campaign).await;
    sends(teacher, &name).await.unwrap()
}

fn is_used_up(refused: &Status) -> bool {
    (refused.code(), reason(refused).as_str()) == (Code::FailedPrecondition, "ATTEMPTS_USED_UP")
}

#[tokio::test]
async fn the_first_of_a_year_is_free_the_second_is_paid_and_there_is_no_third() {
    let world = world(&["one", "two", "three"]).await;
    let teacher = world.candidate(1);
    let draft = fills_in(&teacher, "campaigns/one").await;
    let opened = teacher.application(&draft).await.unwrap();
    assert_eq!(opened.attempt_kind(), Unspecified);
    let first = sends(&teacher, &draft).await.unwrap();
    assert_eq!(first.attempt_kind(), Free);
    // A change is no other attempt.
    let again = sends(&teacher, &draft).await.unwrap();
    assert_eq!((again.submission_count, again.attempt_kind()), (2, Free));

    // What was begun while one was left is refused at the end, if none is left then.
    let late = fills_in(&teacher, "campaigns/three").await;
    let second = applies(&teacher, "campaigns/two").await;
    assert_eq!(second.attempt_kind(), Paid);
    let refused = sends(&teacher, &late).await.unwrap_err();
    assert!(is_used_up(&refused), "{refused:?}");
    let told = ["free_attempts", "paid_attempts", "year"].map(|key| metadata(&refused, key));
    assert_eq!(told, ["1", "1", "2026"]);
    let after = teacher.application(&late).await.unwrap();
    assert_eq!(
        (after.state(), after.attempt_kind()),
        (State::Draft, Unspecified)
    );
    // Nobody else is counted with them.
    let other = applies(&world.candidate(2), "campaigns/three").await;
    assert_eq!(other.attempt_kind(), Free);
}

#[tokio::test]
async fn nobody_begins_what_they_could_not_submit() {
    let world = world(&["one", "two", "three"]).await;
    let teacher = world.candidate(1);
    applies(&teacher, "campaigns/one").await;
    applies(&teacher, "campaigns/two").await;
    let opens = teacher.opens_a("campaigns/three", "HEAD").await;
    assert!(is_used_up(&opens.unwrap_err()));
    // Where there is one already, that is what is told.
    let exists = teacher.opens_a("campaigns/two", "HEAD").await.unwrap_err();
    assert_eq!(reason(&exists), "APPLICATION_EXISTS");
}

#[tokio::test]
async fn what_is_withdrawn_or_set_aside_gives_its_attempt_back_and_the_other_keeps_its_own() {
    let world = world(&["one", "two", "three"]).await;
    let teacher = world.candidate(1);
    let first = applies(&teacher, "campaigns/one").await;
    let second = applies(&teacher, "campaigns/two").await;
    let gone = teacher.withdraws(&first.name).await.unwrap();
    assert_eq!(
        (gone.state(), gone.attempt_kind()),
        (State::Withdrawn, Unspecified)
    );
    let third = applies(&teacher, "campaigns/three").await;
    assert_eq!(third.attempt_kind(), Free);
    let second = teacher.application(&second.name).await.unwrap();
    assert_eq!(second.attempt_kind(), Paid);
    let opens = teacher.opens_a("campaigns/one", "HEAD").await;
    assert!(is_used_up(&opens.unwrap_err()));
}

#[tokio::test]
async fn a_year_is_that_of_the_campaigns_days_and_of_the_first_submission() {
    let world = nqt::world().await;
    let long = pb::Campaign {
        close_time: Some(chassis::clock::to_pb(
            "2027-03-01T00:00:00Z".parse().unwrap(),
        )),
        ..campaign(1, 0)
    };
    for id in ["one", "two", "three"] {
        world.create_campaign(id, long.clone()).await.unwrap();
    }
    let teacher = world.candidate(1);
    let second = fills_in(&teacher, "campaigns/two").await;
    let first = applies(&teacher, "campaigns/one").await;
    // The last millisecond of the year in Almaty, then the first of the next.
    world.at("2026-12-31T18:59:59.999Z");
    assert!(is_used_up(&sends(&teacher, &second).await.unwrap_err()));
    world.at("2026-12-31T19:00:00Z");
    let sent = sends(&teacher, &second).await.unwrap();
    assert_eq!(sent.attempt_kind(), Free);
    // A change of what was sent last year takes nothing of this one, and gives nothing back.
    sends(&teacher, &first.name).await.unwrap();
    let taken = "SELECT COUNT(*) AS n FROM attempt WHERE year = 2026";
    assert_eq!(world.count(taken).await, 1);
    assert!(is_used_up(
        &teacher
            .opens_a("campaigns/three", "HEAD")
            .await
            .unwrap_err()
    ));
}

#[tokio::test]
async fn campaigns_that_count_nothing_take_nothing() {
    let world = nqt::world().await;
    for id in ["one", "two"] {
        world.create_campaign(id, campaign(0, 0)).await.unwrap();
        let sent = applies(&world.candidate(1), &format!("campaigns/{id}")).await;
        assert_eq!(sent.attempt_kind(), Unspecified);
    }
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM attempt").await, 0);
    let refused = world
        .create_campaign("three", campaign(-1, 11))
        .await
        .unwrap_err();
    let expected = [
        ("campaign.rules.free_attempts_per_year", "OUT_OF_RANGE"),
        ("campaign.rules.paid_attempts_per_year", "OUT_OF_RANGE"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_submissions_at_once_as_many_are_taken_as_the_year_has() {
    let ids = ["one", "two", "three", "four", "five"];
    let world = world(&ids).await;
    for number in 1..=4 {
        let teacher = world.candidate(number);
        let mut drafts = Vec::new();
        for id in ids {
            drafts.push(fills_in(&teacher, &format!("campaigns/{id}")).await);
        }
        let calls = drafts.iter().map(|name| sends(&teacher, name));
        let answers = futures_util::future::join_all(calls).await;
        let kinds = answers.iter().flatten().map(pb::Application::attempt_kind);
        let mut kinds: Vec<_> = kinds.collect();
        kinds.sort();
        assert_eq!(kinds, [Free, Paid]);
        let refused = answers.iter().filter_map(|it| it.as_ref().err());
        assert!(refused.into_iter().all(is_used_up));
    }
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM attempt").await, 8);
}
