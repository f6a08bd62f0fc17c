//! The three shapes of a call: a message for a message, bytes up, bytes down.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use chassis::caller::IDENTITY;
use chassis::error;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use prost::Message;
use prost_reflect::DynamicMessage;
use tonic::Code;

use super::Journey;
use crate::json::{wire, write};
use crate::problem::Problem;
use crate::route::{Operation, Shown};
use crate::session::{self, CookieWork};
use crate::upload::{self, Broken};
use crate::{Inner, call, download, route};

impl Inner {
    /// A JSON body, whole; empty where there is none.
    pub(super) async fn read_body(
        &self,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Bytes, Problem> {
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        let max = self.config.largest_json;
        let too_large = || Problem::too_large(max as u64);
        if upload::announced(headers).is_some_and(|length| length > max as u64) {
            return Err(too_large());
        }
        let whole = Limited::new(body, max).collect();
        let whole = tokio::time::timeout(self.config.body_timeout, whole);
        let bytes = match whole.await.map_err(|_| Problem::too_slow())? {
            Ok(whole) => whole.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => return Err(too_large()),
            // The client has gone; nobody reads this.
            Err(_) => return Err(Problem::too_slow()),
        };
        if !bytes.is_empty() {
            crate::header::check_content_type(headers)?;
        }
        Ok(bytes)
    }

    pub(super) async fn unary(
        &self,
        journey: &mut Journey<'_>,
        mut message: DynamicMessage,
    ) -> Result<Response, Problem> {
        let envelope = journey.envelope.take();
        let Journey {
            operation,
            credentials,
            ..
        } = journey;
        let work = session::prepare(operation, credentials, &mut message);
        // Held until the service has answered, or nobody waits for it any more.
        let is_about_people = operation.is_unsafe() && operation.service == IDENTITY;
        let _forgetting = is_about_people.then(|| self.introductions.forgetting(journey.account));
        let connection = self.connection(operation.service);
        let answer = call::unary(connection, operation, envelope, message).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(status) => {
                let is_over = status.code() == Code::Unauthenticated;
                let mut problem = Problem::from(status);
                // A copied token came back: its session has ended, and nothing says whose it was.
                if problem.reason == "REFRESH_TOKEN_REUSED" {
                    self.introductions.forget_all();
                }
                if work == CookieWork::Set && is_over && credentials.refresh.is_some() {
                    for cookie in session::cleared() {
                        problem = problem.with(header::SET_COOKIE, cookie);
                    }
                }
                return Err(problem);
            }
        };
        let (cookies, answer) = if is_about_people || work != CookieWork::Nothing {
            let mut answer = decoded(operation, &answer)?;
            if let Some(account) = session::account_named(&answer).filter(|_| is_about_people) {
                self.introductions.forget(account);
            }
            let cookies = match work {
                CookieWork::Nothing => Vec::new(),
                CookieWork::Set => session::take_cookies(&mut answer, &self.clock),
                CookieWork::Clear => session::cleared(),
            };
            (cookies, Bytes::from(answer.encode_to_vec()))
        } else {
            (Vec::new(), answer)
        };
        let mut response = self.json(operation, &answer)?;
        for cookie in cookies {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }

    pub(super) async fn upload(
        &self,
        journey: &Journey<'_>,
        shape: &route::Upload,
        first: DynamicMessage,
        headers: &HeaderMap,
        body: Body,
    ) -> Result<Response, Problem> {
        let limits = upload::Limits {
            bytes: self.config.largest_upload,
            silence: self.config.body_timeout,
        };
        if upload::announced(headers).is_some_and(|length| length > limits.bytes) {
            return Err(Problem::too_large(limits.bytes));
        }
        let digest = upload::claimed_digest(headers)?;
        let max = limits.bytes;
        let (messages, verdict) = upload::messages(shape, first, headers, digest, body, limits);
        let connection = self.connection(journey.operation.service);
        let (operation, envelope) = (journey.operation.clone(), journey.envelope.clone());
        // On a task of its own: when the client goes, the service still sees the stream end and
        // can tidy up.
        let call = async move { call::upload(connection, &operation, envelope, messages).await };
        let answer = tokio::spawn(call).await;
        let broken = *verdict.lock().unwrap_or_else(|it| it.into_inner());
        match (broken, answer) {
            (Some(Broken::TooLarge), _) => Err(Problem::too_large(max)),
            (Some(Broken::TooSlow), _) => Err(Problem::too_slow()),
            (_, Ok(Err(status))) => Err(status.into()),
            (Some(Broken::Off), _) => Err(Problem::too_slow()),
            (None, Ok(Ok(answer))) => self.json(journey.operation, &answer),
            (None, Err(_)) => Err(internal()),
        }
    }

    pub(super) async fn download(
        &self,
        journey: &Journey<'_>,
        shown: Shown,
        message: DynamicMessage,
    ) -> Result<Response, Problem> {
        let ask = async |message| {
            let connection = self.connection(journey.operation.service);
            let envelope = journey.envelope.clone();
            let messages = call::download(connection, journey.operation, envelope, message).await?;
            download::response(messages, shown, self.config.body_timeout).await
        };
        // An instance that dies before the first bytes has told nothing yet, and another one can.
        let answer = match ask(message.clone()).await {
            Err(status) if status.code() == Code::Unavailable => ask(message).await,
            answer => answer,
        };
        Ok(answer?)
    }

    /// The answer of an operation as JSON.
    fn json(&self, operation: &Operation, answer: &[u8]) -> Result<Response, Problem> {
        let message = operation.rpc.output();
        let plan = self.plans.find(&message);
        let text = plan.and_then(|it| wire::to_text(&self.plans, it, answer).ok());
        let text = match text {
            Some(text) => text,
            None => write::to_text(&decoded(operation, answer)?).map_err(|error| {
                let message = message.full_name();
                tracing::error!(%error, message, "an answer is not JSON");
                internal()
            })?,
        };
        let mut response = Response::new(Body::from(text));
        let headers = response.headers_mut();
        // With room for those that every answer has.
        headers.reserve(24);
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(error::language().code()),
        );
        let etag = plan.and_then(|it| wire::text(it, answer, "etag"));
        let etag = etag.and_then(|etag| HeaderValue::try_from(format!("\"{etag}\"")).ok());
        if let Some(etag) = etag {
            headers.insert(header::ETAG, etag);
        }
        Ok(response)
    }
}

fn decoded(operation: &Operation, answer: &[u8]) -> Result<DynamicMessage, Problem> {
    DynamicMessage::decode(operation.rpc.output(), answer).map_err(|error| {
        let rpc = operation.rpc.full_name();
        tracing::error!(%error, rpc, "an answer was not decoded");
        internal()
    })
}

fn internal() -> Problem {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", &[])
}
