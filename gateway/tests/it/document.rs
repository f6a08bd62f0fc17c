//! The OpenAPI document: whole, and in step with the routes.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::stage::stage;

async fn document() -> Value {
    let reply = stage().get("/openapi.json").await;
    assert_eq!(reply.header("content-type"), "application/json");
    reply.json
}

/// Every object of a document.
fn objects<'a>(value: &'a Value, all: &mut Vec<&'a serde_json::Map<String, Value>>) {
    match value {
        Value::Object(object) => {
            all.push(object);
            object.values().for_each(|it| objects(it, all));
        }
        Value::Array(items) => items.iter().for_each(|it| objects(it, all)),
        _ => {}
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_schema_is_referred_to() {
    let document = document().await;
    let mut all = Vec::new();
    objects(&document, &mut all);
    let references: BTreeSet<_> = all
        .iter()
        .filter_map(|it| it.get("$ref")?.as_str())
        .map(str::to_owned)
        .collect();
    for reference in &references {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for name in document["components"]["schemas"]
        .as_object()
        .expect("schemas")
        .keys()
    {
        assert!(
            references.contains(&format!("#/components/schemas/{name}")),
            "{name} is not used"
        );
    }
}

#[tokio::test]
async fn every_rpc_is_there_once_with_its_words() {
    let document = document().await;
    let tags: BTreeSet<_> = document["tags"]
        .as_array()
        .expect("tags")
        .iter()
        .map(|it| it["name"].clone().to_string())
        .collect();
    let mut rpcs = BTreeSet::new();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let place = format!("{method} {path}");
            assert!(
                rpcs.insert(operation["x-rpc"].as_str().expect("an RPC").to_owned()),
                "{place}"
            );
            assert!(ids.insert(operation["operationId"].to_string()), "{place}");
            assert!(
                !operation["summary"].as_str().expect("a summary").is_empty(),
                "{place}"
            );
            assert!(tags.contains(&operation["tags"][0].to_string()), "{place}");
            assert!(operation["responses"]["default"].is_object(), "{place}");
            let parameters = operation["parameters"].as_array().expect("parameters");
            let named: BTreeSet<_> = parameters
                .iter()
                .filter(|it| it["in"] == "path")
                .map(|it| it["name"].as_str().expect("a name"))
                .collect();
            let places: BTreeSet<_> = path
                .split('/')
                .filter_map(|it| it.strip_prefix('{')?.strip_suffix('}'))
                .collect();
            assert_eq!(named, places, "{place}");
        }
    }
    let annotated: BTreeSet<_> = proto::RPCS
        .iter()
        .filter(|it| it.over_http)
        .map(|it| it.path.to_owned())
        .collect();
    assert_eq!(rpcs, annotated);
}

#[tokio::test]
async fn behaviours_and_forms_are_told() {
    let document = document().await;
    let schemas = &document["components"]["schemas"];
    let attempt = &schemas["identity.RegistrationAttempt"];
    assert_eq!(attempt["properties"]["password"]["writeOnly"], true);
    assert_eq!(attempt["properties"]["createTime"]["readOnly"], true);
    assert_eq!(attempt["properties"]["createTime"]["format"], "date-time");
    assert!(
        attempt["required"]
            .as_array()
            .expect("required")
            .contains(&"email".into())
    );
    assert_eq!(
        schemas["questionnaire.Section"]["properties"]["answers"]["type"],
        "object"
    );
    assert_eq!(
        schemas["questionnaire.Document"]["properties"]["sizeBytes"]["type"],
        "string"
    );
    let states = schemas["questionnaire.Document.State"]["enum"]
        .as_array()
        .expect("values");
    assert!(
        states.contains(&"STATE_CLEAN".into()) && !states.contains(&"STATE_UNSPECIFIED".into())
    );

    let prove =
        &document["paths"]["/v1/registrationAttempts/{registrationAttempt}/proveEmail"]["post"];
    let schema = &prove["requestBody"]["content"]["application/json"]["schema"];
    assert_eq!(
        schema["allOf"][0]["not"]["required"],
        serde_json::json!(["code", "token"])
    );
    assert!(
        schema["properties"].get("name").is_none()
            && schema["properties"].get("requestId").is_none()
    );

    let content =
        "/v1/campaigns/{campaign}/applications/{application}/documents/{document}/content";
    let content = &document["paths"][content];
    assert!(content["put"]["requestBody"]["content"]["*/*"].is_object());
    assert!(content["get"]["responses"]["200"]["content"]["*/*"].is_object());
    assert_eq!(
        document["paths"]["/v1/campaigns"]["get"]["security"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    assert_eq!(
        document["paths"]["/v1/reviewTasks"]["get"]["security"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
}
