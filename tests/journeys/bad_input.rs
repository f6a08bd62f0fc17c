//! Bad input from outside: each "no" has its reason in three languages, nothing answers 5xx.

use serde_json::json;
use tests::person::new_key;
use tests::town::Town;

use crate::steps::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_registration_is_told_everything_at_once_in_each_language() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let wrong = json!({"iin": "000000000000", "email": "nobody", "password": "short"});
    for language in ["kk", "ru", "en"] {
        let visitor = town.someone().speaking(language);
        let answer = visitor
            .post("/v1/registrationAttempts", wrong.clone())
            .await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.headers["content-language"], language);
        let violations = answer.violations();
        for (field, reason) in [
            ("iin", "IIN_ALL_ZERO"),
            ("email", "EMAIL_INVALID"),
            ("password", "TOO_SHORT"),
        ] {
            assert!(
                violations
                    .iter()
                    .any(|(f, r)| f.ends_with(field) && r == reason),
                "{field}: {violations:?}"
            );
        }
    }
    // Both passes of the check digit, and a base that no digit can end.
    for iin in [
        "010101100009",
        "010101100904",
        "010101100990",
        "123456789012",
    ] {
        let attempt = json!({"iin": iin, "email": "a@example.kz", "password": PASSWORD});
        let violations = town
            .someone()
            .post("/v1/registrationAttempts", attempt)
            .await
            .violations();
        assert!(
            violations
                .iter()
                .any(|(_, reason)| reason == "IIN_CHECK_DIGIT"),
            "{iin}: {violations:?}"
        );
    }
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_people_get_the_same_answers() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let visitor = town.someone();
    registers(&town).await;
    let mut shapes = Vec::new();
    for (iin, email) in [
        (IIN, EMAIL),
        (IIN, "new@example.kz"),
        ("950615300116", EMAIL),
        ("950615300116", "n2@example.kz"),
    ] {
        let attempt = json!({"iin": iin, "email": email, "password": PASSWORD});
        let answer = visitor.post("/v1/registrationAttempts", attempt).await;
        let fields: Vec<String> = answer.body.as_object().unwrap().keys().cloned().collect();
        shapes.push((answer.status, answer.body["state"].clone(), fields));
    }
    assert!(shapes.iter().all(|shape| *shape == shapes[0]), "{shapes:?}");

    let wrong = json!({"login": EMAIL, "password": "not-the-password-1"});
    let unknown = json!({"login": "nobody@example.kz", "password": "not-the-password-1"});
    let wrong = visitor
        .post("/v1/sessions", wrong)
        .await
        .refused("SIGN_IN_FAILED");
    let unknown = visitor
        .post("/v1/sessions", unknown)
        .await
        .refused("SIGN_IN_FAILED");
    assert_eq!(wrong["detail"], unknown["detail"]);
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_used_for_something_else_is_refused() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let candidate = town.staff("applicant@demo.irikteu.kz").await;
    let application = opens_the_demo_questionnaire(&town, &candidate).await;
    let key = new_key();
    let path = format!("/v1/{application}/documents");
    let document = |kind: &str| {
        json!({"section": "education", "kind": kind, "fileName": "d.pdf", "mediaType": "application/pdf",
               "sizeBytes": "10", "sha256": "0".repeat(64)})
    };
    let first = candidate
        .post_with_key(&key, &path, document("DIPLOMA"))
        .await
        .ok();
    assert_eq!(
        candidate
            .post_with_key(&key, &path, document("DIPLOMA"))
            .await
            .ok(),
        first
    );
    let mut other = document("DIPLOMA");
    other["sizeBytes"] = "11".into();
    let violations = candidate
        .post_with_key(&key, &path, other)
        .await
        .violations();
    assert_eq!(
        violations,
        [("Idempotency-Key".to_owned(), "REQUEST_ID_REUSED".to_owned())]
    );
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_shapes_are_refused_and_lose_nothing() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let candidate = town.staff("applicant@demo.irikteu.kz").await;
    let application = opens_the_demo_questionnaire(&town, &candidate).await;
    let section = format!("/v1/{application}/sections/additional");
    let before = candidate.get(&section).await.ok()["etag"].clone();
    candidate
        .save(
            &application,
            "additional",
            json!({"public_activity": "Бар"}),
        )
        .await
        .ok();

    // Deep, huge, unknown, of the wrong type: with the newest etag, so that it is not that.
    let newest = candidate.get(&section).await.ok()["etag"].clone();
    let mut deep = json!("x");
    for _ in 0..200 {
        deep = json!({"rows": [deep]});
    }
    for answers in [
        deep,
        json!({"public_activity": "ә".repeat(200_000)}),
        json!({"hobby": "chess"}),
        json!({"public_activity": 7}),
    ] {
        let answer = candidate
            .patch(
                &section,
                newest.as_str().unwrap(),
                json!({"answers": answers}),
            )
            .await;
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        assert!(answer.body["reason"].is_string(), "{:#}", answer.body);
        assert_ne!(answer.body["reason"], "STALE_ETAG");
    }
    candidate
        .patch(&section, before.as_str().unwrap(), json!({"answers": {}}))
        .await
        .refused("STALE_ETAG");
    let kept = candidate.get(&section).await.ok();
    assert_eq!(kept["answers"]["public_activity"], "Бар");

    for path in [
        "/v1/campaigns/%FF",
        "/v1/campaigns/..%2f..",
        "/v1/nothing",
        "/v1/campaigns?pageSize=-1",
        "/v1/campaigns?pageToken=x",
        "/v1/campaigns?colour=red",
    ] {
        let answer = candidate.get(path).await;
        assert!(
            (400..500).contains(&answer.status),
            "{path}: {}",
            answer.status
        );
        assert!(
            answer.body["reason"].is_string(),
            "{path}: {:#}",
            answer.body
        );
    }
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_lies_is_not_taken() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let candidate = town.staff("applicant@demo.irikteu.kz").await;
    let application = opens_the_demo_questionnaire(&town, &candidate).await;
    let documents = format!("/v1/{application}/documents");
    let announce = |content: &[u8], media_type: &str| {
        json!({"section": "education", "kind": "DIPLOMA", "fileName": "d", "mediaType": media_type,
               "sizeBytes": content.len().to_string(), "sha256": hex::encode(tests::person::sha256(content))})
    };
    let lie = b"<html>not a PDF</html>".to_vec();
    let name = candidate
        .post(&documents, announce(&lie, "application/pdf"))
        .await
        .ok();
    let content = format!("/v1/{}/content", name["name"].as_str().unwrap());
    candidate
        .put_bytes(&content, "application/pdf", lie)
        .await
        .refused("CONTENT_TYPE_MISMATCH");

    let pdf = tests::paper::pdf("diploma");
    let name = candidate
        .post(&documents, announce(&pdf, "application/pdf"))
        .await
        .ok();
    let content = format!("/v1/{}/content", name["name"].as_str().unwrap());
    let mut longer = pdf.clone();
    longer.extend_from_slice(b"more");
    candidate
        .put_bytes(&content, "application/pdf", longer)
        .await
        .refused("UPLOAD_TOO_LARGE");
    let mut other = pdf.clone();
    other[20] ^= 1;
    candidate
        .put_bytes(&content, "application/pdf", other)
        .await
        .refused("UPLOAD_HASH_MISMATCH");
    candidate
        .put_bytes(&content, "application/pdf", pdf[..50].to_vec())
        .await
        .refused("UPLOAD_SIZE_MISMATCH");
    // After all that the right content is still welcome.
    let taken = candidate
        .put_bytes(&content, "application/pdf", pdf)
        .await
        .ok();
    assert_eq!(taken["state"], "STATE_CLEAN");

    let empty = candidate
        .post(&documents, announce(b"", "application/pdf"))
        .await
        .violations();
    assert!(
        empty
            .iter()
            .any(|(field, _)| field.ends_with("size_bytes") || field.ends_with("sizeBytes")),
        "{empty:?}"
    );
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_millisecond_is_in_and_the_next_is_out() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let path = format!("/v1/{}", town.campaign());
    let campaign = town.someone().get(&path).await.ok();
    let close: jiff::Timestamp = campaign["closeTime"].as_str().unwrap().parse().unwrap();
    town.clock.set(close - jiff::SignedDuration::from_millis(1));
    let in_time = town.staff("applicant@demo.irikteu.kz").await;
    let late = town.staff("expert@demo.irikteu.kz").await;
    let applications = format!("{path}/applications");
    in_time.post(&applications, json!({})).await.ok();
    town.clock.set(close);
    late.post(&applications, json!({}))
        .await
        .refused("CAMPAIGN_CLOSED");
    town.close().await;
}
