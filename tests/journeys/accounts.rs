//! Accounts: an address that changes, and people who come to the staff and leave it.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::person::Someone;
use tests::season::stand::code_of;
use tests::town::Town;

use crate::steps::*;

const NEW_EMAIL: &str = "candidate.new@example.kz";
const STAFF_PASSWORD: &str = "tau-ozen-kopir-2026";
/// Somebody whom the registry knows.
const INVITED_IIN: &str = "150712100907";
const INVITED_EMAIL: &str = "invited@example.kz";

#[tokio::test(flavor = "multi_thread")]
async fn an_address_changes_when_the_new_one_is_proven_in_the_session_that_began_it() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let candidate = registers(&town).await;
    let elsewhere = town.someone().signed_in(EMAIL, PASSWORD).await;

    let path = "/v1/accounts/me/emailChanges";
    let change =
        |password: &str| json!({"emailChange": {"email": NEW_EMAIL}, "currentPassword": password});
    candidate
        .post(path, change("not-the-password-1"))
        .await
        .refused("CURRENT_PASSWORD_WRONG");
    // A wrong password makes the next try wait.
    town.wait(SignedDuration::from_mins(2));
    let pending = candidate.post(path, change(PASSWORD)).await.ok();
    assert_eq!(pending["state"], "STATE_PENDING");
    assert!(pending.get("email").is_none());
    town.settled().await;

    // Until it is proven nothing changes, and whoever has the old address knows of it.
    assert_eq!(candidate.get("/v1/accounts/me").await.ok()["email"], EMAIL);
    assert!(
        kinds(&candidate)
            .await
            .contains(&json!("KIND_EMAIL_CHANGE_STARTED"))
    );
    let code = code_of(&town.mail_to(NEW_EMAIL).await[0].text).unwrap();
    let path = format!("/v1/{}/prove", pending["name"].as_str().unwrap());
    elsewhere
        .post(&path, json!({"code": code}))
        .await
        .refused("EMAIL_CHANGE_OF_OTHER_SESSION");
    let wrong = if code == "111111" { "222222" } else { "111111" };
    candidate
        .post(&path, json!({"code": wrong}))
        .await
        .refused("EMAIL_CHANGE_PROOF_WRONG");
    let done = candidate.post(&path, json!({"code": code})).await.ok();
    assert_eq!(done["state"], "STATE_COMPLETED");

    // Every session has ended, and only the new address signs in.
    town.wait(SignedDuration::from_secs(5));
    for session in [&candidate, &elsewhere] {
        session
            .get("/v1/accounts/me")
            .await
            .refused("SESSION_ENDED");
    }
    let old = json!({"login": EMAIL, "password": PASSWORD});
    town.someone()
        .post("/v1/sessions", old)
        .await
        .refused("SIGN_IN_FAILED");
    let candidate = town.someone().signed_in(NEW_EMAIL, PASSWORD).await;
    assert_eq!(
        candidate.get("/v1/accounts/me").await.ok()["email"],
        NEW_EMAIL
    );
    town.settled().await;
    let told = town.mail_to(EMAIL).await;
    assert!(
        told.iter().all(|mail| !mail.text.contains(NEW_EMAIL)),
        "the old address is not told the new one"
    );
    assert!(
        kinds(&candidate)
            .await
            .contains(&json!("KIND_EMAIL_CHANGED"))
    );
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_is_invited_to_the_staff_and_loses_the_role_while_at_work() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let administrator = town.staff("admin@demo.irikteu.kz").await;
    let invitation =
        json!({"email": INVITED_EMAIL, "roles": ["ROLE_EXPERT"], "language": "LANGUAGE_RU"});
    town.staff("manager@demo.irikteu.kz")
        .await
        .post("/v1/staffInvitations", invitation.clone())
        .await
        .refused("NOT_ALLOWED");
    let invited = administrator
        .post("/v1/staffInvitations", invitation.clone())
        .await
        .ok();
    administrator
        .post("/v1/staffInvitations", invitation)
        .await
        .refused("INVITATION_PENDING");
    let name = invited["name"].as_str().unwrap();
    town.settled().await;

    let code = code_of(&town.mail_to(INVITED_EMAIL).await[0].text).unwrap();
    let accept = format!("/v1/{name}/accept");
    // Staff have longer passwords than others.
    let short = json!({"code": code, "iin": INVITED_IIN, "password": "tau-ozen-kopi"});
    let violations = town.someone().post(&accept, short).await.violations();
    assert!(
        violations
            .iter()
            .any(|(field, _)| field.ends_with("password")),
        "{violations:?}"
    );
    let good = json!({"code": code, "iin": INVITED_IIN, "password": STAFF_PASSWORD});
    let accepted = town.someone().post(&accept, good.clone()).await.ok();
    assert_eq!(accepted["state"], "STATE_ACCEPTED");
    town.someone()
        .post(&accept, good)
        .await
        .refused("INVITATION_ENDED");

    let expert = town
        .someone()
        .signed_in(INVITED_EMAIL, STAFF_PASSWORD)
        .await;
    expert.get("/v1/reviewTasks").await.ok();
    let me = expert.get("/v1/accounts/me").await.ok();
    assert_eq!(me["roles"], json!(["ROLE_EXPERT"]));
    let account = me["name"].as_str().unwrap();
    let revoke = format!("/v1/{account}/revokeRole");
    administrator
        .post(&revoke, json!({"role": "ROLE_EXPERT"}))
        .await
        .ok();
    town.wait(SignedDuration::from_secs(5));
    town.settled().await;

    // The session lives on, without the role.
    expert.get("/v1/reviewTasks").await.refused("NOT_ALLOWED");
    assert!(kinds(&expert).await.contains(&json!("KIND_ROLES_CHANGED")));
    let records = administrator
        .get(&format!(
            "/v1/auditRecords?resource={account}&action=RevokeRole"
        ))
        .await
        .ok();
    assert_eq!(
        records["auditRecords"].as_array().unwrap().len(),
        1,
        "{records:#}"
    );
    town.close().await;
}

/// Who extended the window, who made the centre, who named the working days: no database has to be asked.
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_reads_who_did_what_in_every_service() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let manager = town.staff("manager@demo.irikteu.kz").await;
    let campaign = manager.get(&format!("/v1/{}", town.campaign())).await.ok();
    let path = format!("/v1/{}?updateMask=closeTime", town.campaign());
    let later = json!({"closeTime": "2026-08-30T18:59:00Z"});
    let etag = campaign["etag"].as_str().unwrap();
    manager.patch(&path, etag, later).await.ok();
    let me = manager.get("/v1/accounts/me").await.ok();

    let administrator = town.staff("admin@demo.irikteu.kz").await;
    let door = "/v1/services/questionnaire-svc/auditRecords";
    let path = format!("{door}?resource={}", town.campaign());
    let found = administrator.get(&path).await.ok();
    let newest = &found["auditRecords"][0];
    assert_eq!(newest["action"], "UpdateCampaign");
    assert_eq!(newest["caller"], me["name"]);
    // A page belongs to its filter.
    let page = administrator.get(&format!("{door}?pageSize=1")).await.ok();
    let token = page["nextPageToken"].as_str().unwrap();
    let next = format!("{door}?pageSize=1&pageToken={token}");
    let second = administrator.get(&next).await.ok();
    assert_ne!(second["auditRecords"][0], page["auditRecords"][0]);
    let other = format!("{next}&resource=things/1");
    let told = administrator.get(&other).await.violations();
    assert_eq!(told[0].0, "pageToken");
    for service in ["questionnaire-svc", "review-svc", "testing-svc"] {
        let door = format!("/v1/services/{service}/auditRecords");
        administrator.get(&door).await.ok();
        manager.get(&door).await.refused("NOT_ALLOWED");
    }
    town.close().await;
}

/// More people than one address may begin with in an hour, each at home, and then all in one place.
#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_registers_from_its_homes_and_one_address_is_told_when_to_come_again() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let begins = async |number: usize, home: usize| {
        let email = format!("crowd-{number}@example.kz");
        let attempt = json!({"iin": INVITED_IIN, "email": email, "password": STAFF_PASSWORD});
        let someone = town.someone().calling_from(home);
        someone.post("/v1/registrationAttempts", attempt).await
    };
    for number in 0..205 {
        begins(number, number).await.ok();
    }
    for number in 0..200 {
        begins(1000 + number, 500).await.ok();
    }
    let answer = begins(2000, 500).await;
    assert_eq!(answer.headers["retry-after"], "1");
    answer.refused("RATE_LIMITED");
    town.close().await;
}

async fn kinds(someone: &Someone) -> Vec<Value> {
    let messages = inbox(someone).await;
    messages
        .iter()
        .map(|message| message["kind"].clone())
        .collect()
}
