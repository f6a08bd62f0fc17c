//! Any RPC of the contract called as bytes, over the suite's own ports: for proofs over all of them.

use std::error::Error;
use std::sync::Arc;

use bytes::{Buf, BufMut};
use chassis::caller::{CallerClaims, ServiceIdentity, TOKEN_LIFE};
use chassis::clock::Clock;
use chassis::token::Signer;
use http::uri::PathAndQuery;
use proto::identity::v1::ExchangeSessionRequest;
use proto::identity::v1::sessions_client::SessionsClient;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::AsciiMetadataValue;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::town::Town;

/// One call of one RPC.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The full path: `/irikteu.testing.v1.Bookings/CancelBooking`.
    pub rpc: &'static str,
    /// Who calls, in the caller's word.
    pub token: Option<&'a str>,
    pub language: &'static str,
    /// The request as protobuf.
    pub message: Vec<u8>,
}

/// A door of the suite.
#[derive(Debug, Clone)]
pub struct Wire(Channel);

impl Wire {
    pub fn over(channel: Channel) -> Self {
        Self(channel)
    }

    /// The port for people's and services' calls.
    pub fn to(town: &Town) -> Self {
        let url = format!("http://{}", town.suite.grpc);
        Self(Channel::from_shared(url).unwrap().connect_lazy())
    }

    /// The first message of the answer; a stream that lasts is let go once it has begun.
    ///
    /// # Errors
    /// The status that the call ended with.
    pub async fn call(&self, call: Call<'_>) -> Result<Vec<u8>, Status> {
        let mut grpc = Grpc::new(self.0.clone());
        grpc.ready()
            .await
            .map_err(|error| Status::from_error(Box::new(error)))?;
        let mut request = Request::new(call.message);
        let headers = request.metadata_mut();
        headers.insert(
            "accept-language",
            AsciiMetadataValue::from_static(call.language),
        );
        if let Some(token) = call.token {
            headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let path = PathAndQuery::from_static(call.rpc);
        let mut answers = grpc
            .server_streaming(request, path, Plain)
            .await?
            .into_inner();
        if chassis::watch::is_watch(call.rpc) {
            return Ok(Vec::new());
        }
        Ok(answers.message().await?.unwrap_or_default())
    }
}

/// Whether the call never reached a server that answers: the door stayed shut.
pub fn never_arrived(status: &Status) -> bool {
    status.source().is_some()
}

/// The service that answers an RPC.
pub fn home_of(rpc: &str) -> &'static str {
    let package = rpc.trim_start_matches("/irikteu.");
    match package.split('.').next() {
        Some("identity") => "identity-svc",
        Some("questionnaire") => "questionnaire-svc",
        Some("review") => "review-svc",
        // Partners' calls are answered there too.
        _ => "testing-svc",
    }
}

/// Makes the words by which callers prove who they are, with the suite's own keys.
pub struct Words {
    folder: std::path::PathBuf,
    clock: Clock,
    sessions: SessionsClient<Channel>,
}

impl Words {
    pub fn of(town: &Town) -> Self {
        let Wire(channel) = Wire::to(town);
        Self {
            folder: town.data_dir().join("keys"),
            clock: town.clock.clone(),
            sessions: SessionsClient::new(channel),
        }
    }

    pub fn signer(&self, service: &str) -> Signer {
        let key = std::fs::read(self.folder.join(format!("{service}.pk8"))).unwrap();
        Signer::new(service, &key).unwrap()
    }

    /// What a service says of itself.
    pub fn service(&self, service: &str, audience: &str) -> String {
        let identity = ServiceIdentity::new(Arc::new(self.signer(service)), self.clock.clone());
        identity.token(audience).unwrap()
    }

    /// What identity-svc says of whoever holds this session, as the gateway asks for it.
    pub async fn person(&self, access_token: &str, audience: &str) -> String {
        let mut request = Request::new(ExchangeSessionRequest {
            access_token: access_token.to_owned(),
            audience: audience.to_owned(),
        });
        let gateway = format!("Bearer {}", self.service("gateway", "identity-svc"));
        request
            .metadata_mut()
            .insert("authorization", gateway.parse().unwrap());
        let exchanged = self.sessions.clone().exchange_session(request).await;
        exchanged.unwrap().into_inner().caller_token
    }

    /// A person with every role, in a word that this issuer signs.
    pub fn powerful(
        &self,
        issuer: &str,
        audience: &str,
        expires_in: jiff::SignedDuration,
    ) -> String {
        let nobody = uuid::Uuid::nil();
        let claims = CallerClaims::Person {
            sub: nobody,
            sid: nobody,
            roles: chassis::caller::Role::ALL.to_vec(),
        };
        let expires = self.clock.now() + expires_in;
        self.signer(issuer)
            .sign(audience, expires, &claims)
            .unwrap()
    }

    /// The same, good for as long as such words are.
    pub fn powerful_now(&self, issuer: &str, audience: &str) -> String {
        self.powerful(issuer, audience, TOKEN_LIFE)
    }
}

/// Messages as they are on the wire.
#[derive(Debug, Clone, Copy)]
struct Plain;

impl Codec for Plain {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, message: Vec<u8>, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(&message);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let mut message = vec![0; from.remaining()];
        from.copy_to_slice(&mut message);
        Ok(Some(message))
    }
}
