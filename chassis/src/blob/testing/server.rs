//! A small S3 server on a port of its own: it checks signatures and sums, and does what it is told to
//! do wrong.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::{Method, StatusCode, header};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::objects::{Objects, refusal};
use super::signature;
use crate::blob::S3Settings;
use crate::blob::s3::{Addressing, CredentialFiles, Patience};
use crate::clock::Clock;

pub const BUCKET: &str = "irikteu-documents";
const REGION: &str = "kz-1";
const ACCESS_KEY: &str = "IRIKTEUTESTKEY";
const SECRET_KEY: &str = "a secret of the tests";
/// More than the largest request of ours.
const MOST_BYTES: usize = 32 * 1024 * 1024;

/// What a client asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub method: Method,
    pub key: String,
    pub query: String,
    /// How many requests came before this one.
    pub number: usize,
}

/// What goes wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The server says that it is not well.
    Unwell,
    /// The request is done, and the answer says otherwise.
    AnswerLost,
    /// No answer ever.
    Silence,
    /// Half of the answer, then the connection breaks.
    Cut,
    /// The answer has another byte in its middle.
    WrongByte,
}

type Plan = Box<dyn FnMut(&Asked) -> Option<Fault> + Send>;

struct Inside {
    objects: Mutex<Objects>,
    asked: Mutex<Vec<Asked>>,
    plan: Mutex<Plan>,
}

/// Ends when it is dropped.
pub struct S3 {
    inside: Arc<Inside>,
    serving: JoinHandle<()>,
    port: u16,
    folder: TempDir,
}

impl S3 {
    /// With one empty bucket; what it keeps is dated by this clock.
    pub async fn start(clock: &Clock) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let inside = Arc::new(Inside {
            objects: Mutex::new(Objects::new(clock.clone())),
            asked: Mutex::default(),
            plan: Mutex::new(Box::new(|_| None)),
        });
        let served = inside.clone();
        let router = Router::new().fallback(move |request: Request| {
            let inside = served.clone();
            async move { inside.answer(request).await }
        });
        let serving = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (file, secret) in [("access", ACCESS_KEY), ("secret", SECRET_KEY)] {
            std::fs::write(folder.path().join(file), format!("{secret}\n")).expect("a file");
        }
        Self {
            inside,
            serving,
            port,
            folder,
        }
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The files of the access key and of its secret, which a test may write to.
    pub fn credentials(&self) -> (PathBuf, PathBuf) {
        let file = |name| Path::join(self.folder.path(), name);
        (file("access"), file("secret"))
    }

    /// Settings that reach it, with little patience.
    pub fn settings(&self) -> S3Settings {
        let (access_key, secret_key) = self.credentials();
        S3Settings {
            endpoint: Some(self.endpoint()),
            bucket: BUCKET.into(),
            region: REGION.into(),
            addressing: Addressing::Path,
            credentials: Some(CredentialFiles {
                access_key,
                secret_key,
            }),
            authorities: None,
            patience: Patience {
                connect: Duration::from_secs(3),
                request: Duration::from_secs(5),
                retries: 2,
                retry_within: Duration::from_secs(5),
            },
        }
    }

    /// From now on each request is looked at by this, and answered wrongly where it says so.
    pub fn go_wrong(&self, plan: impl FnMut(&Asked) -> Option<Fault> + Send + 'static) {
        *self.inside.plan.lock().expect("whole") = Box::new(plan);
    }

    pub fn be_well(&self) {
        self.go_wrong(|_| None);
    }

    /// All requests so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.inside.asked.lock().expect("whole").clone()
    }

    /// The keys of all objects.
    pub fn keys(&self) -> Vec<String> {
        self.objects(|objects| objects.keys())
    }

    /// Uploads in parts that were begun and neither finished nor thrown away.
    pub fn open_uploads(&self) -> usize {
        self.objects(|objects| objects.open_uploads())
    }

    /// The content type and disposition that an object was kept with.
    pub fn kept_as(&self, key: &str) -> (String, String) {
        self.objects(|objects| objects.kept_as(key))
    }

    /// Puts bytes there behind everybody's back; `None` takes them away.
    pub fn tamper(&self, key: &str, bytes: Option<Bytes>) {
        self.objects(|objects| objects.tamper(key, bytes));
    }

    fn objects<T>(&self, look: impl FnOnce(&mut Objects) -> T) -> T {
        look(&mut self.inside.objects.lock().expect("whole"))
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Inside {
    async fn answer(&self, request: Request) -> Response {
        let asked = self.note(&request);
        let fault = (self.plan.lock().expect("whole"))(&asked);
        match fault {
            Some(Fault::Unwell) => return unwell(),
            Some(Fault::Silence) => std::future::pending::<()>().await,
            _ => {}
        }
        let (parts, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, MOST_BYTES).await else {
            return refusal(StatusCode::BAD_REQUEST, "IncompleteBody");
        };
        let known = signature::Known {
            access_key: ACCESS_KEY,
            secret_key: SECRET_KEY,
            region: REGION,
        };
        if let Err(wrong) = signature::check(&known, &parts, &body) {
            return refusal(StatusCode::FORBIDDEN, wrong);
        }
        if !parts.uri.path().starts_with(&format!("/{BUCKET}")) {
            return refusal(StatusCode::NOT_FOUND, "NoSuchBucket");
        }
        let answer = {
            let mut objects = self.objects.lock().expect("whole");
            objects.answer(&asked, &parts.headers, body)
        };
        spoil(answer, fault).await
    }

    fn note(&self, request: &Request) -> Asked {
        let path = request.uri().path().trim_start_matches('/');
        let key = path.split_once('/').map_or("", |(_, key)| key);
        let mut all = self.asked.lock().expect("whole");
        let asked = Asked {
            method: request.method().clone(),
            key: key.to_owned(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            number: all.len(),
        };
        all.push(asked.clone());
        asked
    }
}

fn unwell() -> Response {
    refusal(StatusCode::SERVICE_UNAVAILABLE, "SlowDown")
}

async fn spoil(answer: Response, fault: Option<Fault>) -> Response {
    let Some(fault @ (Fault::AnswerLost | Fault::Cut | Fault::WrongByte)) = fault else {
        return answer;
    };
    if fault == Fault::AnswerLost {
        return unwell();
    }
    let (mut parts, body) = answer.into_parts();
    let body = axum::body::to_bytes(body, MOST_BYTES).await.expect("ours");
    if fault == Fault::WrongByte {
        let mut bytes = body.to_vec();
        let middle = bytes.len() / 2;
        if let Some(byte) = bytes.get_mut(middle) {
            *byte ^= 1;
        }
        return Response::from_parts(parts, Body::from(bytes));
    }
    parts
        .headers
        .insert(header::CONTENT_LENGTH, body.len().into());
    let half = body.slice(..body.len() / 2);
    let broken = std::io::Error::other("the connection is cut");
    let halves = stream::iter([Ok(half), Err(broken)]);
    Response::from_parts(parts, Body::from_stream(halves))
}
