//! Personal data typed where they do not belong, calls that are refused, and staff who help.

use proto::partner::v1::LookUpPromoCodeRequest;
use proto::testing::v1::TestSystem;
use serde_json::{Value, json};
use tests::Town;
use tests::person::Someone;
use tests::walk::Walk;

/// Paths of the API with something in them that does not belong there.
fn odd_paths(word: &str) -> Vec<String> {
    vec![
        format!("/v1/{word}"),
        format!("/v1/accounts/{word}"),
        format!("/v1/campaigns/{word}"),
        format!("/v1/campaigns/{word}/applications/{word}"),
        format!("/v1/campaigns?pageToken={word}"),
        format!("/v1/campaigns?state={word}"),
        format!("/v1/campaigns?{word}=1"),
        format!("/v1/reviewTasks/{word}/dossier"),
    ]
}

/// The person's own mistakes, and those of somebody without a session who knows the words.
pub async fn in_every_field(answers: &mut Vec<String>, town: &Town, walk: &Walk<'_>) {
    let (persona, own) = (&walk.persona, &walk.someone);
    let visitor = town.someone();
    for word in [
        &persona.iin,
        &persona.email,
        &persona.phone,
        &persona.family_name,
    ] {
        for path in odd_paths(word) {
            own.get(&path).await;
            visitor.get(&path).await;
            visitor.post(&path, json!({word.as_str(): word})).await;
        }
        let key = plain(word);
        visitor
            .post_with_key(&key, "/v1/sessions", json!({"login": word}))
            .await;
    }
    // The right login with a wrong password, the password as a login, the IIN as a password.
    for (login, password) in [
        (&persona.iin, "not-the-password-1"),
        (&persona.email, "not-the-password-1"),
        (&persona.password, "x"),
        (&persona.email, persona.iin.as_str()),
    ] {
        let body = json!({"login": login, "password": password});
        note(answers, visitor.post("/v1/sessions", body).await.body);
    }
    let wrong = json!({"iin": persona.email, "email": persona.iin, "password": persona.phone,
        "campaign": persona.family_name, "language": persona.given_name});
    visitor.post("/v1/registrationAttempts", wrong).await;
    // Somebody else tries to register with the person's numbers: nothing tells that they are known.
    let again =
        json!({"iin": persona.iin, "email": persona.email, "password": "tau-bulaq-basqa-1"});
    let answer = visitor.post("/v1/registrationAttempts", again).await;
    note(answers, answer.body);
    let recovery = json!({"login": persona.email});
    note(answers, visitor.post("/v1/recoveries", recovery).await.body);
    own.speaking("ru").get("/v1/accounts/me").await.ok();
}

/// A header has only letters that everybody has.
fn plain(word: &str) -> String {
    word.chars().filter(char::is_ascii).collect()
}

/// The right IIN with another code.
pub async fn at_the_partner(answers: &mut Vec<String>, town: &Town, walk: &Walk<'_>) {
    let look = LookUpPromoCodeRequest {
        code: "AAAA-BBBB-CCCC".into(),
        iin: walk.persona.iin.clone(),
        test_system: TestSystem::Kaztest.into(),
    };
    for partner in ["kaztest", "qrt"] {
        let answer = town
            .partner(partner)
            .await
            .look_up_promo_code(look.clone())
            .await;
        answers.push(format!("{:?}", answer.unwrap_err()));
    }
    let wrong = json!({"phone": walk.persona.address, "direction": walk.persona.phone,
        "nickname": walk.persona.given_name});
    walk.someone
        .save(walk.thing("application"), "personal", wrong)
        .await;
}

/// Somebody who may not see it asks for everything that is the person's.
pub async fn of_others(answers: &mut Vec<String>, town: &Town, walk: &Walk<'_>) {
    let others: [Someone; 3] = [
        town.someone(),
        town.staff("applicant@demo.irikteu.kz").await,
        town.staff("examdesk@demo.irikteu.kz").await,
    ];
    for other in others {
        for name in walk.things.values() {
            note(answers, other.get(&format!("/v1/{name}")).await.body);
            let acts = other.post(&format!("/v1/{name}/cancel"), json!({})).await;
            note(answers, acts.body);
        }
    }
}

/// An administrator looks the person up by what they said on the phone.
pub async fn with_the_staffs_help(town: &Town, walk: &Walk<'_>) {
    let administrator = town.staff("admin@demo.irikteu.kz").await;
    for login in [&walk.persona.iin, &walk.persona.email] {
        let path = format!("/v1/accounts?login={login}");
        let found = administrator.get(&path).await.ok();
        assert_eq!(found["accounts"][0]["name"], walk.thing("account"));
    }
    let account = walk.thing("account");
    let grant = json!({"role": "ROLE_EXPERT"});
    for verb in ["grantRole", "revokeRole"] {
        let path = format!("/v1/{account}/{verb}");
        administrator.post(&path, grant.clone()).await.ok();
    }
    let records = format!("/v1/auditRecords?resource={account}");
    administrator.get(&records).await.ok();
    administrator.get("/v1/mails").await.ok();
}

fn note(answers: &mut Vec<String>, body: Value) {
    answers.push(body.to_string());
}
