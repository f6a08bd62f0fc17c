//! Refusals as a client reads them: status, reason, language and the names it wrote itself.

use chassis::Error;
use chassis::violation::Violations;
use proto::identity::v1 as identity;
use proto::questionnaire::v1 as questionnaire;

use crate::stage::{far_stage, json, request, stage, stage_with};

#[tokio::test]
async fn a_refusal_is_a_problem_document_in_the_callers_language() {
    let stage = stage();
    stage.on(
        "GetCampaign",
        |request: questionnaire::GetCampaignRequest| {
            Err::<questionnaire::Campaign, _>(Error::NotFound(request.name))
        },
    );
    for (asked, language, detail) in [
        ("", "kk", "Мұндай дерек жоқ"),
        ("ru-RU, en;q=0.5", "ru", "Такого нет"),
        ("en", "en", "There is no such thing"),
        ("de", "kk", "Мұндай дерек жоқ"),
    ] {
        let builder = request("GET", "/v1/campaigns/x").header("accept-language", asked);
        let reply = stage.send(builder, "").await;
        assert_eq!(reply.status, 404);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.header("content-language"), language);
        assert_eq!(reply.json["reason"], "NOT_FOUND");
        assert_eq!(reply.json["domain"], "wire.irikteu.kz");
        assert_eq!(reply.json["type"], "https://irikteu.kz/problems/not-found");
        assert_eq!(reply.json["status"], 404);
        let text = reply.json["detail"].as_str().expect("a sentence");
        assert!(text.starts_with(detail), "{text}");
        assert_eq!(reply.json["traceId"], reply.header("x-trace-id"));
    }
}

#[tokio::test]
async fn violations_name_fields_as_the_client_wrote_them() {
    let stage = stage();
    stage.on(
        "CreateRegistrationAttempt",
        |_: identity::CreateRegistrationAttemptRequest| {
            let mut all = Violations::new();
            all.add("registration_attempt.iin", "REQUIRED");
            all.add_with(
                "registration_attempt.resend_time",
                "TOO_LONG",
                [("max", "5".into())],
            );
            all.add("request_id", "REQUEST_ID_REUSED");
            Err::<identity::RegistrationAttempt, _>(Error::Invalid(all))
        },
    );
    let reply = stage
        .post("/v1/registrationAttempts", r#"{"email": "a@b.kz"}"#)
        .await;
    assert_eq!(
        reply.violations(),
        [
            "iin REQUIRED",
            "resendTime TOO_LONG",
            "requestId REQUEST_ID_REUSED"
        ]
    );
    let builder = json("POST", "/v1/registrationAttempts").header("idempotency-key", "k");
    let reply = stage.send(builder, r#"{"resend_time": null}"#).await;
    assert_eq!(
        reply.violations(),
        [
            "iin REQUIRED",
            "resend_time TOO_LONG",
            "Idempotency-Key REQUEST_ID_REUSED"
        ]
    );
    stage.on("UpdateSection", |_: questionnaire::UpdateSectionRequest| {
        let field = "section.answers.rows[2].start_date";
        Err::<questionnaire::Section, _>(Violations::one(field, "REQUIRED").into())
    });
    let path = "/v1/campaigns/c/applications/a/sections/s";
    let reply = stage.send(json("PATCH", path), r#"{"answers": {}}"#).await;
    assert_eq!(reply.violations(), ["answers.rows[2].start_date REQUIRED"]);
}

#[tokio::test]
async fn every_sort_of_error_has_its_status() {
    let stage = stage();
    type Make = fn() -> Error;
    let cases: [(Make, u16, &str); 7] = [
        (
            || Error::Unauthenticated("NOT_SIGNED_IN"),
            401,
            "NOT_SIGNED_IN",
        ),
        (|| Error::Denied, 403, "NOT_ALLOWED"),
        (|| Error::InFlight, 409, "REQUEST_IN_FLIGHT"),
        (
            || Error::Busy(std::time::Duration::from_millis(1500)),
            429,
            "TOO_BUSY",
        ),
        (
            || Error::Unavailable(anyhow::anyhow!("down")),
            503,
            "UNAVAILABLE",
        ),
        (
            || Error::Internal(anyhow::anyhow!("a secret")),
            500,
            "INTERNAL",
        ),
        (
            || Error::Passed(Box::new(tonic::Status::cancelled("Timeout expired"))),
            504,
            "DEADLINE_EXCEEDED",
        ),
    ];
    for (make, status, reason) in cases {
        stage.on(
            "GetCampaign",
            move |_: questionnaire::GetCampaignRequest| Err::<questionnaire::Campaign, _>(make()),
        );
        let reply = stage.get("/v1/campaigns/x").await;
        assert_eq!(
            (reply.status.as_u16(), reply.json["reason"].as_str()),
            (status, Some(reason))
        );
        assert!(!String::from_utf8_lossy(&reply.bytes).contains("secret"));
        match status {
            401 => assert!(reply.header("www-authenticate").starts_with("Bearer")),
            429 => assert_eq!(reply.header("retry-after"), "2"),
            503 => assert_eq!(reply.header("retry-after"), "1"),
            _ => assert_eq!(reply.header("retry-after"), ""),
        }
    }
}

#[tokio::test]
async fn an_unknown_path_and_an_unknown_method_are_told_apart() {
    let stage = stage();
    assert_eq!(stage.get("/v1/nothing").await.json["reason"], "NOT_FOUND");
    let reply = stage.send(request("DELETE", "/v1/campaigns"), "").await;
    assert_eq!(reply.status, 405);
    assert_eq!(reply.json["reason"], "METHOD_NOT_ALLOWED");
    assert_eq!(reply.header("allow"), "GET, POST, OPTIONS");
    // What is for services and partners has no place here.
    for path in [
        "/irikteu.identity.v1.Sessions/ExchangeSession",
        "/irikteu.partner.v1.Redemptions/LookUpPromoCode",
    ] {
        assert_eq!(stage.post(path, "{}").await.status, 404);
    }
}

#[tokio::test]
async fn a_service_that_is_silent_is_not_waited_for() {
    let config = gateway::GatewayConfig {
        call_timeout: std::time::Duration::from_millis(50),
        ..Default::default()
    };
    for stage in [stage_with(config.clone()), far_stage(config)] {
        let reply = stage.get("/v1/workCalendars/2026").await;
        assert_eq!(reply.status, 504);
        assert_eq!(reply.json["reason"], "DEADLINE_EXCEEDED");
    }
}

#[tokio::test]
async fn a_service_that_is_down_is_out_of_reach() {
    let stage = far_stage(gateway::GatewayConfig::default());
    assert_eq!(stage.get("/v1/campaigns").await.status, 200);
    let reply = crate::stage::dead_stage().get("/v1/campaigns").await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["reason"]),
        (503, &"UNAVAILABLE".into())
    );
    assert_eq!(reply.header("retry-after"), "1");
}

#[tokio::test]
async fn a_trace_of_our_own_goes_through() {
    let stage = stage_with(gateway::GatewayConfig {
        trusts_traces: true,
        ..Default::default()
    });
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let reply = stage
        .send(
            request("GET", "/v1/campaigns").header("traceparent", parent),
            "",
        )
        .await;
    assert_eq!(
        reply.header("x-trace-id"),
        "0af7651916cd43dd8448eb211c80319c"
    );
    let sent = stage.seen.headers()["traceparent"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        sent.starts_with("00-0af7651916cd43dd8448eb211c80319c-"),
        "{sent}"
    );
}

#[tokio::test]
async fn a_stranger_does_not_choose_the_id_of_a_trace() {
    let stage = stage();
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let asked = request("GET", "/v1/campaigns").header("traceparent", parent);
    let reply = stage.send(asked.header("tracestate", "theirs=1"), "").await;
    let id = reply.header("x-trace-id").to_owned();
    assert_eq!(id.len(), 32);
    assert_ne!(id, "0af7651916cd43dd8448eb211c80319c");
    let sent = stage.seen.headers();
    let parent = sent["traceparent"].to_str().expect("text");
    assert!(parent.starts_with(&format!("00-{id}-")), "{parent}");
    assert!(!sent.contains_key("tracestate"));
    let refused = stage.get("/v1/nowhere").await;
    assert_eq!(refused.json["traceId"], refused.header("x-trace-id"));
}

/// Of a service that counts, as identity-svc does.
#[derive(Debug)]
struct Later(&'static str);

impl chassis::error::Refusal for Later {
    fn reason(&self) -> &'static str {
        "RATE_LIMITED"
    }

    fn kind(&self) -> chassis::error::Kind {
        chassis::error::Kind::ResourceExhausted
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        vec![("retry_time", self.0.to_owned())]
    }
}

#[tokio::test]
async fn who_is_to_come_at_an_instant_is_told_in_how_many_seconds_too() {
    let stage = stage();
    // It is ten in Astana here.
    for (instant, seconds) in [
        ("2026-06-01T05:00:40.5Z", "41"),
        ("2026-06-01T04:59:00Z", "1"),
        ("soon", ""),
    ] {
        stage.on(
            "GetCampaign",
            move |_: questionnaire::GetCampaignRequest| {
                Err::<questionnaire::Campaign, _>(Later(instant).into())
            },
        );
        let reply = stage.get("/v1/campaigns/x").await;
        assert_eq!(reply.status, 429);
        assert_eq!(reply.header("retry-after"), seconds, "{instant}");
        assert_eq!(reply.json["metadata"]["retry_time"], instant);
    }
}
