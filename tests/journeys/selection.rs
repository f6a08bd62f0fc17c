//! After the test: the score, the cut, the publication, the appeal, the membership.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::person::Someone;
use tests::town::Town;

use crate::steps::*;

/// A candidate who has sat the demonstration's only stage.
struct Sat {
    candidate: Someone,
    stage: String,
    /// The number that stands for the candidate.
    number: String,
}

async fn sat_the_test(town: &Town) -> Sat {
    let candidate = registers(town).await;
    let application = opens_the_questionnaire(town, &candidate).await;
    fills_personal_education_and_work(&candidate, &application).await;
    takes_the_language_test(town, &candidate, &application).await;
    sends_for_checking(town, &candidate, &application).await;
    experts_check_and_accept(town, &candidate, &application).await;
    chooses_date_and_time_and_starts(town, &candidate).await;

    let candidate = town.someone().signed_in(IIN, PASSWORD).await;
    let bookings = format!("/v1/{}/bookings", town.campaign());
    let booking = candidate.get(&bookings).await.ok()["bookings"][0].clone();
    let attempt = booking["attempt"].as_str().unwrap();
    let finished = candidate
        .post(&format!("/v1/{attempt}/finish"), json!({}))
        .await
        .ok();
    assert_eq!(finished["state"], "STATE_FINISHED");
    let session = booking["session"].as_str().unwrap();
    let number = finished["candidateNumber"].as_str().unwrap().to_owned();
    Sat {
        candidate,
        stage: session.split("/sessions/").next().unwrap().to_owned(),
        number,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_becomes_a_membership_of_three_years() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let sat = sat_the_test(&town).await;
    let desk = town.staff("examdesk@demo.irikteu.kz").await;
    let manager = town.staff("manager@demo.irikteu.kz").await;
    let at = |rest: &str| format!("/v1/{}/{rest}", sat.stage);

    let import = |score: &str, dry_run: bool| {
        json!({
            "scoreRows": {"rows": [{"candidateNumber": sat.number, "score": score}]},
            "rowCount": 1, "scoreSum": score, "dryRun": dry_run,
        })
    };
    desk.post(&at("importResults"), import("59", false))
        .await
        .refused("RULE_MISSING");
    decides_the_terms(&desk, &sat.stage, "threshold", json!("60")).await;

    // Off the scale, then right, and nobody but the house knows.
    let dry = desk
        .post(&at("importResults"), import("104", true))
        .await
        .ok();
    assert_eq!(dry["problems"][0]["reason"], "SCORE_OFF_SCALE");
    desk.post(&at("importResults"), import("59", false))
        .await
        .ok();
    let own = sat.candidate.get(&at("results")).await.ok();
    assert!(
        own["stageResults"].as_array().is_none_or(Vec::is_empty),
        "{own:#}"
    );

    // A mistake at the desk is put right; what was previewed before is not published.
    let old = manager.get(&at("cutPreview")).await.ok();
    assert_eq!(old["cuts"][0]["advancing"], 0);
    desk.post(&at("importResults"), import("87", false))
        .await
        .ok();
    let stale = json!({"inputHash": old["inputHash"]});
    manager
        .post(&at("publishResults"), stale)
        .await
        .refused("INPUT_CHANGED");
    let preview = manager.get(&at("cutPreview")).await.ok();
    let exactly = json!({"inputHash": preview["inputHash"]});
    desk.post(&at("publishResults"), exactly.clone())
        .await
        .refused("NOT_ALLOWED");
    manager
        .post(&at("publishResults"), exactly.clone())
        .await
        .ok();
    manager
        .post(&at("publishResults"), exactly)
        .await
        .refused("STAGE_PUBLISHED");
    town.settled().await;

    for language in ["kk", "ru", "en"] {
        let own = sat
            .candidate
            .speaking(language)
            .get(&at("results"))
            .await
            .ok();
        let own = &own["stageResults"][0];
        assert_eq!(own["outcome"], "OUTCOME_ADVANCED", "{own:#}");
        assert!(
            own["explanation"].as_str().unwrap().contains("87"),
            "{own:#}"
        );
    }
    is_a_member(&town, &sat.candidate).await;
    town.close().await;
}

/// The exam desk says who goes on and by what scale; the stage is the last one.
async fn decides_the_terms(desk: &Someone, stage: &str, places: &str, how_many: Value) {
    let path = format!("/v1/{stage}");
    let kept = desk.get(&path).await.ok();
    let mut rule = json!({"scope": "SCOPE_ALL", "tiePolicy": "TIE_POLICY_INCLUDE"});
    rule[places] = how_many;
    let mut terms = kept.clone();
    terms["advanceRule"] = rule;
    terms["scoreScale"] = json!({"lowest": "0", "highest": "100"});
    terms["lastStage"] = json!(true);
    // Its place in the order stays.
    terms.as_object_mut().unwrap().remove("number");
    let etag = kept["etag"].as_str().unwrap();
    desk.patch(&path, etag, terms.clone()).await.ok();
    desk.patch(&path, etag, terms).await.refused("STALE_ETAG");
}

async fn is_a_member(town: &Town, candidate: &Someone) {
    let members = candidate.get("/v1/memberships").await.ok();
    let member = &members["memberships"][0];
    assert_eq!(member["state"], "STATE_ACTIVE", "{members:#}");
    let year = |date: &Value| date["year"].as_i64().unwrap();
    assert_eq!(year(&member["endDate"]) - year(&member["startDate"]), 3);

    // Who is in the Reserve does not apply again.
    let manager = town.staff("manager@demo.irikteu.kz").await;
    let campaign = manager.get(&format!("/v1/{}", town.campaign())).await.ok();
    let mut next = campaign.clone();
    for output in ["name", "state", "etag", "version", "updateTime"] {
        next.as_object_mut().unwrap().remove(output);
    }
    next["openTime"] = json!(town.now().to_string());
    next["closeTime"] = json!((town.now() + SignedDuration::from_hours(48)).to_string());
    manager
        .post("/v1/campaigns?campaignId=reserve-again", next)
        .await
        .ok();
    candidate
        .post("/v1/campaigns/reserve-again/applications", json!({}))
        .await
        .refused("MEMBER_ALREADY");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_appeal_lets_somebody_on_and_takes_nobodys_place() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let sat = sat_the_test(&town).await;
    let desk = town.staff("examdesk@demo.irikteu.kz").await;
    let manager = town.staff("manager@demo.irikteu.kz").await;
    let at = |rest: &str| format!("/v1/{}/{rest}", sat.stage);
    decides_the_terms(&desk, &sat.stage, "threshold", json!("60")).await;
    let rows = json!({
        "scoreRows": {"rows": [{"candidateNumber": sat.number, "score": "58"}]},
        "rowCount": 1, "scoreSum": "58",
    });
    desk.post(&at("importResults"), rows).await.ok();
    manager.post(&at("publishResults"), json!({})).await.ok();
    town.settled().await;

    let own = sat.candidate.get(&at("results")).await.ok()["stageResults"][0].clone();
    assert_eq!(own["outcome"], "OUTCOME_NOT_ADVANCED");
    let file = format!("/v1/{}/fileAppeal", own["name"].as_str().unwrap());
    sat.candidate
        .post(&file, json!({"text": ""}))
        .await
        .violations();
    let text = json!({"text": "12-тапсырманың жауабы дұрыс"});
    let appeal = sat.candidate.post(&file, text.clone()).await.ok();
    sat.candidate
        .post(&file, text)
        .await
        .refused("APPEAL_EXISTS");

    let decide = format!("/v1/{}/decide", appeal["name"].as_str().unwrap());
    let granted = |delta: &str| json!({"decision": "DECISION_GRANTED", "scoreDelta": delta, "note": "Жауап дұрыс"});
    manager.post(&decide, granted("43")).await.violations();
    manager.post(&decide, granted("3")).await.ok();
    let seen = sat
        .candidate
        .get(&format!("/v1/{}", appeal["name"].as_str().unwrap()))
        .await
        .ok();
    assert_eq!(
        seen["state"], "STATE_FILED",
        "nothing is seen before its publication: {seen:#}"
    );
    manager
        .post(&at("publishAppealDecisions"), json!({}))
        .await
        .ok();
    manager
        .post(&decide, granted("4"))
        .await
        .refused("APPEAL_PUBLISHED");
    town.settled().await;

    let own = sat.candidate.get(&at("results")).await.ok()["stageResults"][0].clone();
    assert_eq!(
        (&own["outcome"], &own["total"]),
        (&json!("OUTCOME_ADVANCED"), &json!("61"))
    );
    let list = sat.candidate.get(&at("admitted")).await.ok();
    assert_eq!(list["admittedCandidates"][0]["byAppeal"], true, "{list:#}");
    is_a_member(&town, &sat.candidate).await;
    town.close().await;
}
