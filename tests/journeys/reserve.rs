//! The Reserve: from «Тіркелу» to «Тестілеуді бастау».

use serde_json::{Value, json};
use tests::town::Town;

use crate::steps::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_goes_from_registration_to_the_start_of_the_test() {
    let town = Town::at_ten_on_the_first_of_june().await;

    let candidate = registers(&town).await;
    let application = opens_the_questionnaire(&town, &candidate).await;
    fills_personal_education_and_work(&candidate, &application).await;
    takes_the_language_test(&town, &candidate, &application).await;
    sends_for_checking(&town, &candidate, &application).await;
    experts_check_and_accept(&town, &candidate, &application).await;
    chooses_date_and_time_and_starts(&town, &candidate).await;

    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expert_asks_for_a_correction_and_gets_it() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let (candidate, application) = submitted(&town).await;
    let (expert, task) = claims_the_task(&town, &application).await;

    let items = json!({"items": [{"section": "education", "kind": "CORRECTION_KIND_INCOMPLETE", "note": "Қосымшасы жоқ"}]});
    expert
        .post(&format!("/v1/{task}/requestCorrection"), items)
        .await
        .ok();
    town.settled().await;
    let asked = candidate.get(&format!("/v1/{application}")).await.ok();
    assert_eq!(asked["state"], "STATE_CORRECTION_REQUESTED");
    assert_eq!(asked["corrections"][0]["section"], "education");
    assert_eq!(asked["corrections"][0]["note"], "Қосымшасы жоқ");

    // Only what was asked for can be changed.
    let personal = json!({"direction": "SOCIAL_CIVIL"});
    candidate
        .save(&application, "personal", personal)
        .await
        .refused("SECTION_NOT_UNDER_CORRECTION");
    let education = candidate
        .get(&format!("/v1/{application}/sections/education"))
        .await
        .ok();
    let mut rows = education["answers"]["rows"].clone();
    rows[0]["specialty"] = "Халықаралық қатынастар".into();
    candidate
        .save(&application, "education", json!({"rows": rows}))
        .await
        .ok();
    let again = candidate
        .post(&format!("/v1/{application}/submit"), declarations())
        .await
        .ok();
    assert_eq!(again["submissionCount"], 2);
    town.settled().await;

    let (expert, second) = claims_the_task(&town, &application).await;
    assert_ne!(second, task);
    let dossier = expert.get(&format!("/v1/{second}/dossier")).await.ok();
    assert_eq!(dossier["earlierDecisions"].as_array().unwrap().len(), 1);
    marks_every_section_ok(&expert, &second).await;
    expert
        .post(&format!("/v1/{second}/accept"), json!({}))
        .await
        .ok();
    town.settled().await;
    assert_eq!(
        candidate.get(&format!("/v1/{application}")).await.ok()["state"],
        "STATE_ACCEPTED"
    );
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_candidate_asks_for_the_application_back() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let (candidate, application) = submitted(&town).await;
    let ask = format!("/v1/{application}/askForCorrection");
    let wish = json!({"sections": ["additional"], "note": "Сертификатты қосуды ұмыттым"});
    candidate
        .post(&ask, json!({"sections": [], "note": ""}))
        .await
        .violations();
    let asked = candidate.post(&ask, wish.clone()).await.ok();
    assert_eq!(asked["correctionWish"]["state"], "STATE_OPEN");
    candidate
        .post(&ask, wish.clone())
        .await
        .refused("CORRECTION_ASKED_ALREADY");
    let more = json!({"public_activity": "Кітап оқу клубы"});
    candidate
        .save(&application, "additional", more.clone())
        .await
        .refused("APPLICATION_FROZEN");
    town.settled().await;

    // The first wish is declined, the second one granted.
    let (expert, task) = claims_the_task(&town, &application).await;
    let seen = expert
        .get("/v1/reviewTasks?correctionWantedOnly=true")
        .await
        .ok();
    assert_eq!(seen["reviewTasks"][0]["name"], task);
    expert
        .post(&format!("/v1/{task}/declineCorrection"), json!({}))
        .await
        .ok();
    expert
        .post(&format!("/v1/{task}/declineCorrection"), json!({}))
        .await
        .refused("NO_CORRECTION_WANTED");
    town.settled().await;
    let told = candidate.get(&format!("/v1/{application}")).await.ok();
    assert_eq!(told["correctionWish"]["state"], "STATE_DECLINED");

    candidate.post(&ask, wish).await.ok();
    town.settled().await;
    let items = json!({"items": [{"section": "additional", "kind": "CORRECTION_KIND_INCOMPLETE", "note": "Өтінішіңіз бойынша"}]});
    expert
        .post(&format!("/v1/{task}/requestCorrection"), items)
        .await
        .ok();
    town.settled().await;
    let told = candidate.get(&format!("/v1/{application}")).await.ok();
    assert_eq!(told["correctionWish"]["state"], "STATE_GRANTED");
    assert_eq!(told["state"], "STATE_CORRECTION_REQUESTED");
    candidate.save(&application, "additional", more).await.ok();
    let again = candidate
        .post(&format!("/v1/{application}/submit"), declarations())
        .await
        .ok();
    assert_eq!(again["submissionCount"], 2);
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_names_its_reasons_in_the_candidates_language() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let (candidate, application) = submitted(&town).await;
    let (expert, task) = claims_the_task(&town, &application).await;

    expert
        .post(&format!("/v1/{task}/reject"), json!({"reasons": []}))
        .await
        .violations();
    let codes = expert.get("/v1/reviewReasonCodes").await.ok();
    let code = codes["reasonCodes"][0]["code"].clone();
    let reasons = json!({"reasons": [{"code": code, "note": "Диплом оқылмайды"}]});
    expert
        .post(&format!("/v1/{task}/reject"), reasons)
        .await
        .ok();
    expert
        .post(&format!("/v1/{task}/accept"), json!({}))
        .await
        .refused("TASK_DECIDED");
    town.settled().await;

    let application = candidate.get(&format!("/v1/{application}")).await.ok();
    assert_eq!(application["state"], "STATE_REJECTED");
    assert_eq!(application["decision"]["reasons"][0]["code"], code);
    assert_eq!(
        application["decision"]["reasons"][0]["note"],
        "Диплом оқылмайды"
    );
    let messages = inbox(&candidate.speaking("ru")).await;
    let kinds: Vec<&Value> = messages.iter().map(|message| &message["kind"]).collect();
    assert!(
        kinds.contains(&&json!("KIND_APPLICATION_REJECTED")),
        "{kinds:?}"
    );

    // The way to stage 1 stays closed.
    let stages = candidate
        .get(&format!("/v1/{}/stages", town.campaign()))
        .await
        .ok();
    let stage = stages["stages"][0]["name"].as_str().unwrap();
    let sessions = candidate.get(&format!("/v1/{stage}/sessions")).await.ok();
    let session = sessions["sessions"][0]["name"].clone();
    let bookings = format!("/v1/{}/bookings", town.campaign());
    candidate
        .post(&bookings, json!({"session": session}))
        .await
        .refused("NOT_ELIGIBLE");
    town.close().await;
}
