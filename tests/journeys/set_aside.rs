//! Applications that leave: set aside by staff as a mistake, withdrawn while an expert decides.

use serde_json::{Value, json};
use tests::person::Someone;
use tests::town::Town;

use crate::steps::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_opened_by_mistake_leaves_the_experts_desk_and_the_person_is_told() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let (candidate, application) = submitted(&town).await;
    let (expert, task) = claims_the_task(&town, &application).await;
    let manager = town.staff("manager@demo.irikteu.kz").await;
    let mark = format!("/v1/{application}/markErroneous");
    expert
        .post(&mark, json!({"reasonCode": "TEST_ENTRY"}))
        .await
        .refused("NOT_ALLOWED");
    let marked = manager
        .post(&mark, json!({"reasonCode": "TEST_ENTRY"}))
        .await
        .ok();
    assert_eq!(marked["state"], "STATE_ERRONEOUS");
    town.settled().await;

    let closed = expert.get(&format!("/v1/{task}")).await.ok();
    assert_eq!(closed["state"], "STATE_WITHDRAWN");
    assert_eq!(closed["withdrawCause"], "WITHDRAW_CAUSE_ERRONEOUS");
    expert
        .post(&format!("/v1/{task}/accept"), json!({}))
        .await
        .refused("TASK_ERRONEOUS");
    let told = told(
        &candidate.speaking("ru"),
        "KIND_APPLICATION_MARKED_ERRONEOUS",
    )
    .await;
    assert_eq!(told.len(), 1);
    let body = told[0]["body"].as_str().unwrap();
    assert!(body.contains("Причина: Проверочная запись"), "{body}");
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_withdraws_while_an_expert_decides_reads_what_holds_and_nothing_else() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let (candidate, application) = submitted(&town).await;
    let (expert, task) = claims_the_task(&town, &application).await;
    marks_every_section_ok(&expert, &task).await;
    let accept = format!("/v1/{task}/accept");
    let withdraw = format!("/v1/{application}/withdraw");
    let (accepted, withdrawn) = tokio::join!(
        expert.post(&accept, json!({})),
        candidate.post(&withdraw, json!({}))
    );
    // One of them at least was in time.
    assert!(accepted.status == 200 || withdrawn.status == 200);
    town.settled().await;

    let state = candidate.get(&format!("/v1/{application}")).await.ok()["state"].clone();
    let accepted = told(&candidate, "KIND_APPLICATION_ACCEPTED").await.len();
    let left = told(&candidate, "KIND_APPLICATION_WITHDRAWN").await.len();
    if withdrawn.status == 200 {
        assert_eq!((state, accepted, left), (json!("STATE_WITHDRAWN"), 0, 1));
        // Whatever the expert decided, nobody books with a withdrawn application.
        refuses_to_book(&town, &candidate).await;
    } else {
        withdrawn.refused("APPLICATION_DECIDED");
        assert_eq!((state, accepted, left), (json!("STATE_ACCEPTED"), 1, 0));
    }
    town.close().await;
}

async fn told(someone: &Someone, kind: &str) -> Vec<Value> {
    let mut messages = inbox(someone).await;
    messages.retain(|message| message["kind"] == kind);
    messages
}

async fn refuses_to_book(town: &Town, candidate: &Someone) {
    let stages = format!("/v1/{}/stages", town.campaign());
    let stages = candidate.get(&stages).await.ok();
    let stage = stages["stages"][0]["name"].as_str().unwrap();
    let sessions = candidate.get(&format!("/v1/{stage}/sessions")).await.ok();
    let session = sessions["sessions"][0]["name"].clone();
    let bookings = format!("/v1/{}/bookings", town.campaign());
    candidate
        .post(&bookings, json!({"session": session}))
        .await
        .refused("NOT_ELIGIBLE");
}
