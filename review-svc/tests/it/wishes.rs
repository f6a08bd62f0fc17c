//! An applicant asks for the application back: shown, answered once, never forgotten.

use chassis::caller::Caller;
use chassis::clock::to_pb;
use proto::events::v1::{CorrectionAsked, CorrectionDeclined, CorrectionWanted};
use proto::questionnaire::v1::CorrectionKind;
use proto::review::v1::{
    CorrectionItem, DeclineCorrectionRequest, ListReviewTasksRequest, RequestCorrectionRequest,
    ReviewTask,
};
use tonic::Status;

use crate::house::{
    CAMPAIGN, House, account, application, expert, manager, reason, submission_name,
};

async fn wanted(house: &House, number: u128) {
    wanted_of(house, number, "education").await;
}

async fn wanted_of(house: &House, number: u128, section: &str) {
    let payload = CorrectionWanted {
        application: application(number),
        submission: submission_name(number, 1),
        campaign: CAMPAIGN.into(),
        account: account(number),
        sections: vec![section.into()],
        ask_time: Some(to_pb(house.clock.now())),
    };
    let event = house.event(&payload.application, &payload);
    for _ in 0..2 {
        house.hears(&event).await.expect("it is done");
    }
}

async fn declines(house: &House, caller: Caller, name: &str) -> Result<ReviewTask, Status> {
    let request = DeclineCorrectionRequest {
        name: name.into(),
        request_id: house.request_id(),
        ..Default::default()
    };
    let answer = house.queue(caller).decline_correction(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn waiting(house: &House) -> Vec<String> {
    let request = ListReviewTasksRequest {
        correction_wanted_only: true,
        ..Default::default()
    };
    let listed = house
        .manager()
        .list_review_tasks(request)
        .await
        .expect("it is done");
    let tasks = listed.into_inner().review_tasks.into_iter();
    tasks.map(|task| task.name).collect()
}

#[tokio::test]
async fn a_wish_is_shown_and_declined_once_by_the_holder() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.submitted(2).await;
    wanted(&house, 1).await;
    let shown = house
        .task(&task.name)
        .await
        .correction_wish
        .expect("a wish");
    assert_eq!(shown.sections, ["education"]);
    assert_eq!(
        (shown.ask_time, shown.decline_time),
        (Some(to_pb(house.clock.now())), None)
    );
    assert_eq!(waiting(&house).await, [&*task.name]);

    let refused = declines(&house, expert(50), &task.name).await.unwrap_err();
    assert_eq!(reason(&refused), "CLAIM_NEEDED");
    house.claims(50, &task.name).await.unwrap();
    let declined = declines(&house, expert(50), &task.name).await.unwrap();
    assert!(declined.correction_wish.unwrap().decline_time.is_some());
    assert!(waiting(&house).await.is_empty());
    let event = CorrectionDeclined {
        application: application(1),
        submission: submission_name(1, 1),
        campaign: CAMPAIGN.into(),
        account: account(1),
        review_task: task.name.clone(),
    };
    assert_eq!(house.published::<CorrectionDeclined>().await, [event]);
    let again = declines(&house, manager(), &task.name).await.unwrap_err();
    assert_eq!(reason(&again), "NO_CORRECTION_WANTED");
}

fn incomplete(house: &House, name: &str, section: &str) -> RequestCorrectionRequest {
    RequestCorrectionRequest {
        name: name.into(),
        items: vec![CorrectionItem {
            section: section.into(),
            kind: CorrectionKind::Incomplete.into(),
            note: "x".into(),
        }],
        request_id: house.request_id(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_section_that_was_left_out_is_given_back_to_whoever_asks_for_it() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.unwrap();
    let request = incomplete(&house, &task.name, "left_out");
    let refused = house.expert(50).request_correction(request).await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::InvalidArgument);

    wanted_of(&house, 1, "left_out").await;
    let request = incomplete(&house, &task.name, "left_out");
    house.expert(50).request_correction(request).await.unwrap();
    assert_eq!(house.published::<CorrectionAsked>().await.len(), 1);
}

#[tokio::test]
async fn giving_the_application_back_is_the_other_answer() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    wanted(&house, 1).await;
    house.claims(50, &task.name).await.unwrap();
    let request = incomplete(&house, &task.name, "education");
    house.expert(50).request_correction(request).await.unwrap();
    assert_eq!(house.published::<CorrectionAsked>().await.len(), 1);
    assert!(waiting(&house).await.is_empty());
    let late = declines(&house, manager(), &task.name).await.unwrap_err();
    assert_eq!(reason(&late), "TASK_DECIDED");
}

#[tokio::test]
async fn a_wish_after_the_decision_or_for_no_task_changes_nothing() {
    let house = House::new().await;
    let task = house.submitted(1).await;
    house.claims(50, &task.name).await.unwrap();
    let decided = house.accepts(50, &task.name).await.unwrap();
    wanted(&house, 1).await;
    wanted(&house, 7).await;
    assert_eq!(house.task(&task.name).await, decided);
}

#[tokio::test]
async fn a_manager_declines_without_a_claim_and_nobody_what_was_not_asked() {
    let house = House::new().await;
    let (asked, other) = (house.submitted(1).await, house.submitted(2).await);
    wanted(&house, 1).await;
    declines(&house, manager(), &asked.name).await.unwrap();
    let refused = declines(&house, manager(), &other.name).await.unwrap_err();
    assert_eq!(reason(&refused), "NO_CORRECTION_WANTED");
}
