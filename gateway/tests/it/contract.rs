//! The contract as the gateway serves it: every rule is routable, and is the only one there.

use std::collections::BTreeSet;

use gateway::route::{Found, Routes, Shape};
use gateway::template::Step;
use prost_reflect::DescriptorPool;

use crate::stage::{json, stage};

fn routes() -> Routes {
    let pool = DescriptorPool::decode(proto::DESCRIPTOR).expect("the contract");
    Routes::read(&pool, &gateway::route::access::SUITE).expect("routes")
}

/// A path that fits the operation.
fn example(operation: &gateway::route::Operation) -> String {
    let steps = operation.template.steps.iter().map(|step| match step {
        Step::Literal(text) => text.clone(),
        Step::Any => "x1".to_owned(),
    });
    format!("/{}", steps.collect::<Vec<_>>().join("/"))
}

#[test]
fn every_rule_leads_to_its_own_rpc() {
    let routes = routes();
    for operation in &routes.operations {
        match routes.find(&operation.method, &example(operation)) {
            Found::Operation(found, _) => assert_eq!(found.path, operation.path),
            _ => panic!("{} leads nowhere", operation.template.text),
        }
    }
}

#[test]
fn exactly_the_rpcs_with_a_rule_are_routed() {
    let routed: BTreeSet<_> = routes()
        .operations
        .iter()
        .map(|it| it.path.as_str().to_owned())
        .collect();
    let annotated: BTreeSet<_> = proto::RPCS
        .iter()
        .filter(|rpc| rpc.over_http)
        .map(|rpc| rpc.path.to_owned())
        .collect();
    assert_eq!(routed, annotated);
    assert!(
        !routed
            .iter()
            .any(|path| path.contains("partner") || path.contains("Exchange"))
    );
}

#[tokio::test]
async fn every_operation_reaches_its_service() {
    let stage = stage();
    for operation in &routes().operations {
        if !matches!(operation.shape, Shape::Unary) || operation.rpc.name() == "GetWorkCalendar" {
            continue;
        }
        let body = match &operation.body {
            gateway::route::Body::None => "",
            _ => "{}",
        };
        let mut path = example(operation);
        if let (Some(_), gateway::route::Body::Field(field)) =
            (&operation.update_mask, &operation.body)
        {
            let resource = field.kind().as_message().expect("a resource").clone();
            let first = resource.fields().next().expect("a field");
            path = format!("{path}?updateMask={}", first.json_name());
        }
        let reply = stage
            .send(json(operation.method.as_str(), &path), body)
            .await;
        assert_eq!(
            reply.status, 200,
            "{} {}",
            operation.template.text, reply.json
        );
        assert_eq!(
            stage.seen.paths().last().map(String::as_str),
            Some(operation.path.as_str())
        );
    }
}
