//! Raw bodies to a stream of messages: first the path's fields, then chunks, last the commit.
//!
//! The end of a stream is never the commit: a service can't tell a body that ended from one that
//! broke off. Only a body that came to its end, as long as it was announced, is committed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use base64::Engine;
use bytes::Bytes;
use chassis::violation::Violations;
use futures_util::{Stream, stream};
use http::{HeaderMap, header};
use http_body_util::BodyExt;
use prost_reflect::{DynamicMessage, FieldDescriptor, Value};
use sha2::{Digest, Sha256};

use crate::problem::Problem;
use crate::route::Upload;

/// The most bytes in one message.
const CHUNK: usize = 64 * 1024;

/// Why a body did not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    TooLarge,
    TooSlow,
    Off,
}

/// Told by the stream, read once the call has ended.
pub type Verdict = Arc<Mutex<Option<Broken>>>;

pub struct Limits {
    pub bytes: u64,
    /// The longest silence.
    pub silence: Duration,
}

/// The length of a body, as its headers announce it.
pub fn announced(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}

/// The SHA-256 that a `Content-Digest` header claims (RFC 9530), in hexadecimal.
///
/// # Errors
/// Where its form is wrong.
pub fn claimed_digest(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(header) = headers.get("content-digest") else {
        return Ok(None);
    };
    let text = header.to_str().unwrap_or_default();
    let claim = text
        .split(',')
        .find_map(|part| part.trim().strip_prefix("sha-256="));
    let Some(claim) = claim else { return Ok(None) };
    let inside = claim
        .strip_prefix(':')
        .and_then(|claim| claim.strip_suffix(':'));
    let bytes = inside.and_then(|it| base64::engine::general_purpose::STANDARD.decode(it).ok());
    match bytes.filter(|bytes| bytes.len() == 32) {
        Some(bytes) => Ok(Some(hex::encode(bytes))),
        None => Err(Problem::invalid(Violations::one(
            "Content-Digest",
            "INVALID_FORMAT",
        ))),
    }
}

struct Sending {
    body: Body,
    shape: Upload,
    /// The message with the path's fields; every other begins empty.
    first: Option<DynamicMessage>,
    content_type: String,
    announced: Option<u64>,
    digest: Option<String>,
    limits: Limits,
    verdict: Verdict,
    pending: Bytes,
    sent: u64,
    hash: Sha256,
    is_over: bool,
}

/// The messages of one upload. They are read from the body as fast as the service takes them.
pub fn messages(
    shape: &Upload,
    first: DynamicMessage,
    headers: &HeaderMap,
    digest: Option<String>,
    body: Body,
    limits: Limits,
) -> (impl Stream<Item = DynamicMessage> + Send + 'static, Verdict) {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|it| it.to_str().ok());
    let verdict = Verdict::default();
    let sending = Sending {
        body,
        shape: shape.clone(),
        first: Some(first),
        content_type: content_type.unwrap_or_default().to_owned(),
        announced: announced(headers),
        digest,
        limits,
        verdict: verdict.clone(),
        pending: Bytes::new(),
        sent: 0,
        hash: Sha256::new(),
        is_over: false,
    };
    let messages = stream::unfold(sending, |mut sending| async move {
        let message = sending.next().await?;
        Some((message, sending))
    });
    (messages, verdict)
}

impl Sending {
    async fn next(&mut self) -> Option<DynamicMessage> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        if self.is_over {
            return None;
        }
        match self.fill().await {
            Ok(true) => {
                let chunk = self.pending.split_to(self.pending.len().min(CHUNK));
                self.sent += chunk.len() as u64;
                self.hash.update(&chunk);
                Some(self.chunk(chunk))
            }
            Ok(false) => {
                self.is_over = true;
                Some(self.commit())
            }
            Err(broken) => {
                self.is_over = true;
                *self.verdict.lock().unwrap_or_else(|it| it.into_inner()) = Some(broken);
                None
            }
        }
    }

    /// Waits for bytes; `false` at the body's proper end.
    async fn fill(&mut self) -> Result<bool, Broken> {
        while self.pending.is_empty() {
            let frame = tokio::time::timeout(self.limits.silence, self.body.frame()).await;
            match frame.map_err(|_| Broken::TooSlow)? {
                None if self.announced.is_some_and(|length| length != self.sent) => {
                    return Err(Broken::Off);
                }
                None => return Ok(false),
                Some(Err(_)) => return Err(Broken::Off),
                Some(Ok(frame)) => self.pending = frame.into_data().unwrap_or_default(),
            }
            if self.sent + self.pending.len() as u64 > self.limits.bytes {
                return Err(Broken::TooLarge);
            }
        }
        Ok(true)
    }

    fn message(&self, field: &FieldDescriptor, inner: DynamicMessage) -> DynamicMessage {
        let mut message = DynamicMessage::new(field.parent_message().clone());
        message.set_field(field, Value::Message(inner));
        message
    }

    fn chunk(&self, bytes: Bytes) -> DynamicMessage {
        let mut chunk = empty(&self.shape.chunk);
        chunk.set_field_by_name("content_type", Value::String(self.content_type.clone()));
        chunk.set_field_by_name("data", Value::Bytes(bytes));
        self.message(&self.shape.chunk, chunk)
    }

    /// What was sent, and the client's own digest of it where it gave one: the service compares.
    fn commit(&mut self) -> DynamicMessage {
        let counted = hex::encode(std::mem::take(&mut self.hash).finalize());
        let sha256 = self.digest.take().unwrap_or(counted);
        let size = i64::try_from(self.sent).unwrap_or(i64::MAX);
        let mut commit = empty(&self.shape.commit);
        commit.set_field_by_name("size_bytes", Value::I64(size));
        commit.set_field_by_name("sha256", Value::String(sha256));
        self.message(&self.shape.commit, commit)
    }
}

/// An empty message for a message field.
fn empty(field: &FieldDescriptor) -> DynamicMessage {
    match field.kind() {
        prost_reflect::Kind::Message(message) => DynamicMessage::new(message),
        // Routes take no other: a field of another kind is no upload.
        _ => DynamicMessage::new(field.parent_message().clone()),
    }
}
