//! Second opinions: another expert's own, and a campaign manager where two disagree.

use chassis::caller::Caller;
use proto::events::v1::{ApplicationAccepted, ApplicationRejected, CorrectionAsked};
use proto::questionnaire::v1::{CorrectionKind, DecisionReason};
use proto::review::v1::decision::Outcome;
use proto::review::v1::pending_decisions_client::PendingDecisionsClient;
use proto::review::v1::review_task::State;
use proto::review::v1::section_verdicts_client::SectionVerdictsClient;
use proto::review::v1::{
    AcceptApplicationRequest, CorrectionItem, GetReviewTaskRequest, GetSectionReviewRequest,
    ResolveDisputeRequest, ReviewTask,
};
use tonic::Status;

use crate::house::{House, account, expert, manager, reason, violations};

async fn resolves(
    house: &House,
    caller: Caller,
    name: &str,
    outcome: Outcome,
) -> Result<ReviewTask, Status> {
    let because = DecisionReason {
        code: "NOT_A_CITIZEN".into(),
        note: String::new(),
    };
    let item = CorrectionItem {
        section: "personal".into(),
        kind: CorrectionKind::Incorrect.into(),
        note: "x".into(),
    };
    let request = ResolveDisputeRequest {
        name: name.into(),
        outcome: outcome.into(),
        reasons: Vec::from_iter((outcome == Outcome::Rejected).then_some(because)),
        items: Vec::from_iter((outcome == Outcome::CorrectionRequested).then_some(item)),
        request_id: house.request_id(),
        ..Default::default()
    };
    let mut decisions = PendingDecisionsClient::new(house.connection(caller));
    let answer = decisions.resolve_dispute(request).await;
    answer.map(tonic::Response::into_inner)
}

/// A task that expert 50 would accept, in a campaign where everything is looked at twice.
async fn accepted_once(house: &House) -> ReviewTask {
    house
        .reviewed_by(|policy| policy.second_opinion_percent = 100)
        .await;
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.expect("it is done");
    house.accepts(50, &task.name).await.expect("it is done")
}

async fn disputed(house: &House) -> ReviewTask {
    let task = accepted_once(house).await;
    house.claims(51, &task.name).await.expect("it is done");
    house.rejects(51, &task.name).await.expect("it is done")
}

async fn read_by(house: &House, caller: Caller, name: &str) -> ReviewTask {
    let request = GetReviewTaskRequest { name: name.into() };
    let answer = house.speaking_for(caller).get_review_task(request).await;
    answer.expect("an answer").into_inner()
}

#[tokio::test]
async fn a_first_opinion_decides_nothing_and_is_nobodys_to_see_but_the_managers() {
    let house = House::new().await;
    let task = accepted_once(&house).await;
    assert_eq!((task.state(), task.second_opinion), (State::Open, true));
    assert!(house.published::<ApplicationAccepted>().await.is_empty());
    for reader in [expert(51), Caller::Service("questionnaire-svc".into())] {
        let shown = read_by(&house, reader, &task.name).await;
        assert!(shown.opinions.is_empty() && shown.decision.is_none());
    }
    let shown = house.task(&task.name).await;
    assert_eq!(shown.opinions.len(), 1);
    assert_eq!(shown.opinions[0].expert, account(50));
}

#[tokio::test]
async fn whoever_gave_the_first_opinion_does_not_give_the_second() {
    let house = House::new().await;
    let task = accepted_once(&house).await;
    let refused = house.claims(50, &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "FIRST_OPINION_GIVEN");
    let none = house.claims_next(50).await.unwrap_err();
    assert_eq!(reason(&none), "NO_TASK_TO_CLAIM");
    assert_eq!(house.claims_next(51).await.unwrap().name, task.name);
}

#[tokio::test]
async fn the_second_expert_sees_nothing_of_the_first_and_marks_every_section_anew() {
    let house = House::new().await;
    let task = accepted_once(&house).await;
    house.claims(51, &task.name).await.unwrap();
    let request = GetSectionReviewRequest {
        name: format!("{}/sectionReview", task.name),
    };
    let mut verdicts = SectionVerdictsClient::new(house.connection(expert(51)));
    let review = verdicts
        .get_section_review(request)
        .await
        .unwrap()
        .into_inner();
    assert!(review.advice.is_empty() && review.verdicts.is_empty());
    let refused = house.accepts_as_it_is(51, &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "SECTIONS_NOT_OK");
}

#[tokio::test]
async fn two_experts_who_agree_have_decided() {
    let house = House::new().await;
    let task = accepted_once(&house).await;
    house.claims(51, &task.name).await.unwrap();
    let decided = house.accepts(51, &task.name).await.unwrap();
    assert_eq!(decided.state(), State::Decided);
    assert_eq!(decided.decision.unwrap().expert, account(51));
    assert_eq!(house.published::<ApplicationAccepted>().await.len(), 1);
}

#[tokio::test]
async fn where_two_disagree_a_manager_decides_and_nobody_else() {
    let house = House::new().await;
    let task = disputed(&house).await;
    assert_eq!(task.state(), State::Disputed);
    for refused in [
        house.claims(52, &task.name).await,
        house.accepts(51, &task.name).await,
    ] {
        assert_eq!(reason(&refused.unwrap_err()), "TASK_DISPUTED");
    }
    let refused = resolves(&house, expert(51), &task.name, Outcome::Accepted).await;
    assert_eq!(reason(&refused.unwrap_err()), "NOT_ALLOWED");
    let both = house.task(&task.name).await.opinions;
    let outcomes: Vec<_> = both.iter().map(|opinion| opinion.outcome()).collect();
    assert_eq!(outcomes, [Outcome::Accepted, Outcome::Rejected]);

    let decided = resolves(&house, manager(), &task.name, Outcome::Rejected)
        .await
        .unwrap();
    assert_eq!(decided.state(), State::Decided);
    assert_eq!(decided.decision.unwrap().expert, account(900));
    assert_eq!(house.published::<ApplicationRejected>().await.len(), 1);
    let again = resolves(&house, manager(), &task.name, Outcome::Accepted).await;
    assert_eq!(reason(&again.unwrap_err()), "TASK_DECIDED");
}

#[tokio::test]
async fn a_manager_may_send_a_disputed_application_back() {
    let house = House::new().await;
    let task = disputed(&house).await;
    let outcome = Outcome::CorrectionRequested;
    let decided = resolves(&house, manager(), &task.name, outcome)
        .await
        .unwrap();
    assert_eq!(decided.decision.unwrap().outcome(), outcome);
    assert_eq!(house.published::<CorrectionAsked>().await.len(), 1);
}

#[tokio::test]
async fn what_is_not_disputed_is_not_resolved_and_what_does_not_belong_is_told() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    let refused = resolves(&house, manager(), &task.name, Outcome::Accepted).await;
    assert_eq!(reason(&refused.unwrap_err()), "TASK_NOT_DISPUTED");
    let own = house.submitted(900).await;
    let request = ResolveDisputeRequest {
        name: own.name,
        outcome: Outcome::Accepted.into(),
        reasons: vec![DecisionReason::default()],
        items: vec![CorrectionItem::default()],
        ..Default::default()
    };
    let mut decisions = PendingDecisionsClient::new(house.connection(manager()));
    let refused = decisions.resolve_dispute(request).await.unwrap_err();
    let expected = [
        ("reasons", "NOT_OF_THIS_OUTCOME"),
        ("items", "NOT_OF_THIS_OUTCOME"),
        ("items[0].kind", "REQUIRED"),
        ("request_id", "REQUIRED"),
    ];
    assert_eq!(
        violations(&refused),
        expected.map(|(field, why)| (field.to_owned(), why.to_owned()))
    );
}

#[tokio::test]
async fn an_expert_may_ask_for_another_opinion_and_rejections_may_always_need_one() {
    let house = House::new().await;
    let asked = house.submitted(1).await;
    house.claims(50, &asked.name).await.unwrap();
    house.marks_ok(50, &asked.name).await.unwrap();
    let request = AcceptApplicationRequest {
        name: asked.name.clone(),
        request_id: house.request_id(),
        ask_second_opinion: true,
        ..Default::default()
    };
    let answer = house.expert(50).accept_application(request).await.unwrap();
    assert!(answer.into_inner().second_opinion);

    house
        .reviewed_by(|policy| policy.second_opinion_on_rejection = true)
        .await;
    let (accepted, rejected) = (house.submitted(2).await, house.submitted(3).await);
    for task in [&accepted, &rejected] {
        house.claims(50, &task.name).await.unwrap();
    }
    let accepted = house.accepts(50, &accepted.name).await.unwrap();
    assert_eq!(accepted.state(), State::Decided);
    let rejected = house.rejects(50, &rejected.name).await.unwrap();
    assert_eq!(
        (rejected.state(), rejected.second_opinion),
        (State::Open, true)
    );
}
