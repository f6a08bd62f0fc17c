//! What the S3 server of the tests keeps, and its answers to what our client asks.

use std::collections::BTreeMap;
use std::ops::Range;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ring::digest;

use super::server::Asked;
use crate::clock::Clock;

/// The least bytes of a part that is not the last.
pub const PART_BYTES: usize = 5 * 1024 * 1024;
/// Keys on one page of a list: few, so that tests turn pages.
const PAGE: usize = 100;

pub struct Objects {
    clock: Clock,
    objects: BTreeMap<String, Object>,
    uploads: BTreeMap<String, Upload>,
    begun: usize,
}

struct Object {
    bytes: Bytes,
    modified: Timestamp,
    headers: HeaderMap,
}

struct Upload {
    key: String,
    headers: HeaderMap,
    parts: BTreeMap<usize, Bytes>,
}

pub fn refusal(code: StatusCode, reason: &str) -> Response {
    let text = format!("<Error><Code>{reason}</Code></Error>");
    answer(code, text)
}

fn answer(code: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = code;
    response
}

fn tag(bytes: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, bytes);
    format!("\"{}\"", hex::encode(&hash.as_ref()[..16]))
}

fn tagged(code: StatusCode, tag: &str) -> Response {
    let mut response = answer(code, Body::empty());
    let value = tag.parse().expect("a header");
    response.headers_mut().insert(header::ETAG, value);
    response
}

impl Objects {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            objects: BTreeMap::new(),
            uploads: BTreeMap::new(),
            begun: 0,
        }
    }

    pub fn keys(&self) -> Vec<String> {
        self.objects.keys().cloned().collect()
    }

    pub fn open_uploads(&self) -> usize {
        self.uploads.len()
    }

    pub fn kept_as(&self, key: &str) -> (String, String) {
        let headers = &self.objects[key].headers;
        let text = |name| {
            headers
                .get(name)
                .map_or("", |it| it.to_str().expect("text"))
        };
        (
            text(header::CONTENT_TYPE).to_owned(),
            text(header::CONTENT_DISPOSITION).to_owned(),
        )
    }

    pub fn tamper(&mut self, key: &str, bytes: Option<Bytes>) {
        match bytes {
            Some(bytes) => self.keep(key, bytes, HeaderMap::new()),
            None => drop(self.objects.remove(key)),
        }
    }

    fn keep(&mut self, key: &str, bytes: Bytes, headers: HeaderMap) {
        let modified = self.clock.now();
        let object = Object {
            bytes,
            modified,
            headers,
        };
        self.objects.insert(key.to_owned(), object);
    }

    pub fn answer(&mut self, asked: &Asked, headers: &HeaderMap, body: Bytes) -> Response {
        let query = |name: &str| {
            let pairs = asked.query.split('&').filter_map(|it| it.split_once('='));
            let mut found = pairs.filter(|(key, _)| *key == name);
            found.next().map(|(_, value)| value.replace("%2F", "/"))
        };
        let upload = query("uploadId");
        match (&asked.method, upload) {
            (&Method::GET, _) if asked.key.is_empty() => self.list(query),
            (&Method::GET | &Method::HEAD, _) => self.get(&asked.key, headers),
            (&Method::PUT, Some(id)) => {
                let number = query("partNumber").and_then(|it| it.parse().ok());
                self.put_part(&id, number.unwrap_or_default(), body)
            }
            (&Method::PUT, None) => self.put(&asked.key, headers, body),
            (&Method::POST, Some(id)) => self.complete(&id, &body),
            (&Method::POST, None) if query("uploads").is_some() => self.begin(&asked.key, headers),
            (&Method::DELETE, Some(id)) => match self.uploads.remove(&id) {
                Some(_) => answer(StatusCode::NO_CONTENT, Body::empty()),
                None => refusal(StatusCode::NOT_FOUND, "NoSuchUpload"),
            },
            (&Method::DELETE, None) => {
                self.objects.remove(&asked.key);
                answer(StatusCode::NO_CONTENT, Body::empty())
            }
            _ => refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed"),
        }
    }

    fn get(&self, key: &str, headers: &HeaderMap) -> Response {
        let Some(object) = self.objects.get(key) else {
            return refusal(StatusCode::NOT_FOUND, "NoSuchKey");
        };
        let tag = tag(&object.bytes);
        if headers.get(header::IF_MATCH).is_some_and(|it| it != &*tag) {
            return refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        let all = object.bytes.len();
        let wanted = headers.get(header::RANGE).and_then(|it| it.to_str().ok());
        let range = wanted.map(|it| range(it, all));
        let (code, slice) = match range {
            None => (StatusCode::OK, 0..all),
            Some(Some(range)) => (StatusCode::PARTIAL_CONTENT, range),
            Some(None) => return refusal(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange"),
        };
        let shown = format!("bytes {}-{}/{all}", slice.start, slice.end.max(1) - 1);
        let mut response = answer(code, object.bytes.slice(slice));
        let printer = rfc2822::DateTimePrinter::new();
        let modified = printer.timestamp_to_rfc9110_string(&object.modified);
        for (name, value) in [
            (header::ETAG, tag),
            (header::LAST_MODIFIED, modified.expect("a date")),
            (header::CONTENT_RANGE, shown),
        ] {
            if name != header::CONTENT_RANGE || code == StatusCode::PARTIAL_CONTENT {
                let value = value.parse().expect("a header");
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    fn put(&mut self, key: &str, headers: &HeaderMap, body: Bytes) -> Response {
        let only_new = headers.get(header::IF_NONE_MATCH).is_some();
        if only_new && self.objects.contains_key(key) {
            return refusal(StatusCode::PRECONDITION_FAILED, "PreconditionFailed");
        }
        let tag = tag(&body);
        self.keep(key, body, headers.clone());
        tagged(StatusCode::OK, &tag)
    }

    fn begin(&mut self, key: &str, headers: &HeaderMap) -> Response {
        self.begun += 1;
        let id = format!("upload-{}", self.begun);
        let upload = Upload {
            key: key.to_owned(),
            headers: headers.clone(),
            parts: BTreeMap::new(),
        };
        self.uploads.insert(id.clone(), upload);
        let text = format!(
            "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        );
        answer(StatusCode::OK, text)
    }

    fn put_part(&mut self, id: &str, number: usize, body: Bytes) -> Response {
        let Some(upload) = self.uploads.get_mut(id) else {
            return refusal(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        let tag = tag(&body);
        upload.parts.insert(number, body);
        tagged(StatusCode::OK, &tag)
    }

    fn complete(&mut self, id: &str, body: &[u8]) -> Response {
        let Some(upload) = self.uploads.get(id) else {
            return refusal(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        let text = String::from_utf8_lossy(body);
        let listed: Vec<&str> = text.split("<ETag>").skip(1).collect();
        let is_listed = |part: &Bytes, listed: &&str| {
            let listed = listed.split("</ETag>").next().unwrap_or_default();
            tag(part).trim_matches('"') == listed.replace("&quot;", "\"").trim_matches('"')
        };
        let are_listed = listed.len() == upload.parts.len()
            && upload
                .parts
                .values()
                .zip(&listed)
                .all(|(part, tag)| is_listed(part, tag));
        if !are_listed {
            return refusal(StatusCode::BAD_REQUEST, "InvalidPart");
        }
        let last = upload.parts.len();
        let mut parts = upload.parts.values().enumerate();
        if parts.any(|(at, part)| at + 1 < last && part.len() < PART_BYTES) {
            return refusal(StatusCode::BAD_REQUEST, "EntityTooSmall");
        }
        let Some(upload) = self.uploads.remove(id) else {
            return refusal(StatusCode::NOT_FOUND, "NoSuchUpload");
        };
        let bytes: Vec<u8> = upload.parts.into_values().flatten().collect();
        let tag = tag(&bytes);
        self.keep(&upload.key, bytes.into(), upload.headers);
        let text = format!(
            "<CompleteMultipartUploadResult><ETag>{}</ETag></CompleteMultipartUploadResult>",
            tag.replace('"', "&quot;")
        );
        answer(StatusCode::OK, text)
    }

    fn list(&self, query: impl Fn(&str) -> Option<String>) -> Response {
        let after = query("continuation-token").or_else(|| query("start-after"));
        let (after, prefix) = (
            after.unwrap_or_default(),
            query("prefix").unwrap_or_default(),
        );
        let wanted = |key: &&String| **key > after && key.starts_with(&prefix);
        let mut page: Vec<&String> = self.objects.keys().filter(wanted).take(PAGE + 1).collect();
        let is_cut = page.len() > PAGE;
        page.truncate(PAGE);
        let content = |key: &&String| {
            let object = &self.objects[*key];
            format!(
                "<Contents><Key>{key}</Key><LastModified>{}</LastModified><Size>{}</Size></Contents>",
                object.modified,
                object.bytes.len()
            )
        };
        let contents: String = page.iter().map(content).collect();
        let next = match page.last() {
            Some(last) if is_cut => {
                format!("<NextContinuationToken>{last}</NextContinuationToken>")
            }
            _ => String::new(),
        };
        let text = format!(
            "<ListBucketResult><IsTruncated>{is_cut}</IsTruncated>{contents}{next}</ListBucketResult>"
        );
        answer(StatusCode::OK, text)
    }
}

/// `bytes=from-to`, to the last byte that there is.
fn range(wanted: &str, all: usize) -> Option<Range<usize>> {
    let (from, to) = wanted.strip_prefix("bytes=")?.split_once('-')?;
    let from: usize = from.parse().ok()?;
    let to = to.parse::<usize>().map_or(all, |last| all.min(last + 1));
    (from < to).then_some(from..to)
}
