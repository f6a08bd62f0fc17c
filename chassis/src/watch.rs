//! Calls that stay open. An RPC named `Watch…` answers for as long as somebody listens, so its
//! deadline is for the answer's start; what ends it later is its own.
//!
//! A watch that ends well says OK and nothing else: the listener begins anew where it stopped.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use http_body::{Body as _, Frame};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::error::{Error, SCOPE, Scope};
use crate::jobs::pause;

/// A watch ends after this long, so that a new release, a balanced load or a taken right reaches
/// everybody who listens.
pub const LONGEST: Duration = Duration::from_secs(3600);

/// A watch on which nothing happened ends after this long: perhaps nobody listens any more.
pub const LONGEST_SILENCE: Duration = Duration::from_secs(900);

/// Told to every call of a listener that is about to close.
#[derive(Clone)]
pub(crate) struct Draining(pub CancellationToken);

/// Whether an RPC, by its full path, stays open.
pub fn is_watch(rpc: &str) -> bool {
    rpc.rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with("Watch"))
}

/// What a watch needs to know of its call.
pub(crate) struct Terms {
    pub service: &'static str,
    /// The sentences of a refusal in the middle are in the language of the call.
    pub scope: Scope,
    /// The caller's own deadline, which is for the whole call.
    pub deadline: Option<Duration>,
    pub draining: Option<Draining>,
}

/// Puts the ends of a watch around the body of its answer.
pub(crate) fn guarded(response: Response, terms: Terms) -> Response {
    let (head, body) = response.into_parts();
    crate::telemetry::change(terms.service, "watches_open", 1);
    let asked = terms.deadline.filter(|asked| *asked < LONGEST);
    let watched = Watched {
        body: Some(body),
        life: Box::pin(pause(asked.unwrap_or(LONGEST))),
        is_short: asked.is_some(),
        silence: Box::pin(pause(LONGEST_SILENCE)),
        drained: match terms.draining {
            Some(Draining(stop)) => Box::pin(stop.cancelled_owned()),
            None => Box::pin(std::future::pending()),
        },
        service: terms.service,
        scope: terms.scope,
    };
    Response::from_parts(head, Body::new(watched))
}

struct Watched {
    /// Gone once the watch has ended.
    body: Option<Body>,
    life: BoxFuture<'static, ()>,
    /// The caller's deadline is shorter than our own: to reach it is an error.
    is_short: bool,
    silence: BoxFuture<'static, ()>,
    drained: BoxFuture<'static, ()>,
    service: &'static str,
    scope: Scope,
}

impl Watched {
    /// Why the watch is over, if it is.
    fn end(&mut self, cx: &mut Context<'_>) -> Option<Status> {
        if self.drained.as_mut().poll(cx).is_ready() {
            let closing = anyhow::anyhow!("this instance closes; another one listens");
            return Some(Error::Unavailable(closing).into());
        }
        if self.life.as_mut().poll(cx).is_ready() {
            return Some(match self.is_short {
                true => crate::server::deadline_exceeded(),
                false => Status::ok(""),
            });
        }
        let is_silent = self.silence.as_mut().poll(cx).is_ready();
        is_silent.then(|| Status::ok(""))
    }

    fn next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.body.is_none() {
            return Poll::Ready(None);
        }
        if let Some(status) = self.end(cx) {
            return Poll::Ready(self.ended(&status));
        }
        let Some(body) = &mut self.body else {
            return Poll::Ready(None);
        };
        // A fault here must not take the connection with it.
        let polled = AssertUnwindSafe(|| Pin::new(body).poll_frame(cx));
        match std::panic::catch_unwind(polled) {
            Ok(Poll::Ready(Some(Ok(frame)))) if frame.is_data() => {
                self.silence = Box::pin(pause(LONGEST_SILENCE));
                Poll::Ready(Some(Ok(frame)))
            }
            Ok(polled) => polled,
            Err(_panic) => {
                let panicked = Error::Internal(anyhow::anyhow!("a watch panicked"));
                Poll::Ready(self.ended(&panicked.into()))
            }
        }
    }

    /// The trailers that end the stream; what was behind it is let go at once.
    fn ended(&mut self, status: &Status) -> Option<Result<Frame<Bytes>, axum::Error>> {
        self.body = None;
        let mut trailers = HeaderMap::new();
        if let Err(status) = status.add_header(&mut trailers) {
            return Some(Err(axum::Error::new(status)));
        }
        Some(Ok(Frame::trailers(trailers)))
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let scope = self.scope;
        SCOPE.sync_scope(scope, || self.next(cx))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_none()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        crate::telemetry::change(self.service, "watches_open", -1);
    }
}
