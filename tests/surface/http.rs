//! The matrix through the gateway: who may not gets 401 or 403, as a problem in the caller's language.

use std::collections::BTreeSet;

use gateway::route::access::SUITE;
use gateway::route::{Body, Operation, Routes, Shape};
use gateway::template::Step;
use prost_reflect::{DescriptorPool, FieldDescriptor, Kind};
use serde_json::{Value, json};
use tests::{Answer, Someone, Town};

use crate::matrix::PEOPLE;
use crate::table::Matrix;

/// `google.api.FieldBehavior`.
const OUTPUT_ONLY: i32 = 3;
const LANGUAGES: [&str; 3] = ["kk", "ru", "en"];

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_so_over_http_in_three_languages() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let matrix = Matrix::read();
    let mut callers = vec![("stranger", town.someone())];
    for (name, email) in PEOPLE {
        callers.push((name, town.staff(email).await));
    }
    let pool = DescriptorPool::decode(proto::DESCRIPTOR).unwrap();
    let routes = Routes::read(&pool, &SUITE).unwrap();
    let mut surprises = Vec::new();
    let mut refused = 0;
    for operation in &routes.operations {
        for (name, someone) in &callers {
            let expected = match matrix.expects(operation.path.as_str(), name) {
                "sign-in" => Some((401, "NOT_SIGNED_IN")),
                "deny" => Some((403, "NOT_ALLOWED")),
                _ => None,
            };
            let told = match expected {
                Some(expected) => {
                    refused += 1;
                    told_no(operation, someone, expected).await
                }
                None => let_through(operation, someone).await,
            };
            if let Err(why) = told {
                surprises.push(format!("{} of {name}: {why}", operation.path));
            }
        }
    }
    assert!(surprises.is_empty(), "{surprises:#?}");
    assert!(refused > 300, "only {refused} calls were refused");
    town.close().await;
}

/// The refusal in each language: the status, the reason, a sentence of its own.
async fn told_no(
    operation: &Operation,
    someone: &Someone,
    (status, reason): (u16, &str),
) -> Result<(), String> {
    let mut sentences = BTreeSet::new();
    for language in LANGUAGES {
        let answer = call(operation, &someone.speaking(language)).await;
        let headers = |name: &str| answer.headers.get(name).map(|it| it.to_str().unwrap());
        let told = (
            answer.status,
            answer.body["reason"].as_str().unwrap_or_default(),
            headers("content-type").unwrap_or_default(),
            headers("content-language").unwrap_or_default(),
        );
        if told != (status, reason, "application/problem+json", language) {
            return Err(format!("expected {status} {reason}, got {told:?}"));
        }
        sentences.insert(
            answer.body["detail"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        );
    }
    if sentences.len() < LANGUAGES.len() || sentences.contains("") {
        return Err(format!("the sentences are {sentences:?}"));
    }
    Ok(())
}

async fn let_through(operation: &Operation, someone: &Someone) -> Result<(), String> {
    let answer = call(operation, someone).await;
    match answer.status {
        401 | 403 | 405 | 500.. => Err(format!("got {} {}", answer.status, answer.body)),
        _ => Ok(()),
    }
}

/// The operation with nothing in it, at a place that is nobody's.
async fn call(operation: &Operation, someone: &Someone) -> Answer {
    let mut path = String::new();
    for step in &operation.template.steps {
        path.push('/');
        match step {
            Step::Literal(text) => path.push_str(text),
            Step::Any => path.push_str("nobodys"),
        }
    }
    match (&operation.shape, operation.method.as_str()) {
        (Shape::Upload(_), _) => someone.put_bytes(&path, "application/pdf", vec![1]).await,
        (_, "GET") => someone.get(&path).await,
        (_, "POST") => someone.post(&path, json!({})).await,
        (_, "PATCH") => someone.patch(&path, "v1", a_change(operation)).await,
        (_, "DELETE") => someone.delete(&path).await,
        (_, method) => panic!("{method} is new here"),
    }
}

/// A resource with one field to change: a change of nothing is told before anything else.
fn a_change(operation: &Operation) -> Value {
    let Body::Field(resource) = &operation.body else {
        panic!("{} takes no resource", operation.path)
    };
    let resource = resource.kind();
    let resource = resource.as_message().unwrap();
    let behavior = resource.parent_pool();
    let behavior = behavior
        .get_extension_by_name("google.api.field_behavior")
        .unwrap();
    let is_output = |field: &FieldDescriptor| {
        let options = field.options();
        let told = options.get_extension(&behavior);
        let told = told.as_list().unwrap();
        told.contains(&prost_reflect::Value::EnumNumber(OUTPUT_ONLY))
    };
    let field = resource
        .fields()
        .find(|it| !["name", "etag"].contains(&it.name()) && !is_output(it));
    let field = field.unwrap();
    let value = match field.kind() {
        _ if field.is_list() => json!([]),
        Kind::Bool => json!(true),
        Kind::String => json!("x"),
        Kind::Message(it) if it.full_name() == "google.protobuf.Timestamp" => {
            json!("2026-06-01T00:00:00Z")
        }
        Kind::Message(_) => json!({}),
        _ => json!(1),
    };
    json!({field.json_name(): value})
}

#[tokio::test(flavor = "multi_thread")]
async fn no_door_echoes_what_it_is_sent() {
    let town = Town::at_ten_on_the_first_of_june().await;
    for path in ["/", "/docs", "/v1/campaigns", "/v1/accounts/me", "/metrics"] {
        chassis::tls::use_ring();
        let request = reqwest::Client::new()
            .request(
                reqwest::Method::TRACE,
                format!("http://{}{path}", town.suite.http),
            )
            .header("x-echo", "0197-echo");
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 405, "{path}");
        let told = answer.text().await.unwrap();
        assert!(!told.contains("0197-echo"), "{path}: {told}");
    }
    town.close().await;
}
