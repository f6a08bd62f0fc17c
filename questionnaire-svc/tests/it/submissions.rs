//! Submitting: complete, in time, with every declaration; then frozen.

use chassis::caller::Caller;
use jiff::SignedDuration;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::State;
use proto::questionnaire::v1::submissions_client::SubmissionsClient;
use questionnaire_svc::rpc::wire;
use tonic::Code;

use crate::candidate::DECLARATIONS;
use crate::world::{World, metadata, pairs, reason, violations};

async fn submission(
    world: &World,
    caller: Caller,
    name: &str,
) -> Result<pb::Submission, tonic::Status> {
    let request = pb::GetSubmissionRequest { name: name.into() };
    let mut client = SubmissionsClient::new(world.speaking_for(caller));
    Ok(client.get_submission(request).await?.into_inner())
}

#[tokio::test]
async fn a_complete_application_is_submitted_frozen_and_told() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    assert_eq!(
        (application.state(), application.submission_count),
        (State::Submitted, 1)
    );
    assert!(
        world
            .told()
            .await
            .ends_with(&["ApplicationSubmitted".into()])
    );

    let expert = chassis::testing::person(901, &[chassis::caller::Role::Expert]);
    let readers = [
        candidate.caller.clone(),
        expert,
        Caller::Service("review-svc".into()),
    ];
    let mut seen = Vec::new();
    for reader in readers {
        seen.push(
            submission(&world, reader, &application.submission)
                .await
                .unwrap(),
        );
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    let sent = &seen[0];
    assert_eq!(
        (sent.number, sent.applicant.as_str()),
        (1, candidate.account.as_str())
    );
    assert_eq!((sent.sections.len(), sent.documents.len()), (4, 4));
    let personal = wire::to_json(sent.sections[0].answers.clone().unwrap());
    assert_eq!(
        (personal["iin"].as_str(), personal["direction"].as_str()),
        (Some("950615300000"), Some("DIGITALIZATION"))
    );
    let readiness = sent.readiness.as_ref().unwrap();
    assert!(
        readiness
            .checks
            .iter()
            .all(|it| it.outcome() == pb::EligibilityOutcome::Met)
    );
    assert_eq!(readiness.experience.as_ref().unwrap().total_days, 2709);
    assert_eq!(sent.accepted_declarations.len(), 4);
    assert_eq!(sent.content_sha256.len(), 64);

    let other = submission(&world, world.candidate(2).caller, &application.submission).await;
    assert_eq!(reason(&other.unwrap_err()), "NOT_FOUND");
    let unknown = application
        .submission
        .replace("submissions/", "submissions/0");
    let unknown = submission(&world, candidate.caller.clone(), &unknown).await;
    assert_eq!(reason(&unknown.unwrap_err()), "NOT_FOUND");
}

#[tokio::test]
async fn a_submission_is_not_changed_by_anybody() {
    let world = World::new().await;
    world.candidate(1).has_submitted().await;
    let refused = world
        .sql("UPDATE submission SET content = '{}'")
        .await
        .unwrap_err();
    assert!(refused.contains("a submission is not changed"), "{refused}");
}

#[tokio::test]
async fn an_incomplete_application_is_refused_with_everything_that_is_missing() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    candidate.fills_everything(&application).await;
    candidate
        .saves(
            &application,
            "certificate",
            &serde_json::json!({"level": "B2"}),
        )
        .await
        .unwrap();
    let refused = candidate.submits(&application).await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::FailedPrecondition, "APPLICATION_INCOMPLETE")
    );
    let expected = [
        ("certificate.document", "REQUIRED"),
        ("certificate.certificate_type", "REQUIRED"),
        ("certificate.number", "REQUIRED"),
        ("certificate.valid_until", "REQUIRED"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
    assert_eq!(metadata(&refused, "problems"), "4");
}

#[tokio::test]
async fn every_declaration_is_asked_for_and_no_other_is_taken() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    candidate.fills_everything(&application).await;
    let refused = candidate
        .submits_with(&application, "", &["CITIZENSHIP", "TRUE_DATA", "MADE_UP"])
        .await;
    let expected = [
        ("accepted_declarations", "DECLARATION_NOT_ACCEPTED"),
        ("accepted_declarations", "DECLARATION_NOT_ACCEPTED"),
        ("accepted_declarations[2]", "UNKNOWN_VALUE"),
    ];
    assert_eq!(violations(&refused.unwrap_err()), pairs(&expected));
    assert!(candidate.submits(&application).await.is_ok());
}

#[tokio::test]
async fn the_last_millisecond_is_taken_and_the_first_late_one_is_not() {
    let world = World::new().await;
    let (last, late) = (world.candidate(1), world.candidate(2));
    let first = last.opens().await.unwrap().name;
    let second = late.opens().await.unwrap().name;
    last.fills_everything(&first).await;
    late.fills_everything(&second).await;
    world.at("2026-06-30T18:59:59.999Z");
    assert_eq!(
        last.submits(&first).await.unwrap().state(),
        State::Submitted
    );
    world.at("2026-06-30T19:00:00.000Z");
    assert!(!late.readiness(&second).await.ready);
    let refused = late.submits(&second).await.unwrap_err();
    assert_eq!(reason(&refused), "CAMPAIGN_CLOSED");
    assert_eq!(metadata(&refused, "close_time"), "2026-06-30T19:00:00Z");
}

#[tokio::test]
async fn a_stale_etag_is_told_with_the_current_one() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let opened = candidate.opens().await.unwrap();
    candidate.fills_everything(&opened.name).await;
    let current = candidate.application(&opened.name).await.unwrap().etag;
    assert_ne!(current, opened.etag, "the certificate was declared");
    let refused = candidate
        .submits_with(&opened.name, &opened.etag, &DECLARATIONS)
        .await
        .unwrap_err();
    assert_eq!(
        (reason(&refused), metadata(&refused, "current_etag")),
        ("STALE_ETAG".into(), current.clone())
    );
    assert!(
        candidate
            .submits_with(&opened.name, &current, &DECLARATIONS)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn rules_that_are_not_met_are_for_the_expert_and_do_not_stand_in_the_way() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    candidate.fills_everything(&application).await;
    let mut answers = wire::to_json(
        candidate
            .section(&application, "certificate")
            .await
            .unwrap()
            .answers
            .unwrap(),
    );
    answers["level"] = "A2".into();
    answers["valid_until"] = "2026-05-31".into();
    candidate
        .saves(&application, "certificate", &answers)
        .await
        .unwrap();
    let submitted = candidate.submits(&application).await.unwrap();
    let sent = submission(&world, candidate.caller.clone(), &submitted.submission)
        .await
        .unwrap();
    let checks = sent.readiness.unwrap().checks;
    let not_met = checks
        .iter()
        .filter(|it| it.outcome() == pb::EligibilityOutcome::NotMet);
    assert_eq!(not_met.count(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_submits_at_once_one_makes_the_submission() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    candidate.fills_everything(&application).await;
    world.clock.advance(SignedDuration::from_secs(1));
    let answers =
        futures_util::future::join_all((0..20).map(|_| candidate.submits(&application))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter_map(Result::err) {
        assert_eq!(reason(&refused), "APPLICATION_FROZEN");
    }
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM submission").await, 1);
    let told = world.told().await;
    assert_eq!(
        told.iter()
            .filter(|kind| *kind == "ApplicationSubmitted")
            .count(),
        1
    );
}
