//! What is heard from the review and from the tests, each once, and what it makes of an application.

use chassis::clock::to_pb;
use proto::events::v1 as events;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::State;
use proto::questionnaire::v1::application_decision::Outcome;
use proto::review::v1 as review;
use proto::testing::v1 as testing;
use questionnaire_svc::rpc::wire;
use serde_json::json;

use crate::candidate::Candidate;
use crate::neighbours::date;
use crate::world::{CAMPAIGN, CLOSE, World, reason};

const TASK: &str = "reviewTasks/1";
const RESULT: &str = "campaigns/reserve-2026/promoCodes/1/languageResult";
const DUE: &str = "2026-07-03T18:59:59.999Z";

fn started(application: &pb::Application) -> events::ReviewStarted {
    events::ReviewStarted {
        application: application.name.clone(),
        submission: application.submission.clone(),
        review_task: TASK.into(),
        ..Default::default()
    }
}

fn correction(
    world: &World,
    application: &pb::Application,
    section: &str,
) -> events::CorrectionAsked {
    events::CorrectionAsked {
        application: application.name.clone(),
        submission: application.submission.clone(),
        review_task: TASK.into(),
        items: vec![events::AskedCorrection {
            section: section.into(),
            kind: pb::CorrectionKind::Incomplete.into(),
        }],
        correction_due_time: Some(to_pb(DUE.parse().unwrap())),
        ask_time: Some(to_pb(world.clock.now())),
        ..Default::default()
    }
}

fn accepted(world: &World, application: &pb::Application) -> events::ApplicationAccepted {
    events::ApplicationAccepted {
        application: application.name.clone(),
        submission: application.submission.clone(),
        review_task: TASK.into(),
        decide_time: Some(to_pb(world.clock.now())),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_review_begins_and_ends_with_an_acceptance_taken_once() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    world
        .hear(&application.name, &started(&application))
        .await
        .unwrap();
    assert_eq!(
        candidate
            .application(&application.name)
            .await
            .unwrap()
            .state(),
        State::InReview
    );
    let event = world.event(&application.name, &accepted(&world, &application));
    world.hear_again(&event).await.unwrap();
    let after = candidate.application(&application.name).await.unwrap();
    assert_eq!(after.state(), State::Accepted);
    assert_eq!(
        after.decision.as_ref().unwrap().outcome(),
        Outcome::Accepted
    );
    assert_eq!(after.decide_time, Some(to_pb(world.clock.now())));
    world.hear_again(&event).await.unwrap();
    assert_eq!(
        candidate.application(&application.name).await.unwrap(),
        after
    );
    assert_eq!(
        reason(&candidate.withdraws(&application.name).await.unwrap_err()),
        "APPLICATION_DECIDED"
    );
}

#[tokio::test]
async fn a_decision_is_told_once_it_holds_and_not_where_the_withdrawal_was_faster() {
    let world = World::new().await;
    let decided = |told: &[String]| {
        let told = told.iter().filter(|kind| *kind == "ApplicationDecided");
        told.count()
    };
    let (taken, withdrawn) = (world.candidate(1), world.candidate(2));
    let late = withdrawn.has_submitted().await;
    withdrawn.withdraws(&late.name).await.unwrap();
    let acceptance = world.event(&late.name, &accepted(&world, &late));
    world.hear_again(&acceptance).await.unwrap();
    world
        .hear(&late.name, &correction(&world, &late, "education"))
        .await
        .unwrap();
    assert_eq!(decided(&world.told().await), 0);
    let seen = withdrawn.application(&late.name).await.unwrap();
    assert_eq!(seen.state(), State::Withdrawn);

    let application = taken.has_submitted().await;
    let acceptance = world.event(&application.name, &accepted(&world, &application));
    for _ in 0..2 {
        world.hear_again(&acceptance).await.unwrap();
    }
    // A second decision has no place any more.
    world
        .hear(
            &application.name,
            &correction(&world, &application, "education"),
        )
        .await
        .unwrap();
    assert_eq!(decided(&world.told().await), 1);
    let told = world.told_of::<events::ApplicationDecided>().await;
    let expected = events::ApplicationDecided {
        application: application.name.clone(),
        submission: application.submission.clone(),
        campaign: CAMPAIGN.into(),
        account: application.applicant.clone(),
        review_task: TASK.into(),
        outcome: events::application_decided::Outcome::Accepted.into(),
        decide_time: Some(to_pb(world.clock.now())),
        ..Default::default()
    };
    assert_eq!(told, [expected]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_withdrawal_and_a_decision_at_once_one_holds_and_only_that_is_told() {
    let world = World::new().await;
    for number in 1..=6 {
        let candidate = world.candidate(number);
        let application = candidate.has_submitted().await;
        let acceptance = world.event(&application.name, &accepted(&world, &application));
        let (withdrawal, heard) = futures_util::join!(
            candidate.withdraws(&application.name),
            world.hear_again(&acceptance)
        );
        // A race that was lost is heard again, as the relay would tell it.
        if heard.is_err() {
            world.hear_again(&acceptance).await.unwrap();
        }
        let state = candidate.application(&application.name).await.unwrap();
        let state = state.state();
        let told = world.told_of::<events::ApplicationDecided>().await;
        let told = told.iter().filter(|it| it.application == application.name);
        match withdrawal {
            Ok(_) => assert_eq!((state, told.count()), (State::Withdrawn, 0)),
            Err(_) => assert_eq!((state, told.count()), (State::Accepted, 1)),
        }
    }
}

#[tokio::test]
async fn a_rejection_is_shown_with_its_reasons_and_the_experts_notes() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let noted = pb::DecisionReason {
        code: "EXPERIENCE_TOO_SHORT".into(),
        note: "4 жыл 11 ай".into(),
    };
    let decision = review::Decision {
        reasons: vec![noted.clone()],
        ..Default::default()
    };
    world
        .neighbours
        .know(|known| drop(known.decisions.insert(TASK.into(), decision)));
    let rejected = events::ApplicationRejected {
        application: application.name.clone(),
        submission: application.submission.clone(),
        review_task: TASK.into(),
        decide_time: Some(to_pb(world.clock.now())),
        reason_codes: vec!["EXPERIENCE_TOO_SHORT".into()],
        ..Default::default()
    };
    // A decision may overtake the news that the review began.
    world.hear(&application.name, &rejected).await.unwrap();
    let after = candidate.application(&application.name).await.unwrap();
    assert_eq!(after.state(), State::Rejected);
    assert_eq!(after.decision.unwrap().reasons, [noted]);
    // The late news changes nothing any more.
    world
        .hear(&application.name, &started(&application))
        .await
        .unwrap();
    assert_eq!(
        candidate
            .application(&application.name)
            .await
            .unwrap()
            .state(),
        State::Rejected
    );
}

#[tokio::test]
async fn a_correction_opens_the_sections_asked_for_until_its_own_term_ends() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let name = application.name.as_str();
    let item = review::CorrectionItem {
        section: "education".into(),
        kind: 2,
        note: "Қосымшасы жоқ".into(),
    };
    let decision = review::Decision {
        items: vec![item],
        ..Default::default()
    };
    world
        .neighbours
        .know(|known| drop(known.decisions.insert(TASK.into(), decision)));
    world.hear(name, &started(&application)).await.unwrap();
    world
        .hear(name, &correction(&world, &application, "education"))
        .await
        .unwrap();
    let asked = candidate.application(name).await.unwrap();
    assert_eq!(asked.state(), State::CorrectionRequested);
    assert_eq!(
        (
            asked.corrections[0].section.as_str(),
            asked.corrections[0].note.as_str()
        ),
        ("education", "Қосымшасы жоқ")
    );
    assert_eq!(asked.correction_due_time, Some(to_pb(DUE.parse().unwrap())));

    // After the window, inside the term.
    world.at(CLOSE);
    let refused = candidate
        .saves(name, "additional", &json!({}))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "SECTION_NOT_UNDER_CORRECTION");
    let old = wire::to_json(
        candidate
            .section(name, "education")
            .await
            .unwrap()
            .answers
            .unwrap(),
    );
    let old = old["rows"][0]["document"].as_str().unwrap().to_owned();
    let diploma = candidate.uploads_pdf(name, "education", "DIPLOMA").await;
    let saved = candidate
        .saves(name, "education", &crate::candidate::education(&diploma))
        .await;
    assert!(saved.unwrap().complete);
    candidate.deletes(&old).await.unwrap();
    let blobs = world.blobs();
    world.at(DUE);
    let again = candidate.submits(name).await.unwrap();
    assert_eq!(
        (again.state(), again.submission_count),
        (State::Submitted, 2)
    );
    assert_ne!(again.submission, application.submission);
    assert!(again.corrections.is_empty());

    // The first submission keeps the document that was taken out.
    let (bytes, _) = crate::candidate::download(world.expert(), &old)
        .await
        .unwrap();
    assert_eq!(bytes, crate::paper::pdf("DIPLOMA"));
    assert_eq!(world.blobs(), blobs);
    // A decision on the first submission comes too late.
    world
        .hear(name, &accepted(&world, &application))
        .await
        .unwrap();
    assert_eq!(
        candidate.application(name).await.unwrap().state(),
        State::Submitted
    );
    world.hear(name, &accepted(&world, &again)).await.unwrap();
    assert_eq!(
        candidate.application(name).await.unwrap().state(),
        State::Accepted
    );
}

#[tokio::test]
async fn after_the_term_of_a_correction_nothing_is_taken() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    world
        .hear(
            &application.name,
            &correction(&world, &application, "education"),
        )
        .await
        .unwrap();
    world.at("2026-07-03T19:00:00Z");
    let refused = candidate.submits(&application.name).await.unwrap_err();
    assert_eq!(reason(&refused), "CORRECTION_TERM_OVER");
    let refused = candidate
        .saves(&application.name, "education", &json!({}))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "CORRECTION_TERM_OVER");
}

#[tokio::test]
async fn a_decision_arrives_without_its_notes_where_the_review_does_not_tell_them() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    world.neighbours.know(|known| known.review_refuses = true);
    world
        .hear(
            &application.name,
            &correction(&world, &application, "education"),
        )
        .await
        .unwrap();
    let asked = candidate.application(&application.name).await.unwrap();
    assert_eq!(asked.corrections[0].note, "");
}

#[tokio::test]
async fn news_about_nobody_is_taken_and_changes_nothing() {
    let world = World::new().await;
    let nobody = pb::Application {
        name: format!("{CAMPAIGN}/applications/nobody"),
        submission: format!("{CAMPAIGN}/applications/nobody/submissions/none"),
        ..Default::default()
    };
    world.hear(&nobody.name, &started(&nobody)).await.unwrap();
    world
        .hear(&nobody.name, &accepted(&world, &nobody))
        .await
        .unwrap();
}

// ---- language results ----

fn result(
    candidate: &Candidate<'_>,
    outcome: testing::language_result::Outcome,
) -> testing::LanguageResult {
    testing::LanguageResult {
        name: RESULT.into(),
        account: candidate.account.clone(),
        campaign: CAMPAIGN.into(),
        test_system: testing::TestSystem::Kaztest.into(),
        outcome: outcome.into(),
        level: testing::LanguageLevel::B2.into(),
        certificate_number: "KT-2026-1".into(),
        issue_date: Some(date(2026, 6, 5)),
        valid_until: Some(date(2028, 6, 5)),
        ..Default::default()
    }
}

async fn reports(
    world: &World,
    candidate: &Candidate<'_>,
    outcome: testing::language_result::Outcome,
) {
    let result = result(candidate, outcome);
    world
        .neighbours
        .know(|known| drop(known.results.insert(RESULT.into(), result)));
    let told = events::LanguageResultReceived {
        language_result: RESULT.into(),
        campaign: CAMPAIGN.into(),
        account: candidate.account.clone(),
        outcome: outcome.into(),
    };
    let event = world.event(RESULT, &told);
    world.hear_again(&event).await.unwrap();
    world.hear_again(&event).await.unwrap();
}

#[tokio::test]
async fn a_passed_test_fills_the_certificate_section_verified() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    reports(
        &world,
        &candidate,
        testing::language_result::Outcome::Passed,
    )
    .await;
    let section = candidate
        .section(&application, "certificate")
        .await
        .unwrap();
    assert!(
        section.verified && section.complete,
        "{:?}",
        section.problems
    );
    let answers = wire::to_json(section.answers.unwrap());
    let expected = json!({"certificate_type": "KAZTEST", "level": "B2", "number": "KT-2026-1", "valid_until": "2028-06-05"});
    assert_eq!(answers, expected);
    let refused = candidate
        .saves(&application, "certificate", &json!({"level": "C2"}))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "SECTION_VERIFIED");
    assert_eq!(
        world.told().await,
        ["ApplicationCreated", "CertificateVerified"]
    );
}

#[tokio::test]
async fn a_failed_test_fills_nothing() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    reports(
        &world,
        &candidate,
        testing::language_result::Outcome::Failed,
    )
    .await;
    assert_eq!(
        candidate
            .section(&application, "certificate")
            .await
            .unwrap()
            .etag,
        "v0"
    );
    assert_eq!(world.told().await, ["ApplicationCreated"]);
}

#[tokio::test]
async fn a_result_waits_while_the_applicants_own_data_stand_there() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let own = json!({"certificate_type": "QRT", "level": "C1"});
    candidate
        .saves(&application, "certificate", &own)
        .await
        .unwrap();
    reports(
        &world,
        &candidate,
        testing::language_result::Outcome::Passed,
    )
    .await;
    let section = candidate
        .section(&application, "certificate")
        .await
        .unwrap();
    assert_eq!(
        (section.verified, wire::to_json(section.answers.unwrap())),
        (false, own)
    );
    let cleared = candidate
        .saves(&application, "certificate", &json!({}))
        .await
        .unwrap();
    assert!(cleared.verified && cleared.complete);
    assert!(
        world
            .told()
            .await
            .ends_with(&["CertificateVerified".into()])
    );
}

#[tokio::test]
async fn a_result_does_not_change_what_was_submitted() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let before = candidate
        .section(&application.name, "certificate")
        .await
        .unwrap();
    reports(
        &world,
        &candidate,
        testing::language_result::Outcome::Passed,
    )
    .await;
    assert_eq!(
        candidate
            .section(&application.name, "certificate")
            .await
            .unwrap(),
        before
    );
}

#[tokio::test]
async fn a_result_of_somebody_without_an_application_is_taken() {
    let world = World::new().await;
    reports(
        &world,
        &world.candidate(1),
        testing::language_result::Outcome::Passed,
    )
    .await;
    assert_eq!(world.told().await, [""; 0]);
}
