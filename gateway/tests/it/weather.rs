//! Stand-ins for services that stream: a contract of the tests' own beside the suite's, and a
//! service that says what the test says.

use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use bytes::{BufMut, Bytes, BytesMut};
use chassis::policy::{Allow, Row};
use futures_util::StreamExt;
use gateway::Contract;
use gateway::route::Doors;
use http::HeaderMap;
use http_body_util::BodyExt;
use prost::Message;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tonic::Status;

/// The suite's contract, and the weather's.
static DESCRIPTOR: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("tests/proto"), root.join("../proto/vendor")];
    let mut compiler = protox::Compiler::new(folders).expect("a compiler");
    compiler
        .include_source_info(true)
        .open_file("irikteu/testing/v1/weather.proto")
        .expect("the weather's contract");
    // Sets of files written one after another are one set.
    [proto::DESCRIPTOR, &compiler.encode_file_descriptor_set()].concat()
});

const DOORS: Doors = Doors {
    shared: &["/irikteu.testing.v1.Weather/WatchSky"],
    ..gateway::route::access::SUITE
};

pub fn contract() -> Contract<'static> {
    Contract {
        descriptor: &DESCRIPTOR,
        doors: &DOORS,
    }
}

pub const ROWS: &[Row] = &[
    ("/irikteu.testing.v1.Weather/WatchSky", &[Allow::SignedIn]),
    ("/irikteu.testing.v1.Weather/WatchWinds", &[Allow::SignedIn]),
    ("/irikteu.testing.v1.Weather/StreamClouds", &[Allow::Anyone]),
];

#[derive(Clone, PartialEq, Message)]
pub struct Sky {
    #[prost(string, tag = "1")]
    pub colour: String,
    #[prost(string, tag = "2")]
    pub resume_token: String,
}

/// Both watches take the same: what is watched, and where to go on.
#[derive(Clone, PartialEq, Message)]
pub struct WatchRequest {
    #[prost(string, tag = "1")]
    pub what: String,
    #[prost(string, tag = "2")]
    pub resume_token: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Winds {
    #[prost(string, tag = "1")]
    pub resume_token: String,
    #[prost(string, optional, tag = "2")]
    pub strong_gust: Option<String>,
    #[prost(bool, optional, tag = "3")]
    pub calm: Option<bool>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Cloud {
    #[prost(string, tag = "1")]
    pub shape: String,
}

pub fn sky(colour: &str, resume_token: &str) -> Sky {
    Sky {
        colour: colour.into(),
        resume_token: resume_token.into(),
    }
}

/// A call that a service was asked for, and the way to answer it.
pub struct Opened {
    pub request: WatchRequest,
    say: UnboundedSender<Result<Bytes, Status>>,
}

impl Opened {
    pub fn say(&self, message: &impl Message) {
        let _ = self.say.send(Ok(message.encode_to_vec().into()));
    }

    /// Ends the stream with a refusal. It ends well when this value is dropped.
    pub fn refuse(self, error: chassis::Error) {
        let _ = self.say.send(Err(error.into()));
    }

    /// Returns when nobody listens any more.
    pub async fn left_alone(&self) {
        self.say.closed().await;
    }
}

/// The service, as the test sees it.
#[derive(Clone)]
pub struct Weather {
    opened: UnboundedSender<Opened>,
    calls: Arc<tokio::sync::Mutex<UnboundedReceiver<Opened>>>,
    count: Arc<Mutex<usize>>,
}

impl Default for Weather {
    fn default() -> Self {
        let (opened, calls) = unbounded_channel();
        Self {
            opened,
            calls: Arc::new(tokio::sync::Mutex::new(calls)),
            count: Arc::default(),
        }
    }
}

impl Weather {
    /// The next call that arrives.
    pub async fn opened(&self) -> Opened {
        self.calls.lock().await.recv().await.expect("a call")
    }

    /// How many calls have arrived.
    pub fn count(&self) -> usize {
        *self.count.lock().expect("a count")
    }

    pub fn routes(&self) -> Router {
        let mut routes = Router::new();
        for (path, _) in ROWS {
            routes = routes.route(path, post(answer));
        }
        routes.with_state(self.clone())
    }
}

async fn answer(State(weather): State<Weather>, request: Request) -> Response {
    let bytes = request
        .into_body()
        .collect()
        .await
        .expect("a body")
        .to_bytes();
    let request = WatchRequest::decode(bytes.slice(5..)).expect("a request");
    if request.what.ends_with("/missing") {
        return Status::from(chassis::Error::NotFound(request.what)).into_http();
    }
    let (say, said) = unbounded_channel();
    *weather.count.lock().expect("a count") += 1;
    let opened = Opened { request, say };
    // A test that looks at the answers alone lets the calls wait.
    let _ = weather.opened.send(opened);
    let said = futures_util::stream::unfold(Some(said), |said| async {
        let mut said = said?;
        Some(match said.recv().await {
            Some(Ok(message)) => (http_body::Frame::data(framed(&message)), Some(said)),
            Some(Err(status)) => (trailers(&status), None),
            None => (trailers(&Status::ok("")), None),
        })
    });
    let body = http_body_util::StreamBody::new(said.map(Ok::<_, std::convert::Infallible>));
    let mut response = Response::new(Body::new(body));
    let grpc = http::HeaderValue::from_static("application/grpc");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, grpc);
    response
}

fn framed(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).expect("a small message"));
    frame.put_slice(message);
    frame.freeze()
}

fn trailers(status: &Status) -> http_body::Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    status.add_header(&mut trailers).expect("trailers");
    http_body::Frame::trailers(trailers)
}
