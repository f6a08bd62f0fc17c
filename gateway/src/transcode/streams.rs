//! The fourth shape of a call: events for as long as somebody listens.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use chassis::error::{self, Scope};
use http::request::Parts;
use http::{HeaderValue, header};
use prost::Message;
use prost_reflect::{DynamicMessage, Value};

use super::Journey;
use crate::edge::{ClientAddress, Draining, Trace};
use crate::events::hub::{Seated, Topic};
use crate::events::listener::{Listener, Session, Source};
use crate::problem::{Problem, TEXTS};
use crate::route::Events;
use crate::session::Access;
use crate::{Inner, call};

impl Inner {
    /// Waits until the service has begun, so that a refusal is answered as one, and streams on.
    pub(super) async fn listen(
        self: &Arc<Self>,
        journey: &Journey<'_>,
        events: &Events,
        mut message: DynamicMessage,
        parts: &Parts,
        trace: &Trace,
    ) -> Result<Response, Problem> {
        let address = parts.extensions.get::<ClientAddress>().map(|it| it.0);
        let place = self.places.take(address, journey.account)?;
        let operation = journey.operation;
        let mut heard = heard(events, &message);
        // Who is a stranger, or no longer somebody, is refused by the service alone.
        let seated = if events.is_shared && journey.account.is_some() {
            if let Some(field) = &events.resume_token {
                message.clear_field(field);
            }
            self.seat(journey, events, message).await?
        } else {
            // The service itself knows what this listener heard.
            heard = None;
            let opening = call::listen(
                self.connection(operation.service),
                operation,
                journey.envelope.clone(),
                message,
            );
            let own = Source::Own(Box::new(opening.await?), events.framing.clone());
            (None, own)
        };
        let (newest, source) = seated;
        let session = match &journey.credentials.access {
            Access::Bearer(token) | Access::Cookie(token) if journey.account.is_some() => {
                Some(Session {
                    token: token.clone(),
                    service: operation.service,
                    envelope: journey.envelope.clone(),
                })
            }
            _ => None,
        };
        let draining = parts.extensions.get::<Draining>().cloned();
        let listener = Listener {
            gateway: self.clone(),
            source,
            place,
            session,
            draining: draining.unwrap_or_default().0,
            scope: Scope {
                language: error::language(),
                domain: "gateway.irikteu.kz",
                texts: &TEXTS,
            },
            trace: trace.id.clone(),
            route: operation.template.text.clone(),
            is_finite: !events.is_watch,
            heard,
        };
        let mut response = headers();
        *response.body_mut() = listener.body(newest, self.config.streams, self.comes_back_after());
        Ok(response)
    }

    async fn seat(
        &self,
        journey: &Journey<'_>,
        events: &Events,
        message: DynamicMessage,
    ) -> Result<(Option<crate::events::frame::Frame>, Source), Problem> {
        let operation = journey.operation;
        let topic = Topic {
            rpc: operation.path.as_str().to_owned(),
            language: error::language().code(),
            request: message.encode_to_vec().into(),
        };
        let opening = call::listen(
            self.connection(operation.service),
            operation,
            journey.envelope.clone(),
            message,
        );
        let seated = self.hubs.join(topic, &events.framing, opening).await?;
        let Seated { newest, news } = seated;
        Ok((newest, Source::Shared(news)))
    }

    /// Not everybody at once, when a gateway closes under many listeners.
    fn comes_back_after(&self) -> Duration {
        let spread = u64::from(self.ids.secret()[0]) * 16;
        Duration::from_millis(1000 + spread)
    }
}

fn heard(events: &Events, message: &DynamicMessage) -> Option<String> {
    let value = message.get_field(events.resume_token.as_ref()?);
    let token = Value::as_str(&value)?;
    (!token.is_empty()).then(|| token.to_owned())
}

/// The answer without its events. Nothing on the way may hold them back.
pub(super) fn headers() -> Response {
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    let events = HeaderValue::from_static("text/event-stream");
    headers.insert(header::CONTENT_TYPE, events);
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    let language = HeaderValue::from_static(error::language().code());
    headers.insert(header::CONTENT_LANGUAGE, language);
    response
}
