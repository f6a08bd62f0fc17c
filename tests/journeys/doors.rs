//! The doors of the suite: health and reflection for machines, certificates for partners.

use std::collections::BTreeSet;

use tests::town::Town;
use tonic::transport::{Certificate, Channel, ClientTlsConfig};
use tonic_health::ServingStatus;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

#[tokio::test(flavor = "multi_thread")]
async fn every_service_tells_its_health_and_its_contract() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let url = format!("http://{}", town.suite.grpc);
    let channel = Channel::from_shared(url).unwrap().connect().await.unwrap();
    let mut health = HealthClient::new(channel.clone());
    for service in [
        "",
        "identity-svc",
        "questionnaire-svc",
        "review-svc",
        "testing-svc",
    ] {
        let request = HealthCheckRequest {
            service: service.into(),
        };
        let answer = health.check(request).await.unwrap().into_inner();
        assert_eq!(answer.status, ServingStatus::Serving as i32, "{service}");
    }

    let ask = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut reflection = ServerReflectionClient::new(channel);
    let asked = tokio_stream::once(ask);
    let mut answers = reflection
        .server_reflection_info(asked)
        .await
        .unwrap()
        .into_inner();
    let answer = answers.message().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(list)) = answer.message_response else {
        unreachable!()
    };
    let reflected: BTreeSet<&str> = list
        .service
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    for rpc in proto::RPCS {
        assert!(reflected.contains(rpc.service), "{}", rpc.service);
    }
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_machines_pages_answer_and_tell_no_names() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let visitor = town.someone();
    assert_eq!(visitor.get("/healthz").await.status, 200);
    assert_eq!(visitor.get("/readyz").await.status, 200);
    let document = visitor.get("/openapi.json").await.ok();
    assert_eq!(document["openapi"], "3.1.0");
    let metrics = visitor.get("/metrics").await.ok();
    let metrics = metrics.as_str().unwrap();
    assert!(metrics.contains("irikteu_calls_total"));
    assert!(
        !metrics.contains(town.campaign()),
        "a route is a template, not a path"
    );
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_partner_port_is_closed_without_a_certificate_of_its_authority() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let authority = std::fs::read(town.data_dir().join("certificates/authority.pem")).unwrap();
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(authority))
        .domain_name("localhost");
    let url = format!("https://localhost:{}", town.suite.partner.port());
    let channel = Channel::from_shared(url).unwrap().tls_config(tls).unwrap();
    let refused = match channel.connect().await {
        Err(_) => true,
        Ok(channel) => HealthClient::new(channel)
            .check(HealthCheckRequest::default())
            .await
            .is_err(),
    };
    assert!(refused);

    // People's calls are not to be had there, and partners' calls not at the other door.
    let mut partner = town.partner("kaztest").await;
    let nobody = partner
        .get_redemption(proto::partner::v1::GetRedemptionRequest {
            name: "redemptions/x".into(),
        })
        .await;
    assert_eq!(nobody.unwrap_err().code(), tonic::Code::InvalidArgument);
    let url = format!("http://{}", town.suite.grpc);
    let channel = Channel::from_shared(url).unwrap().connect().await.unwrap();
    let mut other = proto::partner::v1::redemptions_client::RedemptionsClient::new(channel);
    let refused = other
        .get_redemption(proto::partner::v1::GetRedemptionRequest {
            name: "redemptions/x".into(),
        })
        .await;
    assert_eq!(refused.unwrap_err().code(), tonic::Code::Unimplemented);
    town.close().await;
}
