//! Applications: one per person and campaign, of age, in the window, and whose it is.

use jiff::SignedDuration;
use proto::identity::v1::BirthDateSource;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::{PromoRight, State};
use proto::questionnaire::v1::applications_client::ApplicationsClient;
use tonic::Code;

use crate::neighbours::date;
use crate::world::{CAMPAIGN, World, campaign, metadata, pairs, reason, violations};

#[tokio::test]
async fn a_candidate_opens_an_application_and_it_is_told() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let opened = candidate.opens().await.unwrap();
    assert_eq!(opened.state(), State::Draft);
    assert_eq!(opened.applicant, candidate.account);
    assert_eq!(opened.promo_right(), PromoRight::Open);
    assert_eq!(opened.submit_time, None);
    assert_eq!(candidate.application(&opened.name).await.unwrap(), opened);
    assert_eq!(world.told().await, ["ApplicationCreated"]);
}

#[tokio::test]
async fn a_second_application_is_refused_and_a_repeated_call_gets_the_first_answer() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let request_id = world.request_id();
    let opened = candidate.opens_as(&request_id).await.unwrap();
    let refused = candidate.opens().await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::AlreadyExists, "APPLICATION_EXISTS")
    );
    assert_eq!(metadata(&refused, "application"), opened.name);

    // The window may close in between: what was answered stays answered.
    world.at(crate::world::CLOSE);
    assert_eq!(candidate.opens_as(&request_id).await.unwrap(), opened);
    assert_eq!(world.told().await.len(), 1);
}

#[tokio::test]
async fn a_request_id_is_not_used_for_something_else() {
    let world = World::new().await;
    world
        .create_campaign("reserve-b", campaign())
        .await
        .unwrap();
    let candidate = world.candidate(1);
    let request_id = world.request_id();
    candidate.opens_as(&request_id).await.unwrap();
    let other = pb::CreateApplicationRequest {
        parent: "campaigns/reserve-b".into(),
        application: None,
        request_id,
    };
    let refused = candidate
        .applications()
        .create_application(other.clone())
        .await
        .unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("request_id", "REQUEST_ID_REUSED")])
    );
    let broken = pb::CreateApplicationRequest {
        request_id: "1".into(),
        ..other
    };
    let refused = candidate
        .applications()
        .create_application(broken)
        .await
        .unwrap_err();
    assert_eq!(
        violations(&refused),
        pairs(&[("request_id", "INVALID_REQUEST_ID")])
    );
}

#[tokio::test]
async fn the_window_counts_to_the_millisecond() {
    let world = World::new().await;
    world.at("2026-05-31T18:59:59.999Z");
    let early = world.candidate(1).opens().await.unwrap_err();
    assert_eq!(reason(&early), "CAMPAIGN_NOT_OPEN_YET");
    world.at("2026-05-31T19:00:00Z");
    assert!(world.candidate(1).opens().await.is_ok());
    world.at("2026-06-30T18:59:59.999Z");
    assert!(world.candidate(2).opens().await.is_ok());
    world.at("2026-06-30T19:00:00Z");
    let late = world.candidate(3).opens().await.unwrap_err();
    assert_eq!(reason(&late), "CAMPAIGN_CLOSED");
}

#[tokio::test]
async fn who_is_over_the_age_limit_is_told_the_numbers_and_a_hint_refuses_nobody() {
    let world = World::new().await;
    let born = |day, source| Some((date(1990, 6, day), source));
    // 1 June 2026 is the day of registration: 36 on that day is out, 36 on the next is in.
    world
        .neighbours
        .know(|known| known.born = born(1, BirthDateSource::Registry));
    let refused = world.candidate(1).opens().await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::FailedPrecondition, "OVER_AGE_LIMIT")
    );
    assert_eq!(metadata(&refused, "age_years"), "36");
    assert_eq!(metadata(&refused, "reference_date"), "2026-06-01");
    world
        .neighbours
        .know(|known| known.born = born(2, BirthDateSource::Registry));
    assert!(world.candidate(1).opens().await.is_ok());
    world
        .neighbours
        .know(|known| known.born = born(1, BirthDateSource::Iin));
    assert!(world.candidate(2).opens().await.is_ok());
}

#[tokio::test]
async fn while_nobody_knows_the_person_nothing_is_opened() {
    let world = World::new().await;
    world.neighbours.know(|known| known.identity_is_down = true);
    let refused = world.candidate(1).opens().await.unwrap_err();
    assert_eq!(
        (refused.code(), reason(&refused).as_str()),
        (Code::Unavailable, "UNAVAILABLE")
    );
    world
        .neighbours
        .know(|known| known.identity_is_down = false);
    assert!(world.candidate(1).opens().await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_calls_at_once_one_opens_the_application() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let calls = (0..20).map(|_| candidate.opens());
    let answers = futures_util::future::join_all(calls).await;
    let opened: Vec<_> = answers
        .iter()
        .filter_map(|answer| answer.as_ref().ok())
        .collect();
    assert_eq!(opened.len(), 1);
    for refused in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(metadata(refused, "application"), opened[0].name);
    }
    assert_eq!(
        world.count("SELECT COUNT(*) AS n FROM application").await,
        1
    );
}

#[tokio::test]
async fn somebody_elses_application_does_not_exist_and_a_submitted_one_is_seen_by_the_review() {
    let world = World::new().await;
    let (candidate, other) = (world.candidate(1), world.candidate(2));
    let draft = candidate.opens().await.unwrap().name;
    assert_eq!(
        reason(&other.application(&draft).await.unwrap_err()),
        "NOT_FOUND"
    );
    let get = || pb::GetApplicationRequest {
        name: draft.clone(),
    };
    for reader in [world.expert(), world.manager(), world.service("review-svc")] {
        let refused = ApplicationsClient::new(reader)
            .get_application(get())
            .await
            .unwrap_err();
        assert_eq!(reason(&refused), "NOT_FOUND");
    }
    candidate.fills_everything(&draft).await;
    candidate.submits(&draft).await.unwrap();
    for reader in [world.expert(), world.manager(), world.service("review-svc")] {
        assert!(
            ApplicationsClient::new(reader)
                .get_application(get())
                .await
                .is_ok()
        );
    }
    assert_eq!(
        reason(&other.application(&draft).await.unwrap_err()),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn a_list_shows_ones_own_and_to_a_manager_what_was_submitted() {
    let world = World::new().await;
    let submitted = world.candidate(1).has_submitted().await;
    world.clock.advance(SignedDuration::from_secs(1));
    let draft = world.candidate(2).opens().await.unwrap();
    let list = |parent: &str, state: State| pb::ListApplicationsRequest {
        parent: parent.into(),
        state: state.into(),
        ..Default::default()
    };
    let names = async |mut client: ApplicationsClient<_>, request| -> Vec<String> {
        let answer: pb::ListApplicationsResponse =
            ApplicationsClient::list_applications(&mut client, request)
                .await
                .unwrap()
                .into_inner();
        answer.applications.into_iter().map(|it| it.name).collect()
    };
    let all = || list("campaigns/-", State::Unspecified);
    assert_eq!(
        names(world.candidate(1).applications(), all()).await,
        vec![submitted.name.clone()]
    );
    assert_eq!(
        names(world.candidate(2).applications(), all()).await,
        vec![draft.name.clone()]
    );
    assert_eq!(
        names(world.candidate(3).applications(), all()).await,
        [""; 0]
    );
    let manager = ApplicationsClient::new(world.manager());
    assert_eq!(names(manager, all()).await, vec![submitted.name.clone()]);
    let drafts = list(CAMPAIGN, State::Draft);
    assert_eq!(
        names(world.candidate(2).applications(), drafts.clone()).await,
        [draft.name]
    );
    assert_eq!(
        names(world.candidate(1).applications(), drafts).await,
        [""; 0]
    );
    let wrong = pb::ListApplicationsRequest {
        parent: "x".into(),
        state: 77,
        page_size: -1,
        ..Default::default()
    };
    let refused = world
        .candidate(1)
        .applications()
        .list_applications(wrong)
        .await
        .unwrap_err();
    let expected = [
        ("parent", "INVALID_NAME"),
        ("state", "UNKNOWN_VALUE"),
        ("page_size", "OUT_OF_RANGE"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
}

#[tokio::test]
async fn an_application_is_taken_back_until_it_is_decided() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.has_submitted().await;
    let withdrawn = candidate.withdraws(&application.name).await.unwrap();
    assert_eq!(withdrawn.state(), State::Withdrawn);
    assert_eq!(withdrawn.submit_time, application.submit_time);
    assert!(
        world
            .told()
            .await
            .ends_with(&["ApplicationWithdrawn".into()])
    );
    let refused = candidate.withdraws(&application.name).await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_DECIDED");
    assert_eq!(metadata(&refused, "state"), "WITHDRAWN");
}
