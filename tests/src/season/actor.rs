//! Somebody whose every call is timed and noted, and repeated where the suite asks for patience.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use base64::Engine;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::ledger::Ledger;
use super::patience::pause;
use crate::person::{Answer, Someone, exchange, new_key, sha256};

/// How often a call is repeated that was put off, and a state is asked for that is to come.
const PATIENCE: u32 = 120;
const PAUSE: Duration = Duration::from_millis(50);
/// How often somebody who insists shows a session that nobody knows.
const OTHERS: u32 = 12;
/// How long somebody who insists waits for one answer: longer than any call may take.
pub const ANSWER: Duration = Duration::from_secs(13);

#[derive(Clone)]
pub struct Actor {
    someone: Someone,
    pub ledger: Arc<Ledger>,
    insists: bool,
}

/// What a season asks of an answer.
pub trait Outcome: Sized {
    /// The body of a call that must have gone well.
    ///
    /// # Errors
    /// With the problem, if it did not.
    fn done(self) -> anyhow::Result<Value>;

    fn is_done(&self) -> bool;

    /// Why not; empty if it went well.
    fn reason(&self) -> String;

    /// # Errors
    /// If the call was not refused for this reason.
    fn refused_for(&self, reason: &str) -> anyhow::Result<()>;
}

impl Outcome for Answer {
    fn done(self) -> anyhow::Result<Value> {
        if self.is_done() {
            return Ok(self.body);
        }
        bail!("answered {} {}", self.status, self.body)
    }

    fn is_done(&self) -> bool {
        (200..300).contains(&self.status)
    }

    fn reason(&self) -> String {
        if self.is_done() {
            return String::new();
        }
        let reason = self.body["reason"].as_str().unwrap_or("no reason");
        match self.body["violations"][0]["reason"].as_str() {
            Some(violation) => format!("{reason} ({violation})"),
            None => reason.to_owned(),
        }
    }

    fn refused_for(&self, reason: &str) -> anyhow::Result<()> {
        let told = self.reason();
        if told.split(' ').next() == Some(reason) {
            return Ok(());
        }
        bail!("expected {reason}, answered {} {}", self.status, self.body)
    }
}

impl Actor {
    pub fn new(someone: Someone, ledger: Arc<Ledger>) -> Self {
        Self {
            someone,
            ledger,
            insists: false,
        }
    }

    /// Somebody who asks again, under the same key, until there is an answer that says something:
    /// for suites whose parts come and go.
    pub fn insisting(self) -> Self {
        Self {
            insists: true,
            ..self
        }
    }

    pub fn insists(&self) -> bool {
        self.insists
    }

    pub fn someone(&self) -> &Someone {
        &self.someone
    }

    pub fn calling_from(&self, number: usize) -> Self {
        Self {
            someone: self.someone.calling_from(number),
            ..self.clone()
        }
    }

    pub fn speaking(&self, language: &'static str) -> Self {
        Self {
            someone: self.someone.speaking(language),
            ..self.clone()
        }
    }

    pub fn holding(&self, token: &str) -> Self {
        Self {
            someone: self.someone.holding(token),
            ..self.clone()
        }
    }

    pub async fn get(&self, step: &'static str, path: &str) -> anyhow::Result<Answer> {
        let request = || {
            let request = self.someone.request(Method::GET, path);
            request.header("Accept", "application/json")
        };
        self.call(step, path, request).await
    }

    /// The answer of a read that must go well.
    pub async fn read(&self, step: &'static str, path: &str) -> anyhow::Result<Value> {
        let answer = self.get(step, path).await?;
        answer.done().with_context(|| format!("{step}: {path}"))
    }

    /// All pages of a list; `path` may have a filter.
    pub async fn list(
        &self,
        step: &'static str,
        path: &str,
        field: &str,
    ) -> anyhow::Result<Vec<Value>> {
        let mut all = Vec::new();
        let mut token = String::new();
        let sign = if path.contains('?') { '&' } else { '?' };
        loop {
            let page = format!("{path}{sign}pageSize=100&pageToken={token}");
            let mut answer = self.read(step, &page).await?;
            if let Value::Array(rows) = answer[field].take() {
                all.extend(rows);
            }
            match answer["nextPageToken"].as_str() {
                Some(next) if !next.is_empty() => token = next.to_owned(),
                _ => return Ok(all),
            }
        }
    }

    pub async fn post(
        &self,
        step: &'static str,
        path: &str,
        body: Value,
    ) -> anyhow::Result<Answer> {
        self.post_with_key(step, &new_key(), path, body).await
    }

    /// A post that must go well.
    pub async fn carry_out(
        &self,
        step: &'static str,
        path: &str,
        body: Value,
    ) -> anyhow::Result<Value> {
        let answer = self.post(step, path, body).await?;
        answer.done().with_context(|| format!("{step}: {path}"))
    }

    pub async fn post_with_key(
        &self,
        step: &'static str,
        key: &str,
        path: &str,
        body: Value,
    ) -> anyhow::Result<Answer> {
        let request = || {
            let request = self.someone.request(Method::POST, path).json(&body);
            request.header("Idempotency-Key", key)
        };
        self.call(step, path, request).await
    }

    /// One post, and the same again under its key if the answer is to have been lost.
    pub async fn post_and_lose(
        &self,
        step: &'static str,
        path: &str,
        body: Value,
        loses: bool,
    ) -> anyhow::Result<Answer> {
        let key = new_key();
        let first = self.post_with_key(step, &key, path, body.clone()).await?;
        if loses && first.is_done() {
            let again = self.post_with_key(step, &key, path, body).await?;
            let held = again.body == first.body;
            let what = format!("{step}: the same key and body got the same answer");
            self.ledger.tried("B5", held, what);
        }
        Ok(first)
    }

    pub async fn patch(
        &self,
        step: &'static str,
        path: &str,
        etag: &str,
        body: &Value,
    ) -> anyhow::Result<Answer> {
        let key = new_key();
        let request = || {
            let request = self.someone.request(Method::PATCH, path).json(body);
            let request = request.header("Idempotency-Key", &key);
            request.header("If-Match", format!("\"{etag}\""))
        };
        self.call(step, path, request).await
    }

    pub async fn put_bytes(
        &self,
        step: &'static str,
        path: &str,
        media_type: &str,
        content: &[u8],
    ) -> anyhow::Result<Answer> {
        let digest = base64::engine::general_purpose::STANDARD.encode(sha256(content));
        let request = || {
            self.someone
                .request(Method::PUT, path)
                .header("Content-Type", media_type)
                .header("Content-Digest", format!("sha-256=:{digest}:"))
                .body(content.to_vec())
        };
        self.call(step, path, request).await
    }

    pub async fn download(&self, step: &'static str, path: &str) -> anyhow::Result<Vec<u8>> {
        for _ in 0..self.patience() {
            let begun = Instant::now();
            let fetched = fetch(self.someone.request(Method::GET, path).timeout(ANSWER)).await;
            let (status, content) = match fetched {
                Err(_) if self.insists => {
                    pause(PAUSE).await;
                    continue;
                }
                fetched => fetched?,
            };
            if self.insists && (status.is_server_error() || status.as_u16() == 429) {
                pause(PAUSE).await;
                continue;
            }
            let refused = (!status.is_success()).then(|| status.to_string());
            self.ledger.note(step, begun.elapsed(), refused);
            // As for every other call, it says to come again.
            if matches!(status.as_u16(), 429 | 503) {
                pause(PAUSE).await;
                continue;
            }
            if status.is_success() {
                return Ok(content);
            }
            bail!("{path} answered {status}")
        }
        bail!("{step}: {path} was put off for too long")
    }

    /// A stream that lasts, from where an earlier one was heard up to; what comes on it is not timed.
    pub async fn watch(
        &self,
        step: &'static str,
        path: &str,
        heard_up_to: Option<&str>,
    ) -> anyhow::Result<reqwest::Response> {
        for _ in 0..self.patience() {
            let begun = Instant::now();
            let request = self.someone.request(Method::GET, path);
            let mut request = request.header("Accept", "text/event-stream");
            if let Some(id) = heard_up_to {
                request = request.header("Last-Event-ID", id);
            }
            let response = match request.send().await {
                Err(_) if self.insists => {
                    pause(PAUSE).await;
                    continue;
                }
                response => response?,
            };
            let status = response.status();
            if self.insists && (status.is_server_error() || [401, 429].contains(&status.as_u16())) {
                pause(PAUSE).await;
                continue;
            }
            let refused = (!status.is_success()).then(|| status.to_string());
            self.ledger.note(step, begun.elapsed(), refused);
            if status.is_success() {
                return Ok(response);
            }
            bail!("{path} answered {status}")
        }
        bail!("{step}: {path} was put off for too long")
    }

    /// Signs in and holds the session.
    pub async fn sign_in(&self, login: &str, password: &str) -> anyhow::Result<Self> {
        let who = json!({"login": login, "password": password});
        let session = self.carry_out("sign in", "/v1/sessions", who).await?;
        let token = session["accessToken"].as_str();
        Ok(self.holding(token.context("a session without a token")?))
    }

    /// Asks until it is so: events take their time.
    pub async fn until(
        &self,
        step: &'static str,
        path: &str,
        so: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let found = |answer: Answer| answer.done().with_context(|| format!("{step}: {path}"));
        self.until_so(step, path, found, so).await
    }

    /// The same for what is not there before its time.
    pub async fn until_found(
        &self,
        step: &'static str,
        path: &str,
        so: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let found = |answer: Answer| match answer.status {
            404 => Ok(Value::Null),
            _ => answer.done().with_context(|| format!("{step}: {path}")),
        };
        self.until_so(step, path, found, so).await
    }

    async fn until_so(
        &self,
        step: &'static str,
        path: &str,
        found: impl Fn(Answer) -> anyhow::Result<Value>,
        so: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<Value> {
        let mut last = Value::Null;
        for round in 0..self.patience() {
            last = found(self.get(step, path).await?)?;
            if so(&last) {
                return Ok(last);
            }
            pause(PAUSE * (1 + round).min(20)).await;
        }
        bail!("{step}: {path} never came to be as awaited: {last}")
    }

    /// One call, repeated under its key where the suite is too busy or asks to wait.
    async fn call(
        &self,
        step: &'static str,
        path: &str,
        request: impl Fn() -> RequestBuilder,
    ) -> anyhow::Result<Answer> {
        let mut unknown = 0;
        for _ in 0..self.patience() {
            let begun = Instant::now();
            let answer = match exchange(request().timeout(ANSWER)).await {
                Err(_) if self.insists => {
                    pause(PAUSE).await;
                    continue;
                }
                answer => answer?,
            };
            if self.insists && says_nothing(&answer) {
                pause(wait(&answer)).await;
                continue;
            }
            // Where the clock of one instance is wrong, the next knows the session.
            if self.insists && answer.status == 401 && unknown < OTHERS {
                unknown += 1;
                pause(PAUSE).await;
                continue;
            }
            let refused = (!answer.is_done()).then(|| answer.reason());
            self.ledger.note(step, begun.elapsed(), refused);
            match answer.status {
                429 | 503 => pause(wait(&answer)).await,
                500.. => bail!("{step}: {path} answered {} {}", answer.status, answer.body),
                _ => return Ok(answer),
            }
        }
        bail!("{step}: {path} was put off for too long")
    }

    fn patience(&self) -> u32 {
        if self.insists { PATIENCE * 5 } else { PATIENCE }
    }
}

async fn fetch(request: RequestBuilder) -> reqwest::Result<(reqwest::StatusCode, Vec<u8>)> {
    let response = request.send().await?;
    Ok((response.status(), response.bytes().await?.to_vec()))
}

/// Whether it is left open what came of the call: whoever insists asks again.
pub fn says_nothing(answer: &Answer) -> bool {
    match answer.status {
        408 | 429 | 500.. => true,
        // The first try is under way still.
        409 => answer.reason() == "REQUEST_IN_FLIGHT",
        _ => false,
    }
}

fn wait(answer: &Answer) -> Duration {
    let told = answer.headers.get("retry-after");
    let seconds = told.and_then(|it| it.to_str().ok()?.parse().ok());
    seconds.map_or(PAUSE, |seconds: u64| {
        Duration::from_secs(seconds.clamp(1, 60))
    })
}
