//! Somebody who asks again, under the same request id, until there is an answer that says something.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::history::{Call, History, Outcome};
use crate::person::{Answer, Someone, exchange, new_key};
use crate::season::actor::{ANSWER, Outcome as _, says_nothing};
use crate::season::patience::pause;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(25);

/// How somebody asks again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retries {
    UnderTheSameKey,
    /// A planted bug: every try is a request of its own.
    UnderNewKeys,
}

/// A person with an account and a session.
pub struct Worker {
    pub account: String,
    login: String,
    password: String,
    visitor: Someone,
    signed_in: Mutex<Someone>,
    retries: Retries,
    pub history: Arc<History>,
}

impl Worker {
    pub fn new(
        account: &str,
        login: (&str, &str),
        visitor: &Someone,
        retries: Retries,
        history: &Arc<History>,
    ) -> Self {
        Self {
            account: account.to_owned(),
            login: login.0.to_owned(),
            password: login.1.to_owned(),
            visitor: visitor.clone(),
            signed_in: Mutex::new(visitor.clone()),
            retries,
            history: history.clone(),
        }
    }

    /// A change. `kind` and `on` are for the history.
    pub async fn post(&self, kind: &'static str, on: &str, path: &str, body: Value) -> Call {
        let key = new_key();
        self.post_with_key(kind, on, &key, path, body).await
    }

    /// The same under a key that was used before.
    pub async fn post_with_key(
        &self,
        kind: &'static str,
        on: &str,
        key: &str,
        path: &str,
        body: Value,
    ) -> Call {
        let mut call = self.begin(kind, on);
        call.keys.push(key.to_owned());
        while !self.history.gives_up() {
            if call.tries > 0 && self.retries == Retries::UnderNewKeys {
                call.keys.push(new_key());
            }
            let key = call.keys.last().map_or(key, String::as_str);
            let someone = self.someone();
            let request = someone.request(Method::POST, path).json(&body);
            if let Some(answer) = self.try_once(request.header("Idempotency-Key", key)).await {
                settle(&mut call, &answer);
            }
            call.tries += 1;
            if call.outcome != Outcome::Unknown {
                break;
            }
            pause(PAUSE * call.tries.min(8)).await;
        }
        self.end(call)
    }

    /// A read; it may find the session ended.
    pub async fn read(&self, kind: &'static str, with: &Someone, path: &str) -> (Call, Value) {
        let mut call = self.begin(kind, path);
        let mut body = Value::Null;
        while !self.history.gives_up() {
            call.tries += 1;
            let request = with.request(Method::GET, path).timeout(ANSWER);
            let begun = Instant::now();
            let answer = exchange(request).await;
            self.history.tried(begun.elapsed(), is_broken(&answer));
            if let Ok(answer) = answer
                && !says_nothing(&answer)
            {
                settle(&mut call, &answer);
                body = answer.body;
                break;
            }
            pause(PAUSE * call.tries.min(8)).await;
        }
        (self.end(call), body)
    }

    /// A read with the worker's own session.
    pub async fn read_own(&self, kind: &'static str, path: &str) -> (Call, Value) {
        let someone = self.someone();
        self.read(kind, &someone, path).await
    }

    /// What is sent without a session, such as a password: its answer, kept out of the history.
    pub async fn ask(&self, kind: &'static str, path: &str, body: Value) -> (Call, Value) {
        let mut call = self.begin(kind, path);
        call.keys.push(new_key());
        let mut told = Value::Null;
        while !self.history.gives_up() {
            call.tries += 1;
            let request = self.visitor.request(Method::POST, path).json(&body);
            let request = request.header("Idempotency-Key", &call.keys[0]);
            if let Some(answer) = self.try_once(request).await {
                settle(&mut call, &answer);
                told = answer.body;
                break;
            }
            pause(PAUSE * call.tries.min(8)).await;
        }
        (self.end(call), told)
    }

    /// A session of its own, beside the worker's.
    pub async fn sign_in(&self) -> Option<Value> {
        let who = json!({"login": self.login, "password": self.password});
        let (call, session) = self.ask("sign in", "/v1/sessions", who).await;
        call.is_done().then_some(session)
    }

    pub fn holding(&self, token: &str) -> Someone {
        self.visitor.holding(token)
    }

    fn someone(&self) -> Someone {
        let signed_in = self.signed_in.lock();
        signed_in.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `None`: it is open what came of it.
    async fn try_once(&self, request: reqwest::RequestBuilder) -> Option<Answer> {
        let begun = Instant::now();
        let answer = exchange(request.timeout(ANSWER)).await;
        self.history.tried(begun.elapsed(), is_broken(&answer));
        let answer = answer.ok().filter(|answer| !says_nothing(answer))?;
        // A session that is not known here: not an answer to what was asked.
        if answer.status == 401 && answer.reason() != "SIGN_IN_FAILED" {
            Box::pin(self.renew()).await;
            return None;
        }
        Some(answer)
    }

    pub async fn renew(&self) {
        let Some(session) = self.sign_in().await else {
            return;
        };
        let token = session["accessToken"].as_str().unwrap_or_default();
        let holding = self.visitor.holding(token);
        *self
            .signed_in
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = holding;
    }

    fn begin(&self, kind: &'static str, on: &str) -> Call {
        Call {
            kind,
            who: self.account.clone(),
            on: on.to_owned(),
            keys: Vec::new(),
            began_us: self.history.now_us(),
            ended_us: 0,
            tries: 0,
            outcome: Outcome::Unknown,
            answer: String::new(),
        }
    }

    fn end(&self, mut call: Call) -> Call {
        call.ended_us = self.history.now_us();
        self.history.note(call.clone());
        call
    }
}

fn is_broken(answer: &reqwest::Result<Answer>) -> bool {
    answer.as_ref().is_ok_and(|answer| answer.status == 500)
}

fn settle(call: &mut Call, answer: &Answer) {
    call.outcome = match answer.is_done() {
        true => Outcome::Done,
        false => Outcome::Refused(answer.reason()),
    };
    answer.body["name"]
        .as_str()
        .unwrap_or_default()
        .clone_into(&mut call.answer);
}
