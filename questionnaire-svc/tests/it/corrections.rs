//! Corrections from the applicant's side, the clock that both sides see, and ends by staff.

use chassis::clock::to_pb;
use proto::events::v1 as events;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::State;
use proto::questionnaire::v1::applications_client::ApplicationsClient;
use proto::questionnaire::v1::correction_wish::State as Answer;
use tonic::Status;

use crate::candidate::Candidate;
use crate::world::{CAMPAIGN, CLOSE, World, metadata, pairs, reason, violations};

const DUE: &str = "2026-06-04T18:59:59.999Z";

async fn asks(
    world: &World,
    candidate: &Candidate<'_>,
    application: &str,
    sections: &[&str],
) -> Result<pb::Application, Status> {
    let request = pb::AskForCorrectionRequest {
        name: application.into(),
        etag: String::new(),
        sections: sections
            .iter()
            .map(|section| (*section).to_owned())
            .collect(),
        note: "Диплом қосымшасын ұмытып кеттім".into(),
        request_id: world.request_id(),
    };
    let answer = candidate.applications().ask_for_correction(request).await?;
    Ok(answer.into_inner())
}

fn declined(application: &pb::Application) -> events::CorrectionDeclined {
    events::CorrectionDeclined {
        application: application.name.clone(),
        submission: application.submission.clone(),
        ..Default::default()
    }
}

fn term(application: &pb::Application, due: Option<&str>) -> events::ReviewTermChanged {
    events::ReviewTermChanged {
        application: application.name.clone(),
        submission: application.submission.clone(),
        due_time: due.map(|due| to_pb(due.parse().unwrap())),
        paused: due.is_none(),
        ..Default::default()
    }
}

fn started(application: &pb::Application) -> events::ReviewStarted {
    events::ReviewStarted {
        application: application.name.clone(),
        submission: application.submission.clone(),
        due_time: Some(to_pb(DUE.parse().unwrap())),
        ..Default::default()
    }
}

#[tokio::test]
async fn an_applicant_asks_for_the_application_back_once_until_it_is_answered() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let name = application.name.as_str();
    let asked = asks(
        &world,
        &candidate,
        name,
        &["employment", "education", "employment"],
    )
    .await
    .unwrap();
    let wish = asked.correction_wish.clone().unwrap();
    assert_eq!(wish.state(), Answer::Open);
    // In the order of the form, each once.
    assert_eq!(wish.sections, ["education", "employment"]);
    assert_eq!(wish.note, "Диплом қосымшасын ұмытып кеттім");
    assert_eq!(asked.state(), State::Submitted);
    assert!(world.told().await.ends_with(&["CorrectionWanted".into()]));
    let refused = asks(&world, &candidate, name, &["education"]).await;
    assert_eq!(reason(&refused.unwrap_err()), "CORRECTION_ASKED_ALREADY");

    let event = world.event(name, &declined(&application));
    world.hear_again(&event).await.unwrap();
    let after = candidate.application(name).await.unwrap();
    let wish = after.correction_wish.clone().unwrap();
    assert_eq!(wish.state(), Answer::Declined);
    assert_eq!(wish.answer_time, Some(to_pb(world.clock.now())));
    world.hear_again(&event).await.unwrap();
    assert_eq!(candidate.application(name).await.unwrap(), after);
    assert!(asks(&world, &candidate, name, &["education"]).await.is_ok());

    // The expert reads what was written.
    let get = pb::GetApplicationRequest { name: name.into() };
    let seen = ApplicationsClient::new(world.service("review-svc"))
        .get_application(get)
        .await
        .unwrap()
        .into_inner();
    assert!(!seen.correction_wish.unwrap().note.is_empty());
}

#[tokio::test]
async fn what_was_asked_for_is_granted_with_the_correction() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let name = application.name.as_str();
    asks(&world, &candidate, name, &["education"])
        .await
        .unwrap();
    let granted = events::CorrectionAsked {
        application: name.into(),
        submission: application.submission.clone(),
        items: vec![events::AskedCorrection {
            section: "education".into(),
            kind: pb::CorrectionKind::Incomplete.into(),
        }],
        correction_due_time: Some(to_pb(DUE.parse().unwrap())),
        ..Default::default()
    };
    world.hear(name, &granted).await.unwrap();
    let after = candidate.application(name).await.unwrap();
    assert_eq!(after.state(), State::CorrectionRequested);
    assert_eq!(after.correction_wish.unwrap().state(), Answer::Granted);
    let refused = asks(&world, &candidate, name, &["education"]).await;
    let refused = refused.unwrap_err();
    assert_eq!(reason(&refused), "CORRECTION_OPEN");
    assert_eq!(metadata(&refused, "correction_due_time"), DUE);
}

#[tokio::test]
async fn a_draft_and_what_has_ended_are_not_asked_back() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let draft = candidate.opens().await.unwrap().name;
    let refused = asks(&world, &candidate, &draft, &["education"]).await;
    assert_eq!(reason(&refused.unwrap_err()), "APPLICATION_NOT_SUBMITTED");
    candidate.fills_everything(&draft).await;
    let application = candidate.submits(&draft).await.unwrap();
    let accepted = events::ApplicationAccepted {
        application: draft.clone(),
        submission: application.submission,
        review_task: "reviewTasks/r".into(),
        ..Default::default()
    };
    world.hear(&draft, &accepted).await.unwrap();
    let refused = asks(&world, &candidate, &draft, &["education"]).await;
    let refused = refused.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_ENDED");
    assert_eq!(metadata(&refused, "state"), "ACCEPTED");
    let other = asks(&world, &world.candidate(2), &draft, &["education"]).await;
    assert_eq!(reason(&other.unwrap_err()), "NOT_FOUND");
}

#[tokio::test]
async fn everything_wrong_with_a_wish_is_told_at_once() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await.name;
    let request = pb::AskForCorrectionRequest {
        name: application.clone(),
        etag: "x".into(),
        note: " ".into(),
        request_id: world.request_id(),
        ..Default::default()
    };
    let refused = candidate.applications().ask_for_correction(request).await;
    let expected = [
        ("etag", "INVALID_ETAG"),
        ("note", "REQUIRED"),
        ("sections", "REQUIRED"),
    ];
    assert_eq!(violations(&refused.unwrap_err()), pairs(&expected));
    let refused = asks(&world, &candidate, &application, &["education", "hobbies"]).await;
    assert_eq!(
        violations(&refused.unwrap_err()),
        pairs(&[("sections[1]", "UNKNOWN_VALUE")])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_ten_wishes_at_once_one_is_kept_and_told() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await.name;
    let wishes = (0..10).map(|_| asks(&world, &candidate, &application, &["education"]));
    let answers = futures_util::future::join_all(wishes).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    let told = world.told().await;
    let wanted = told.iter().filter(|kind| *kind == "CorrectionWanted");
    assert_eq!(wanted.count(), 1);
}

#[tokio::test]
async fn the_applicant_sees_the_clock_of_the_review() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let name = application.name.as_str();
    let clock = async || {
        let seen = candidate.application(name).await.unwrap();
        (seen.decide_due_time, seen.review_paused)
    };
    assert_eq!(clock().await, (None, false));
    world.hear(name, &started(&application)).await.unwrap();
    let due = Some(to_pb(DUE.parse().unwrap()));
    assert_eq!(clock().await, (due, false));
    world.hear(name, &term(&application, None)).await.unwrap();
    assert_eq!(clock().await, (None, true));
    let later = "2026-06-05T18:59:59.999Z";
    world
        .hear(name, &term(&application, Some(later)))
        .await
        .unwrap();
    assert_eq!(clock().await, (Some(to_pb(later.parse().unwrap())), false));
    candidate.withdraws(name).await.unwrap();
    assert_eq!(clock().await, (None, false));
    // News that comes after the end changes nothing.
    world.hear(name, &term(&application, None)).await.unwrap();
    assert_eq!(clock().await, (None, false));
}

#[tokio::test]
async fn news_of_the_term_may_come_before_the_review() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let name = application.name.as_str();
    world.hear(name, &term(&application, None)).await.unwrap();
    world.hear(name, &started(&application)).await.unwrap();
    let seen = candidate.application(name).await.unwrap();
    assert_eq!(
        (seen.state(), seen.decide_due_time, seen.review_paused),
        (State::InReview, None, true)
    );
}

fn disqualifies(world: &World, name: &str, code: &str) -> pb::DisqualifyApplicationRequest {
    pb::DisqualifyApplicationRequest {
        name: name.into(),
        etag: String::new(),
        reason_code: code.into(),
        request_id: world.request_id(),
    }
}

#[tokio::test]
async fn a_manager_excludes_a_person_with_a_reason_even_after_the_acceptance() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let name = application.name.as_str();
    let accepted = events::ApplicationAccepted {
        application: name.into(),
        submission: application.submission.clone(),
        ..Default::default()
    };
    world.hear(name, &accepted).await.unwrap();
    let mut manager = ApplicationsClient::new(world.manager());
    for (code, expected) in [("", "REQUIRED"), ("BAD_MOOD", "UNKNOWN_VALUE")] {
        let refused = manager
            .disqualify_application(disqualifies(&world, name, code))
            .await;
        assert_eq!(
            violations(&refused.unwrap_err()),
            pairs(&[("reason_code", expected)])
        );
    }
    for other in [world.expert(), candidate.connection()] {
        let refused = ApplicationsClient::new(other)
            .disqualify_application(disqualifies(&world, name, "FALSE_DATA"))
            .await;
        assert_eq!(reason(&refused.unwrap_err()), "NOT_ALLOWED");
    }
    let request = disqualifies(&world, name, "FALSE_DATA");
    let ended = manager.disqualify_application(request.clone()).await;
    let ended = ended.unwrap().into_inner();
    assert_eq!(ended.state(), State::Disqualified);
    assert_eq!(ended.end_reason_code, "FALSE_DATA");
    let again = manager.disqualify_application(request).await.unwrap();
    assert_eq!(again.into_inner(), ended);
    let told = world.told().await;
    let excluded = told
        .iter()
        .filter(|kind| *kind == "ApplicationDisqualified");
    assert_eq!(excluded.count(), 1);
    let refused = manager
        .disqualify_application(disqualifies(&world, name, "ARTICLE_16"))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_ENDED");
    assert_eq!(metadata(&refused, "state"), "DISQUALIFIED");
    assert_eq!(candidate.application(name).await.unwrap(), ended);
}

#[tokio::test]
async fn a_draft_is_excluded_too_and_does_not_expire_any_more() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let name = candidate.opens().await.unwrap().name;
    ApplicationsClient::new(world.manager())
        .disqualify_application(disqualifies(&world, &name, "ARTICLE_16"))
        .await
        .unwrap();
    world.at(CLOSE);
    world.run_job("expire-drafts").await;
    let seen = candidate.application(&name).await.unwrap();
    assert_eq!(seen.state(), State::Disqualified);
}

#[tokio::test]
async fn what_should_never_have_been_there_is_set_aside_unless_it_is_decided() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let marks = |code: &str| pb::MarkErroneousRequest {
        name: application.name.clone(),
        etag: application.etag.clone(),
        reason_code: code.into(),
        request_id: world.request_id(),
    };
    let mut manager = ApplicationsClient::new(world.manager());
    let refused = manager.mark_erroneous(marks("FALSE_DATA")).await;
    assert_eq!(
        violations(&refused.unwrap_err()),
        pairs(&[("reason_code", "UNKNOWN_VALUE")])
    );
    let marked = manager.mark_erroneous(marks("TEST_ENTRY")).await.unwrap();
    let marked = marked.into_inner();
    assert_eq!(marked.state(), State::Erroneous);
    assert_eq!(marked.end_reason_code, "TEST_ENTRY");
    let told = world.told_of::<events::ApplicationMarkedErroneous>().await;
    let expected = events::ApplicationMarkedErroneous {
        application: application.name.clone(),
        campaign: CAMPAIGN.into(),
        account: application.applicant.clone(),
        reason_code: "TEST_ENTRY".into(),
        submission_number: 1,
        reason_title: Some(proto::wire::v1::LocalizedText {
            kk: "Сынақ жазбасы".into(),
            ru: "Проверочная запись".into(),
            en: "A test entry".into(),
        }),
    };
    assert_eq!(told, std::slice::from_ref(&expected));
    let stale = manager.mark_erroneous(marks("TEST_ENTRY")).await;
    assert_eq!(reason(&stale.unwrap_err()), "STALE_ETAG");
    let blind = pb::MarkErroneousRequest {
        etag: String::new(),
        ..marks("TEST_ENTRY")
    };
    let refused = manager.mark_erroneous(blind).await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_ENDED");
    let refused = ApplicationsClient::new(world.expert())
        .mark_erroneous(marks("TEST_ENTRY"))
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "NOT_ALLOWED");
    // What was refused is told to nobody.
    let told = world.told_of::<events::ApplicationMarkedErroneous>().await;
    assert_eq!(told, [expected]);
}
