//! Uploads and downloads over real connections: what is broken off is never taken for whole.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use chassis::lanes::Lanes;
use futures_util::StreamExt;
use proto::google::api::HttpBody;
use proto::questionnaire::v1::documents_server::{Documents as Served, DocumentsServer};
use proto::questionnaire::v1::*;
use proto::testing::v1::ShowCertificateRequest;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use crate::stage::{GOOD_TOKEN, Stage, far_stage, request, signed_in, stage, stage_with};

const PATH: &str = "/v1/campaigns/c/applications/a/documents/d/content";

/// What one upload looked like to the service.
#[derive(Debug, Default, Clone)]
pub struct Uploaded {
    name: String,
    bytes: Vec<u8>,
    content_type: String,
    longest: usize,
    commit: Option<UploadCommit>,
}

#[derive(Default, Clone)]
pub struct Documents {
    uploads: Arc<Mutex<Vec<Uploaded>>>,
    downloads: Arc<AtomicUsize>,
    over: Arc<Notify>,
}

impl Documents {
    pub fn server(self) -> DocumentsServer<Self> {
        DocumentsServer::new(self)
    }

    fn last(&self) -> Uploaded {
        self.uploads
            .lock()
            .expect("uploads")
            .last()
            .expect("an upload")
            .clone()
    }
}

#[async_trait::async_trait]
impl Served for Documents {
    async fn upload_document(
        &self,
        request: Request<Streaming<UploadDocumentRequest>>,
    ) -> Result<Response<Document>, Status> {
        let mut messages = request.into_inner();
        let mut seen = Uploaded::default();
        while let Ok(Some(message)) = messages.message().await {
            if !message.name.is_empty() {
                seen.name = message.name;
            }
            if let Some(chunk) = message.chunk {
                seen.longest = seen.longest.max(chunk.data.len());
                seen.bytes.extend_from_slice(&chunk.data);
                seen.content_type = chunk.content_type;
            }
            seen.commit = message.commit.or(seen.commit);
        }
        let (name, has_commit) = (seen.name.clone(), seen.commit.is_some());
        self.uploads.lock().expect("uploads").push(seen);
        self.over.notify_one();
        if has_commit {
            Ok(Response::new(Document {
                name,
                ..Default::default()
            }))
        } else {
            Err(Status::invalid_argument("broken off"))
        }
    }

    type DownloadDocumentStream =
        std::pin::Pin<Box<dyn futures_util::Stream<Item = Result<HttpBody, Status>> + Send>>;

    async fn download_document(
        &self,
        request: Request<DownloadDocumentRequest>,
    ) -> Result<Response<Self::DownloadDocumentStream>, Status> {
        let name = request.into_inner().name;
        let before = self.downloads.fetch_add(1, Ordering::SeqCst);
        if name.ends_with("gone") || (name.ends_with("dying") && before == 0) {
            let broken = futures_util::stream::once(async { Err(Status::unavailable("")) });
            return Ok(Response::new(Box::pin(broken)));
        }
        if name.ends_with("missing") {
            return Err(chassis::Error::NotFound(name).into());
        }
        let part = |text: &'static str| {
            Ok(HttpBody {
                content_type: "application/pdf".into(),
                data: Bytes::from_static(text.as_bytes()),
                extensions: vec![],
            })
        };
        let parts = futures_util::stream::iter([part("first "), part("second")]);
        if !name.ends_with("torn") {
            return Ok(Response::new(Box::pin(parts)));
        }
        // What came before is on its way when the disk fails.
        let torn = futures_util::stream::once(async {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            Err(Status::internal("the disk"))
        });
        Ok(Response::new(Box::pin(parts.chain(torn))))
    }

    async fn create_document(
        &self,
        _: Request<CreateDocumentRequest>,
    ) -> Result<Response<Document>, Status> {
        Err(Status::unimplemented(""))
    }
    async fn get_document(
        &self,
        _: Request<GetDocumentRequest>,
    ) -> Result<Response<Document>, Status> {
        Err(Status::unimplemented(""))
    }
    async fn list_documents(
        &self,
        _: Request<ListDocumentsRequest>,
    ) -> Result<Response<ListDocumentsResponse>, Status> {
        Err(Status::unimplemented(""))
    }
    async fn delete_document(
        &self,
        _: Request<DeleteDocumentRequest>,
    ) -> Result<Response<Document>, Status> {
        Err(Status::unimplemented(""))
    }
}

/// Serves a stage on a port of its own.
pub async fn serve(
    stage: &Stage,
) -> (
    SocketAddr,
    CancellationToken,
    tokio::task::JoinHandle<anyhow::Result<()>>,
) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let stop = CancellationToken::new();
    let task = tokio::spawn(gateway::serve(
        listener,
        stage.router.clone(),
        Lanes::default(),
        stop.clone(),
    ));
    (address, stop, task)
}

fn put(length: usize, more: &str) -> String {
    format!(
        "PUT {PATH} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {GOOD_TOKEN}\r\n\
         content-type: application/pdf\r\ncontent-length: {length}\r\n{more}\r\n"
    )
}

#[tokio::test]
async fn an_upload_arrives_in_chunks_and_is_committed_at_its_end() {
    whole(stage()).await;
    whole(far_stage(gateway::GatewayConfig::default())).await;
}

async fn whole(stage: Stage) {
    let file: Vec<u8> = (0..1_000_000_u32).map(|at| (at % 251) as u8).collect();
    let builder = signed_in(request("PUT", PATH)).header("content-type", "application/pdf");
    let reply = stage.send(builder, file.clone()).await;
    assert_eq!(reply.status, 200, "{}", reply.json);
    let seen = stage.documents.last();
    assert_eq!(seen.name, "campaigns/c/applications/a/documents/d");
    assert_eq!(seen.content_type, "application/pdf");
    assert_eq!(seen.bytes, file);
    assert!(seen.longest <= 64 * 1024);
    let commit = seen.commit.expect("a commit");
    assert_eq!(commit.size_bytes, 1_000_000);
    assert_eq!(commit.sha256, hex::encode(Sha256::digest(&file)));
}

#[tokio::test]
async fn an_upload_needs_a_session() {
    let reply = stage().send(request("PUT", PATH), "bytes").await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["reason"]),
        (401, &"NOT_SIGNED_IN".into())
    );
}

#[tokio::test]
async fn the_senders_own_digest_is_what_is_committed() {
    let stage = stage();
    let digest = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        Sha256::digest("other"),
    );
    let builder = signed_in(request("PUT", PATH)).header(
        "content-digest",
        format!("sha-512=:eA==:, sha-256=:{digest}:"),
    );
    assert_eq!(stage.send(builder, "bytes").await.status, 200);
    let commit = stage.documents.last().commit.expect("a commit");
    assert_eq!(commit.sha256, hex::encode(Sha256::digest("other")));
    let builder = signed_in(request("PUT", PATH)).header("content-digest", "sha-256=:short:");
    assert_eq!(
        stage.send(builder, "bytes").await.violations(),
        ["Content-Digest INVALID_FORMAT"]
    );
}

#[tokio::test]
async fn a_broken_off_upload_is_never_committed() {
    broken_off(stage()).await;
    broken_off(far_stage(gateway::GatewayConfig::default())).await;
}

async fn broken_off(stage: Stage) {
    let (address, ..) = serve(&stage).await;
    for how in ["announced", "chunked"] {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let head = match how {
            "announced" => put(1000, "") + "half of it",
            _ => {
                put(0, "").replace("content-length: 0", "transfer-encoding: chunked")
                    + "a\r\nhalf of it\r\n"
            }
        };
        stream.write_all(head.as_bytes()).await.expect("sent");
        stream.flush().await.expect("sent");
        drop(stream);
        stage.documents.over.notified().await;
        let seen = stage.documents.last();
        assert_eq!(seen.commit, None, "{how}");
    }
}

#[tokio::test]
async fn an_upload_that_is_too_large_is_refused() {
    let config = gateway::GatewayConfig {
        largest_upload: 100_000,
        ..Default::default()
    };
    let stage = stage_with(config);
    let builder = signed_in(request("PUT", PATH));
    let reply = stage.send(builder, vec![7_u8; 100_001]).await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["reason"]),
        (413, &"PAYLOAD_TOO_LARGE".into())
    );
    assert_eq!(stage.documents.last().commit, None);
    let builder = signed_in(request("PUT", PATH)).header("content-length", "100001");
    assert_eq!(stage.send(builder, "").await.status, 413);
}

#[tokio::test]
async fn a_silent_upload_is_given_up() {
    let config = gateway::GatewayConfig {
        body_timeout: std::time::Duration::from_millis(50),
        ..Default::default()
    };
    let stage = stage_with(config);
    let never = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
    let reply = stage
        .send(
            signed_in(request("PUT", PATH)),
            axum::body::Body::from_stream(never),
        )
        .await;
    assert_eq!(reply.status, 408);
    assert_eq!(stage.documents.last().commit, None);
}

#[tokio::test]
async fn a_download_is_an_attachment() {
    let stage = stage();
    let reply = stage.send(signed_in(request("GET", PATH)), "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.bytes, "first second");
    assert_eq!(reply.header("content-type"), "application/pdf");
    assert_eq!(reply.header("content-disposition"), "attachment");
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
    assert_eq!(reply.header("cache-control"), "no-store");
    let missing = PATH.replace("/d/", "/missing/");
    let reply = stage.send(signed_in(request("GET", &missing)), "").await;
    assert_eq!(
        (reply.status.as_u16(), &reply.json["reason"]),
        (404, &"NOT_FOUND".into())
    );
}

#[tokio::test]
async fn a_download_that_broke_before_its_first_bytes_is_asked_for_once_more() {
    for (document, status, body) in [("dying", 200, "first second"), ("gone", 503, "")] {
        let stage = stage();
        let path = PATH.replace("/d/", &format!("/{document}/"));
        let reply = stage.send(signed_in(request("GET", &path)), "").await;
        assert_eq!(reply.status, status, "{document}");
        assert!(body.is_empty() || reply.bytes == body, "{document}");
        let asked = stage.documents.downloads.load(Ordering::SeqCst);
        assert_eq!(asked, 2, "{document}");
    }
}

#[tokio::test]
async fn a_page_that_a_service_wrote_is_shown_and_neither_runs_nor_loads() {
    let stage = stage();
    stage.on("ShowCertificate", |asked: ShowCertificateRequest| {
        Ok(HttpBody {
            content_type: "text/html; charset=utf-8".into(),
            data: Bytes::from(format!("<p>{} {}", asked.name, asked.language)),
            extensions: vec![],
        })
    });
    let page = "/v1/certificates/c/page?language=LANGUAGE_RU";
    let reply = stage.send(signed_in(request("GET", page)), "").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.bytes, "<p>certificates/c 2");
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(reply.header("content-disposition"), "inline");
    assert_eq!(reply.header("cache-control"), "no-store");
    let policy = reply.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self'"));
    assert!(!policy.contains("script-src") && !policy.contains("unsafe"));
}

#[tokio::test]
async fn a_torn_download_does_not_look_whole() {
    torn(stage()).await;
    torn(far_stage(gateway::GatewayConfig::default())).await;
}

async fn torn(stage: Stage) {
    let (address, ..) = serve(&stage).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let path = PATH.replace("/d/", "/torn/");
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {GOOD_TOKEN}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all).await;
    let text = String::from_utf8_lossy(&all);
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    assert!(text.contains("transfer-encoding: chunked"), "{text}");
    assert!(
        !text.ends_with("0\r\n\r\n"),
        "the body was ended properly: {text}"
    );
}

#[tokio::test]
async fn what_is_under_way_ends_before_the_gateway_does() {
    let stage = stage();
    let (address, stop, task) = serve(&stage).await;
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream
        .write_all((put(10, "connection: close\r\n") + "half ").as_bytes())
        .await
        .expect("sent");
    // The stop comes once the request is on its way: its token was exchanged.
    while stage.gateway_calls() == 0 {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    tokio::task::yield_now().await;
    stream.write_all(b"other").await.expect("sent");
    let mut all = Vec::new();
    stream.read_to_end(&mut all).await.expect("an answer");
    assert!(String::from_utf8_lossy(&all).starts_with("HTTP/1.1 200"));
    task.await.expect("no panic").expect("a clean end");
    assert!(TcpStream::connect(address).await.is_err());
}
