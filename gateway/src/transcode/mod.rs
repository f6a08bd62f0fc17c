//! One request from HTTP to a service and back. No RPC is known here by name: the contract says
//! what each takes.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use bytes::Bytes;
use chassis::caller::IDENTITY;
use chassis::error;
use chassis::mask::Masked;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::Inner;
use crate::bind::{self, Parts};
use crate::call::Envelope;
use crate::edge::{ClientAddress, Label, Trace};
use crate::introduction::Before;
use crate::limit::Tally;
use crate::naming::{self, Manner};
use crate::problem::Problem;
use crate::route::{Found, Operation, Shape};
use crate::session::{self, Access, Credentials, Introduction};

mod shapes;
mod streams;

/// Answers everything that is not a page of the gateway's own.
pub async fn answer(State(gateway): State<Arc<Inner>>, request: Request) -> Response {
    let trace = request
        .extensions()
        .get::<Trace>()
        .cloned()
        .unwrap_or_default();
    let method = request.method().clone();
    match gateway.routes.find(&method, request.uri().path()) {
        Found::Operation(operation, segments) => {
            let mut tally = Tally::default();
            let answer = gateway
                .clone()
                .operate(operation, &segments, &trace, &mut tally, request)
                .await;
            let mut response = answer.unwrap_or_else(|problem| problem.into_response(&trace.id));
            tally.show(response.headers_mut());
            response
                .extensions_mut()
                .insert(Label(operation.template.text.clone()));
            response
        }
        Found::WrongMethod(methods) => {
            let allow: Vec<_> = methods.into_iter().chain(["OPTIONS".to_owned()]).collect();
            let allow = HeaderValue::try_from(allow.join(", "));
            let mut problem =
                Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", &[]);
            if let Ok(allow) = allow {
                problem = problem.with(header::ALLOW, allow);
            }
            problem.into_response(&trace.id)
        }
        Found::Nothing => Problem::not_found().into_response(&trace.id),
    }
}

/// A request on its way, with what is known of its sender.
pub(crate) struct Journey<'a> {
    operation: &'a Operation,
    credentials: Credentials,
    envelope: Envelope,
    /// Why the cookie's session counts as none.
    ended: Option<Status>,
    /// Whose session it is.
    account: Option<Uuid>,
}

impl Inner {
    async fn operate(
        self: Arc<Self>,
        operation: &Operation,
        segments: &[String],
        trace: &Trace,
        tally: &mut Tally,
        request: Request,
    ) -> Result<Response, Problem> {
        let (parts, body) = request.into_parts();
        let address = parts.extensions.get::<ClientAddress>().copied();
        self.limits
            .address(operation, address.map(|it| it.0), tally)
            .await?;
        let query = parts.uri.query().unwrap_or_default();
        if parts.uri.path().len() + query.len() > self.config.longest_uri {
            let max = self.config.longest_uri.to_string();
            let status = StatusCode::URI_TOO_LONG;
            return Err(Problem::new(status, "PAYLOAD_TOO_LARGE", &[("max", max)]));
        }
        let credentials = Credentials::read(&parts.headers)?;
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|it| it.to_str().ok());
        let host = parts
            .uri
            .authority()
            .map(http::uri::Authority::as_str)
            .or(host);
        let is_ours =
            || session::is_same_origin(&parts.headers, host, &self.config.allowed_origins);
        if operation.is_unsafe() && credentials.has_cookies() && !is_ours() {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "ORIGIN_NOT_ALLOWED",
                &[],
            ));
        }
        let envelope = self.envelope(operation, trace, address);
        let mut journey = Journey {
            operation,
            credentials,
            envelope,
            ended: None,
            account: None,
        };
        self.introduce(&mut journey).await?;
        if let Some(account) = journey.account {
            self.limits.account(account, tally).await?;
        }

        let is_upload = matches!(operation.shape, Shape::Upload(_));
        let (text, raw) = if is_upload {
            (Bytes::new(), body)
        } else {
            (self.read_body(&parts.headers, body).await?, Body::empty())
        };
        let bound = bind::bind(
            operation,
            &Parts {
                segments,
                query,
                headers: &parts.headers,
                body: &text,
                is_stranger: journey.credentials.access == Access::None,
            },
            &self.ids,
        );
        let (message, manner) = bound?;
        let answer = match &operation.shape {
            Shape::Unary => self.unary(&mut journey, message).await,
            // On the heap what is rare: every call pays for the size of the largest.
            Shape::Upload(shape) => {
                Box::pin(self.upload(&journey, shape, message, &parts.headers, raw)).await
            }
            Shape::Download(shown) => Box::pin(self.download(&journey, *shown, message)).await,
            Shape::Events(_) if parts.method == http::Method::HEAD => Ok(streams::headers()),
            Shape::Events(events) => {
                Box::pin(self.listen(&journey, events, message, &parts, trace)).await
            }
        };
        let mut response =
            answer.map_err(|problem| journey.told(problem, &manner, self.clock.now()))?;
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let vary = HeaderValue::from_static("accept-language, authorization, cookie");
        headers.append(header::VARY, vary);
        Ok(response)
    }

    fn envelope(
        &self,
        operation: &Operation,
        trace: &Trace,
        address: Option<ClientAddress>,
    ) -> Envelope {
        // With room for those that are written on the way.
        let mut headers = HeaderMap::with_capacity(12);
        let language = HeaderValue::from_static(error::language().code());
        headers.insert(header::ACCEPT_LANGUAGE, language);
        if let Some(Ok(parent)) = trace.parent().map(HeaderValue::try_from) {
            headers.insert("traceparent", parent);
        }
        if let Some(ClientAddress(address)) = address
            && let Ok(address) = HeaderValue::try_from(address.to_string())
        {
            headers.insert("x-client-address", address);
            // Its throttles count addresses; without a voucher anybody could write one.
            if operation.service == IDENTITY
                && let Ok(token) = self.speaker.token(IDENTITY)
                && let Ok(mut token) = HeaderValue::try_from(token)
            {
                token.set_sensitive(true);
                headers.insert("x-gateway-token", token);
            }
        }
        let deadline = match operation.shape {
            Shape::Upload(_) => self.config.upload_timeout,
            Shape::Unary | Shape::Download(_) | Shape::Events(_) => self.config.call_timeout,
        };
        Envelope { headers, deadline }
    }

    /// Puts the caller's token into the envelope. A bearer token that is not good ends the call; a
    /// cookie that is not, which browsers send whether asked or not, counts as none.
    async fn introduce(&self, journey: &mut Journey<'_>) -> Result<(), Problem> {
        let (token, is_cookie) = match &journey.credentials.access {
            Access::None => return Ok(()),
            Access::Bearer(token) => (token, false),
            Access::Cookie(token) => (token, true),
        };
        let audience = journey.operation.service;
        let introduction = match self.introductions.find(token, audience) {
            Ok(known) => Ok(known),
            Err(before) => Box::pin(self.ask(token, audience, &journey.envelope, before)).await,
        };
        match introduction {
            Ok(introduction) => {
                journey.account = introduction.account;
                let token = introduction.token.clone();
                journey
                    .envelope
                    .headers
                    .insert(header::AUTHORIZATION, token);
            }
            Err(status) if is_cookie && status.code() == Code::Unauthenticated => {
                journey.ended = Some(status);
            }
            Err(status) => return Err(status.into()),
        }
        Ok(())
    }
}

impl Inner {
    /// Asks who a token is, and keeps the answer for a moment.
    async fn ask(
        &self,
        token: &Masked<String>,
        audience: &'static str,
        envelope: &Envelope,
        before: Before,
    ) -> Result<Arc<Introduction>, Status> {
        let mut envelope = envelope.clone();
        envelope.deadline = envelope.deadline.min(self.config.call_timeout);
        let told = session::exchange(self.identity.clone(), token, audience, &envelope);
        let introduction = Arc::new(told.await?);
        self.introductions
            .keep(token, audience, introduction.clone(), before);
        Ok(introduction)
    }

    /// Asks who a token is now, whatever is known from before.
    pub(crate) async fn exchange(
        &self,
        token: &Masked<String>,
        audience: &'static str,
        envelope: &Envelope,
    ) -> Result<Arc<Introduction>, Status> {
        let before = self.introductions.before();
        let mut envelope = envelope.clone();
        // Asked in the gateway's own name, not in that of the person.
        envelope.headers.remove(header::AUTHORIZATION);
        self.ask(token, audience, &envelope, before).await
    }
}

impl Journey<'_> {
    /// A service's refusal in the client's words.
    fn told(&self, mut problem: Problem, manner: &Manner, now: Timestamp) -> Problem {
        if problem.status == StatusCode::UNAUTHORIZED
            && let Some(ended) = &self.ended
        {
            let headers = std::mem::take(&mut problem.headers);
            problem = Problem::from(ended.clone());
            problem.headers.extend(headers);
        }
        for wrong in &mut problem.violations {
            wrong.field = naming::shown(self.operation, manner, &wrong.field);
        }
        // A condition that came as If-Match and does not hold has a status of its own.
        if problem.reason == "STALE_ETAG" && manner.etag_by_header {
            problem.status = StatusCode::PRECONDITION_FAILED;
        }
        problem.come_again(now)
    }
}
