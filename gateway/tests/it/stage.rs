//! Stand-ins for the services: any RPC is answered by a closure or by an empty message; sessions
//! and documents are small services of their own behind the real layers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::{BufMut, Bytes, BytesMut};
use chassis::caller::CallerClaims;
use chassis::client::{Connection, FarNet, LocalNet};
use chassis::clock::Clock;
use chassis::error::{Scope, in_scope};
use chassis::policy::{Allow, Policy, Row};
use chassis::server::Guard;
use chassis::text::{Language, Texts};
use chassis::token::{PublicKey, Signer, Verifier};
use futures_util::FutureExt;
use gateway::{Contract, Gateway, GatewayConfig, route};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use prost::Message;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic::service::Routes;
use tower::ServiceExt;

use crate::streams::Documents;
use crate::weather::{self, Weather};

/// A token that the stand-in of the identity service believes.
pub const GOOD_TOKEN: &str = "good-token";

/// The stand-ins have no sentences of their own.
static NO_TEXTS: LazyLock<Texts> = LazyLock::new(|| Texts::new("", "", ""));

type Answer = Box<dyn Fn(&[u8]) -> Result<Vec<u8>, chassis::Error> + Send + Sync>;

/// What the services saw.
#[derive(Default, Clone)]
pub struct Seen(Arc<Mutex<Vec<(String, HeaderMap, Bytes)>>>);

impl Seen {
    /// The last request of this RPC.
    pub fn last<M: Message + Default>(&self, rpc: &str) -> M {
        let all = self.0.lock().expect("seen");
        let (.., bytes) = all
            .iter()
            .rev()
            .find(|(path, ..)| path.ends_with(rpc))
            .expect("a call");
        M::decode(bytes.clone()).expect("a message")
    }

    pub fn headers(&self) -> HeaderMap {
        self.0
            .lock()
            .expect("seen")
            .last()
            .expect("a call")
            .1
            .clone()
    }

    pub fn paths(&self) -> Vec<String> {
        self.0
            .lock()
            .expect("seen")
            .iter()
            .map(|(path, ..)| path.clone())
            .collect()
    }
}

#[derive(Clone, Default)]
struct StandIn {
    seen: Seen,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
}

pub struct Stage {
    pub router: Router,
    pub seen: Seen,
    pub documents: Documents,
    pub weather: Weather,
    pub clock: Clock,
    stand_in: StandIn,
    exchanges: Arc<AtomicUsize>,
    pub sessions: Sessions,
    pub gateway: Arc<Gateway>,
    /// Keeps the services of this process there: connections to them do not.
    _net: LocalNet,
}

pub fn stage() -> Stage {
    stage_with(GatewayConfig::default())
}

pub fn stage_with(config: GatewayConfig) -> Stage {
    near(Contract::SUITE, config)
}

/// The same before a contract that has streams.
pub fn streaming_stage(config: GatewayConfig) -> Stage {
    near(weather::contract(), config)
}

fn near(contract: Contract<'_>, config: GatewayConfig) -> Stage {
    let net = LocalNet::default();
    let stage = build(contract, config, |service, routes| {
        net.add(service, routes);
        net.connect(service)
    });
    Stage { _net: net, ..stage }
}

/// The same, with every service behind a port of its own.
pub fn far_stage(config: GatewayConfig) -> Stage {
    far(Contract::SUITE, config)
}

pub fn far_streaming_stage(config: GatewayConfig) -> Stage {
    far(weather::contract(), config)
}

fn far(contract: Contract<'_>, config: GatewayConfig) -> Stage {
    build(contract, config, |service, routes| {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("a listener");
        let address = listener.local_addr().expect("an address");
        let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
        tokio::spawn(chassis::server::serve(
            listener,
            routes,
            None,
            CancellationToken::new(),
        ));
        at(service, &format!("http://{address}"))
    })
}

/// The same, with nobody behind the ports.
pub fn dead_stage() -> Stage {
    build(Contract::SUITE, GatewayConfig::default(), |service, _| {
        at(service, "http://127.0.0.1:1")
    })
}

fn at(service: &'static str, url: &str) -> Connection {
    let net = FarNet::new(proto::DESCRIPTOR, None).expect("the contract");
    net.connect(service, url).expect("an address")
}

fn build(
    contract: Contract<'_>,
    config: GatewayConfig,
    connect: impl Fn(&'static str, Routes) -> Connection,
) -> Stage {
    let clock = chassis::testing::clock();
    let ids = chassis::testing::ids(&clock);
    let (identity, own) = (
        chassis::testing::keys("identity-svc"),
        chassis::testing::keys("gateway"),
    );
    let keys = [identity.public.clone(), own.public.clone()];
    let stand_in = StandIn::default();
    let documents = Documents::default();
    let weather = Weather::default();
    let sessions = Sessions::default();
    let exchanges = Arc::new(AtomicUsize::new(0));
    let exchange = Exchange {
        signer: identity.signer.clone(),
        clock: clock.clone(),
        count: exchanges.clone(),
        sessions: sessions.clone(),
    };
    let mut connections = HashMap::new();
    for service in route::SERVICES {
        let routes = match service {
            "questionnaire-svc" => {
                let mut routes = Router::new();
                for (path, _) in DOCUMENT_ROWS {
                    routes = routes.route_service(path, documents.clone().server());
                }
                guard(service, DOCUMENT_ROWS, &keys, &clock).protect(Routes::from(routes))
            }
            "identity-svc" => {
                let route = axum::routing::post(exchange_session).with_state(exchange.clone());
                let routes = Router::new().route(EXCHANGE_ROWS[0].0, route);
                guard(service, EXCHANGE_ROWS, &keys, &clock).protect(Routes::from(routes))
            }
            "testing-svc" => {
                guard(service, weather::ROWS, &keys, &clock).protect(Routes::from(weather.routes()))
            }
            _ => Routes::from(Router::new()),
        };
        let any = Router::new().fallback(any_rpc).with_state(stand_in.clone());
        let routes = routes.into_axum_router().reset_fallback().merge(any);
        connections.insert(service, connect(service, Routes::from(routes)));
    }
    let gateway = Gateway::of(
        contract,
        config,
        |service| connections[service].clone(),
        own.identity(&clock),
        ids,
        clock.clone(),
        Arc::new(|| async { true }.boxed()),
    );
    let gateway = Arc::new(gateway.expect("a gateway"));
    let router = gateway.router(Router::new());
    Stage {
        router,
        seen: stand_in.seen.clone(),
        documents,
        weather,
        clock,
        stand_in,
        exchanges,
        sessions,
        gateway,
        _net: LocalNet::default(),
    }
}

const DOCUMENT_ROWS: &[Row] = &[
    (
        "/irikteu.questionnaire.v1.Documents/UploadDocument",
        &[Allow::SignedIn],
    ),
    (
        "/irikteu.questionnaire.v1.Documents/DownloadDocument",
        &[Allow::SignedIn],
    ),
];

const EXCHANGE_ROWS: &[Row] = &[(
    "/irikteu.identity.v1.Sessions/ExchangeSession",
    &[Allow::Service("gateway")],
)];

fn guard(service: &'static str, rows: &[Row], keys: &[PublicKey], clock: &Clock) -> Guard {
    Guard {
        service,
        domain: "stage.irikteu.kz",
        texts: &NO_TEXTS,
        policy: Policy::new(rows),
        verifier: Verifier::new(service, keys).expect("a verifier"),
        clock: clock.clone(),
        longest: std::time::Duration::from_secs(30),
    }
}

/// What became of sessions: refused all alike, or one by one.
#[derive(Clone)]
pub struct Sessions {
    all: Arc<Mutex<Result<(), MakeError>>>,
    ended: Arc<Mutex<Vec<String>>>,
}

type MakeError = fn() -> chassis::Error;

impl Default for Sessions {
    fn default() -> Self {
        Self {
            all: Arc::new(Mutex::new(Ok(()))),
            ended: Arc::default(),
        }
    }
}

impl Sessions {
    pub fn end(&self, token: &str) {
        self.ended.lock().expect("sessions").push(token.to_owned());
    }

    /// The same token is good again.
    pub fn begin(&self, token: &str) {
        self.ended
            .lock()
            .expect("sessions")
            .retain(|it| it != token);
    }

    /// The number of the account that a token is of.
    fn account(&self, token: &str) -> Result<u128, chassis::Error> {
        (*self.all.lock().expect("sessions")).map_err(|make| make())?;
        let ended = self
            .ended
            .lock()
            .expect("sessions")
            .iter()
            .any(|it| it == token);
        let number = match token.strip_prefix(GOOD_TOKEN) {
            Some("") => Some(7),
            Some(number) => number.strip_prefix('-').and_then(|it| it.parse().ok()),
            None => None,
        };
        number
            .filter(|_| !ended)
            .ok_or(chassis::Error::Unauthenticated("SESSION_ENDED"))
    }
}

#[derive(Clone)]
struct Exchange {
    signer: Arc<Signer>,
    clock: Clock,
    count: Arc<AtomicUsize>,
    sessions: Sessions,
}

async fn exchange_session(State(it): State<Exchange>, request: Request) -> Response {
    let bytes = request
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    let request = proto::identity::v1::ExchangeSessionRequest::decode(bytes.slice(5..));
    let request = request.expect("a request");
    it.count.fetch_add(1, Ordering::SeqCst);
    let id = match it.sessions.account(&request.access_token) {
        Ok(number) => uuid::Uuid::from_u128(number),
        Err(error) => return Status::from(error).into_http(),
    };
    let claims = CallerClaims::Person {
        sub: id,
        sid: id,
        roles: vec![],
    };
    let expires = it.clock.now() + chassis::caller::TOKEN_LIFE;
    let token = it
        .signer
        .sign(&request.audience, expires, &claims)
        .expect("a token");
    framed(
        &proto::identity::v1::ExchangeSessionResponse {
            caller_token: token,
            expire_time: None,
        }
        .encode_to_vec(),
    )
}

async fn any_rpc(State(it): State<StandIn>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let bytes = body.collect().await.expect("a body").to_bytes();
    if path.ends_with("GetWorkCalendar") {
        // A service that never answers.
        std::future::pending::<()>().await;
    }
    let message = bytes.slice(5.min(bytes.len())..);
    it.seen
        .0
        .lock()
        .expect("seen")
        .push((path.clone(), parts.headers.clone(), message.clone()));
    let language = parts
        .headers
        .get(http::header::ACCEPT_LANGUAGE)
        .expect("a language");
    let language = Language::from_code(language.to_str().expect("text")).expect("a language");
    let scope = Scope {
        language,
        domain: "stage.irikteu.kz",
        texts: &NO_TEXTS,
    };
    let answer = in_scope(scope, async {
        let answers = it.answers.lock().expect("answers");
        let answer = answers.iter().find(|(rpc, _)| path.ends_with(rpc.as_str()));
        answer
            .map_or(Ok(Vec::new()), |(_, answer)| answer(&message))
            .map_err(Status::from)
    });
    match answer.await {
        Ok(bytes) => framed(&bytes),
        Err(status) => status.into_http(),
    }
}

/// One message as a gRPC answer.
fn framed(message: &[u8]) -> Response {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).expect("a small message"));
    frame.put_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let frames = [
        http_body::Frame::data(frame.freeze()),
        http_body::Frame::trailers(trailers),
    ];
    let frames = futures_util::stream::iter(frames.map(Ok::<_, std::convert::Infallible>));
    let mut response = Response::new(Body::new(http_body_util::StreamBody::new(frames)));
    let grpc = HeaderValue::from_static("application/grpc");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, grpc);
    response
}

impl Stage {
    /// How many sessions were exchanged.
    pub fn gateway_calls(&self) -> usize {
        self.exchanges.load(Ordering::SeqCst)
    }

    /// From now on every exchange is answered so.
    pub fn let_sessions_be(&self, all: Result<(), MakeError>) {
        *self.sessions.all.lock().expect("sessions") = all;
    }

    /// Lets an RPC, told by the end of its path, answer so.
    pub fn on<Q: Message + Default, A: Message>(
        &self,
        rpc: &str,
        answer: impl Fn(Q) -> Result<A, chassis::Error> + Send + Sync + 'static,
    ) {
        let answer = move |bytes: &[u8]| {
            answer(Q::decode(bytes).expect("a request")).map(|answer| answer.encode_to_vec())
        };
        self.stand_in
            .answers
            .lock()
            .expect("answers")
            .insert(rpc.to_owned(), Box::new(answer));
    }

    pub async fn send(&self, request: http::request::Builder, body: impl Into<Body>) -> Reply {
        let request = request.body(body.into()).expect("a request");
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body
            .collect()
            .await
            .map(|it| it.to_bytes())
            .unwrap_or_default();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply {
            status: parts.status,
            headers: parts.headers,
            json,
            bytes,
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(request("GET", path), Body::empty()).await
    }

    pub async fn post(&self, path: &str, body: &str) -> Reply {
        self.send(json("POST", path), body.to_owned()).await
    }
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub json: Value,
    pub bytes: Bytes,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    /// `field REASON` of each violation.
    pub fn violations(&self) -> Vec<String> {
        let all = self.json["violations"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        all.iter()
            .map(|it| {
                format!(
                    "{} {}",
                    it["field"].as_str().unwrap_or("?"),
                    it["reason"].as_str().unwrap_or("?")
                )
            })
            .collect()
    }

    pub fn cookies(&self) -> Vec<String> {
        let all = self.headers.get_all(http::header::SET_COOKIE).iter();
        all.map(|it| it.to_str().expect("text").to_owned())
            .collect()
    }
}

pub fn request(method: &str, path: &str) -> http::request::Builder {
    http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", "localhost")
}

pub fn json(method: &str, path: &str) -> http::request::Builder {
    request(method, path).header("content-type", "application/json")
}

pub fn signed_in(builder: http::request::Builder) -> http::request::Builder {
    builder.header("authorization", format!("Bearer {GOOD_TOKEN}"))
}
