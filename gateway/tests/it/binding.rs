//! What a path, a query, a body and headers become.

use proto::identity::v1 as identity;
use proto::questionnaire::v1 as questionnaire;
use proto::testing::v1 as testing;
use proto::wire::v1::Language;

use crate::stage::{json, request, signed_in, stage};

const SECTION: &str = "/v1/campaigns/reserve-2026/applications/a1/sections/personal";

#[tokio::test]
async fn a_path_fills_its_field() {
    let stage = stage();
    assert_eq!(stage.get("/v1/campaigns/reserve-2026").await.status, 200);
    let seen: questionnaire::GetCampaignRequest = stage.seen.last("Campaigns/GetCampaign");
    assert_eq!(seen.name, "campaigns/reserve-2026");
}

#[tokio::test]
async fn a_nested_path_goes_before_the_name_in_the_body() {
    let stage = stage();
    let body = r#"{"name": "campaigns/x/applications/y/sections/z", "answers": {"rows": [{"a": 1}, null]}, "etag": "e1"}"#;
    let reply = stage.send(json("PATCH", SECTION), body).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    let seen: questionnaire::UpdateSectionRequest = stage.seen.last("UpdateSection");
    let section = seen.section.expect("a section");
    assert_eq!(
        section.name,
        "campaigns/reserve-2026/applications/a1/sections/personal"
    );
    assert_eq!(section.etag, "e1");
    assert!(
        section
            .answers
            .expect("answers")
            .fields
            .contains_key("rows")
    );
    assert_eq!(seen.update_mask.expect("a mask").paths, ["answers"]);
    uuid::Uuid::parse_str(&seen.request_id).expect("a request id was made");
}

#[tokio::test]
async fn a_patch_that_names_nothing_to_change_is_refused() {
    let stage = stage();
    let reply = stage.send(json("PATCH", "/v1/accounts/me"), "{}").await;
    assert_eq!(reply.violations(), ["updateMask REQUIRED"]);
    let reply = stage
        .send(json("PATCH", "/v1/accounts/me?updateMask=language"), "{}")
        .await;
    assert_eq!(reply.status, 200);
    let seen: identity::UpdateAccountRequest = stage.seen.last("UpdateAccount");
    assert_eq!(seen.update_mask.expect("a mask").paths, ["language"]);
}

#[tokio::test]
async fn a_query_fills_fields_by_either_name() {
    let stage = stage();
    let path = "/v1/campaigns/c/stages/s/sessions?earliestStartTime=2026-06-01T10:00:00%2B05:00\
                &free_only=true&pageSize=5&center=testCenters%2F1";
    let reply = stage.get(path).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    let seen: testing::ListTestSessionsRequest = stage.seen.last("ListTestSessions");
    assert_eq!(seen.parent, "campaigns/c/stages/s");
    assert_eq!(
        seen.earliest_start_time.expect("a time").seconds,
        1_780_290_000
    );
    assert!(seen.free_only);
    assert_eq!((seen.page_size, seen.center.as_str()), (5, "testCenters/1"));
}

#[tokio::test]
async fn enums_are_bound_by_name_and_by_number() {
    let stage = stage();
    for state in ["STATE_OPEN", "2"] {
        assert_eq!(
            stage
                .get(&format!("/v1/campaigns?state={state}"))
                .await
                .status,
            200
        );
        let seen: questionnaire::ListCampaignsRequest = stage.seen.last("ListCampaigns");
        assert_eq!(seen.state(), questionnaire::campaign::State::Open);
    }
}

#[tokio::test]
async fn everything_wrong_with_a_query_is_told_at_once() {
    let stage = stage();
    let path = "/v1/campaigns?state=OPENED&pageSize=many&colour=red&pageToken=a&page_token=b&pageSize.x=1&programme=%ff";
    let reply = stage.get(path).await;
    assert_eq!(reply.status, 400);
    assert_eq!(
        reply.violations(),
        [
            "state UNKNOWN_VALUE",
            "pageSize INVALID_FORMAT",
            "colour UNKNOWN_FIELD",
            "page_token DUPLICATE_FIELD",
            "pageSize.x UNKNOWN_FIELD",
            "programme INVALID_FORMAT",
        ]
    );
    let reply = stage.get("/v1/campaigns?pageSize=3000000000").await;
    assert_eq!(reply.violations(), ["pageSize OUT_OF_RANGE"]);
    let reply = stage.send(json("POST", "/v1/sessions?login=a"), "{}").await;
    assert_eq!(reply.violations(), ["login UNKNOWN_FIELD"]);
}

#[tokio::test]
async fn a_body_that_is_a_field_is_that_field() {
    let stage = stage();
    let body = r#"{"iin": "010101500008", "email": "a@b.kz", "language": "LANGUAGE_RU"}"#;
    assert_eq!(
        stage.post("/v1/registrationAttempts", body).await.status,
        200
    );
    let seen: identity::CreateRegistrationAttemptRequest =
        stage.seen.last("CreateRegistrationAttempt");
    let attempt = seen.registration_attempt.expect("an attempt");
    assert_eq!(
        (attempt.iin.as_str(), attempt.language()),
        ("010101500008", Language::Ru)
    );
}

#[tokio::test]
async fn a_write_without_a_body_is_an_empty_one() {
    let stage = stage();
    let reply = stage
        .send(request("POST", "/v1/reviewTasks/t1/claim"), "")
        .await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    let reply = stage
        .send(
            json("DELETE", "/v1/campaigns/c/applications/a/documents/d"),
            r#"{"etag": "x"}"#,
        )
        .await;
    assert_eq!(reply.violations(), ["body UNKNOWN_FIELD"]);
}

#[tokio::test]
async fn an_idempotency_key_becomes_the_request_id() {
    let stage = stage();
    let send = async |key: &str, body: &str, is_known: bool| {
        let mut builder = json("POST", "/v1/sessions").header("idempotency-key", key);
        if is_known {
            builder = signed_in(builder);
        }
        let reply = stage.send(builder, body.to_owned()).await;
        if reply.status != 200 {
            return Err(reply.violations());
        }
        Ok(stage
            .seen
            .last::<identity::CreateSessionRequest>("CreateSession")
            .request_id)
    };
    let id = "0197aaaa-0000-7000-8000-000000000001";
    assert_eq!(send(id, "{}", true).await.as_deref(), Ok(id));
    assert_eq!(
        send("order-1", "{}", true).await,
        send("order-1", r#"{"login": "x"}"#, true).await
    );
    assert_ne!(
        send("order-1", "{}", true).await,
        send("order-2", "{}", true).await
    );
    // Strangers share a name; their short keys must not meet.
    assert_ne!(
        send("1", r#"{"login": "a"}"#, false).await,
        send("1", r#"{"login": "b"}"#, false).await
    );
    let wrong = Err(vec!["Idempotency-Key INVALID_REQUEST_ID".to_owned()]);
    assert_eq!(send("", "{}", true).await, wrong);
    assert_eq!(send(&"k".repeat(300), "{}", true).await, wrong);
    assert_eq!(
        send(
            id,
            r#"{"requestId": "0197aaaa-0000-7000-8000-000000000002"}"#,
            true
        )
        .await,
        wrong
    );
    assert_eq!(
        send(id, &format!(r#"{{"requestId": "{id}"}}"#), true)
            .await
            .as_deref(),
        Ok(id)
    );
}

#[tokio::test]
async fn an_etag_goes_out_and_comes_back() {
    let stage = stage();
    stage.on(
        "UpdateSection",
        |request: questionnaire::UpdateSectionRequest| {
            let section = request.section.expect("a section");
            match section.etag.as_str() {
                "old" => Err(chassis::Error::Stale {
                    name: section.name,
                    current: "new".into(),
                }),
                _ => Ok(questionnaire::Section {
                    etag: "newer".into(),
                    ..Default::default()
                }),
            }
        },
    );
    let body = r#"{"answers": {}}"#;
    let reply = stage
        .send(json("PATCH", SECTION).header("if-match", "\"new\""), body)
        .await;
    assert_eq!(
        (reply.status.as_u16(), reply.header("etag")),
        (200, "\"newer\"")
    );
    let reply = stage
        .send(json("PATCH", SECTION).header("if-match", "\"old\""), body)
        .await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["reason"]),
        (412, &"STALE_ETAG".into())
    );
    let reply = stage
        .send(json("PATCH", SECTION), r#"{"answers": {}, "etag": "old"}"#)
        .await;
    assert_eq!(reply.status, 409);
    assert_eq!(reply.json["metadata"]["current_etag"], "new");
    for (path, tag) in [
        (SECTION, "new"),
        (SECTION, "\"a\", \"b\""),
        ("/v1/accounts/me", "\"\""),
    ] {
        let reply = stage
            .send(
                json("PATCH", path).header("if-match", tag),
                r#"{"language": 1, "answers": {}}"#,
            )
            .await;
        assert!(
            reply
                .violations()
                .contains(&"If-Match INVALID_ETAG".to_owned()),
            "{tag}"
        );
    }
    // A condition that the call can't keep is refused, not dropped.
    let reply = stage
        .send(
            json("POST", "/v1/reviewTasks/t/claim").header("if-match", "\"a\""),
            "{}",
        )
        .await;
    assert_eq!(reply.violations(), ["If-Match INVALID_ETAG"]);
}

#[tokio::test]
async fn an_answer_is_canonical_json() {
    let stage = stage();
    stage.on("GetDocument", |_: questionnaire::GetDocumentRequest| {
        Ok(questionnaire::Document {
            name: "campaigns/c/applications/a/documents/d".into(),
            file_name: "diploma.pdf".into(),
            size_bytes: 20_971_520,
            state: questionnaire::document::State::Clean.into(),
            create_time: Some(prost_types::Timestamp {
                seconds: 1_780_290_000,
                nanos: 0,
            }),
            ..Default::default()
        })
    });
    let reply = stage
        .get("/v1/campaigns/c/applications/a/documents/d")
        .await;
    let expected = serde_json::json!({
        "name": "campaigns/c/applications/a/documents/d",
        "fileName": "diploma.pdf",
        "sizeBytes": "20971520",
        "state": "STATE_CLEAN",
        "createTime": "2026-06-01T05:00:00Z",
    });
    assert_eq!(reply.json, expected);
    // Numbers, booleans and lists are answers even when they are 0, false and empty.
    let section = stage.get(SECTION).await.json;
    assert_eq!(
        section,
        serde_json::json!({"complete": false, "problems": [], "verified": false})
    );
}

#[tokio::test]
async fn a_segment_is_unescaped_but_stays_one_segment() {
    let stage = stage();
    assert_eq!(stage.get("/v1/campaigns/reserve%2D2026").await.status, 200);
    let seen: questionnaire::GetCampaignRequest = stage.seen.last("GetCampaign");
    assert_eq!(seen.name, "campaigns/reserve-2026");
    for bad in [
        "/v1/campaigns/a%2Fb",
        "/v1/campaigns/%ff",
        "/v1/campaigns/",
        "/v1//campaigns",
        "/v1/campaigns/%00",
    ] {
        assert_eq!(stage.get(bad).await.status, 404, "{bad}");
    }
}
