//! What one listener gets: events, a sign of life when nothing happens, and an end that says why.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use chassis::clock::Stopwatch;
use chassis::error::{Scope, in_scope};
use chassis::mask::Masked;
use futures_util::future::BoxFuture;
use futures_util::stream;
use prost_reflect::DynamicMessage;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, Interval, MissedTickBehavior};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, Streaming};

use super::StreamRules;
use super::frame::{Frame, Framing, event};
use super::hub::{News, Seated};
use super::places::Place;
use crate::Inner;
use crate::call::Envelope;
use crate::problem::Problem;

/// When the identity service is out of reach, a session counts as good for as long as its caller
/// token would.
const TRUST: Duration = Duration::from_secs(60);

/// However much happens: a listener comes back after this long, perhaps to another gateway.
const LONGEST: Duration = Duration::from_secs(3600);

/// Where events come from.
pub enum Source {
    /// A call of the listener's own.
    Own(Box<Streaming<DynamicMessage>>, Framing),
    /// A call shared with others.
    Shared(broadcast::Receiver<News>),
}

/// By what a listener is signed in, to be asked about again.
pub struct Session {
    pub token: Masked<String>,
    pub service: &'static str,
    pub envelope: Envelope,
}

pub struct Listener {
    pub gateway: Arc<Inner>,
    pub source: Source,
    pub place: Place,
    /// Nobody, for a stranger.
    pub session: Option<Session>,
    /// The gateway closes.
    pub draining: CancellationToken,
    pub scope: Scope,
    pub trace: String,
    /// The route, for the log.
    pub route: String,
    /// The stream has an end of its own, and the listener should not ask again after it.
    pub is_finite: bool,
    /// What the listener has heard already.
    pub heard: Option<String>,
}

/// Why a stream is over.
enum End {
    /// The service has said everything, for now or for good.
    Said,
    /// The gateway closes, or it has been long.
    Anew(&'static str),
    /// The listener was too slow.
    Behind,
    Refused(Status),
}

/// Whether the session is known to be good; an error where it is known to be none.
type Check = BoxFuture<'static, Result<bool, Status>>;

struct Running {
    listener: Listener,
    ready: VecDeque<Bytes>,
    heartbeat: Interval,
    recheck: Interval,
    /// An exchange under way.
    checking: Option<Check>,
    /// Since the session was last known to be good.
    trusted: Stopwatch,
    age: Stopwatch,
    is_over: bool,
}

impl Listener {
    /// The body of the answer. `first` is what there is to say at once, `retry` how long a browser
    /// waits before it comes back.
    pub fn body(mut self, newest: Option<Frame>, rules: StreamRules, retry: Duration) -> Body {
        let mut ready = VecDeque::from([Bytes::from(format!("retry: {}\n\n", retry.as_millis()))]);
        ready.extend(newest.and_then(|frame| self.new_to_it(frame)));
        let running = Running {
            ready,
            heartbeat: every(rules.heartbeat, rules.heartbeat),
            recheck: every(rules.recheck, rules.first_recheck()),
            checking: None,
            trusted: Stopwatch::start(),
            age: Stopwatch::start(),
            is_over: false,
            listener: self,
        };
        Body::from_stream(stream::unfold(running, |mut running| async move {
            let next = in_scope(running.listener.scope, running.next()).await?;
            Some((Ok::<_, std::convert::Infallible>(next), running))
        }))
    }

    /// The event, unless it is the one the listener heard last before it came back.
    fn new_to_it(&mut self, frame: Frame) -> Option<Bytes> {
        let heard = self.heard.take();
        (heard.is_none() || heard != frame.id).then_some(frame.bytes)
    }
}

impl Source {
    async fn next(&mut self) -> Result<Frame, End> {
        match self {
            Self::Own(messages, framing) => match messages.message().await {
                Ok(Some(message)) => framing.frame(&message).map_err(End::Refused),
                Ok(None) => Err(End::Said),
                Err(status) => Err(End::Refused(status)),
            },
            Self::Shared(news) => match news.recv().await {
                Ok(News::Frame(frame)) => Ok(frame),
                Ok(News::End(None)) | Err(RecvError::Closed) => Err(End::Said),
                Ok(News::End(Some(status))) => Err(End::Refused(status)),
                Err(RecvError::Lagged(_)) => Err(End::Behind),
            },
        }
    }
}

impl From<Seated> for Source {
    fn from(seated: Seated) -> Self {
        Self::Shared(seated.news)
    }
}

impl Running {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Some(bytes);
            }
            if self.is_over {
                return None;
            }
            let Running {
                listener,
                heartbeat,
                recheck,
                checking,
                ..
            } = self;
            let end = tokio::select! {
                biased;
                () = listener.draining.cancelled() => End::Anew("the gateway closes"),
                outcome = under_way(checking) => match self.checked(outcome) {
                    Some(end) => end,
                    None => continue,
                },
                () = listener.place.nudged() => { self.check(); continue }
                _ = recheck.tick() => { self.check(); continue }
                found = listener.source.next() => match found {
                    Ok(frame) => {
                        heartbeat.reset();
                        self.ready.extend(listener.new_to_it(frame));
                        continue;
                    }
                    Err(end) => end,
                },
                _ = heartbeat.tick() => return Some(Bytes::from_static(b":\n\n")),
            };
            self.end(end);
        }
    }

    /// Asks whether the session still is one, beside the events that come.
    fn check(&mut self) {
        if self.age.elapsed() > LONGEST {
            return self.end(End::Anew("it has been long"));
        }
        let Some(session) = &self.listener.session else {
            return;
        };
        let (gateway, token) = (self.listener.gateway.clone(), session.token.clone());
        let (service, envelope) = (session.service, session.envelope.clone());
        self.checking = Some(Box::pin(async move {
            match gateway.exchange(&token, service, &envelope).await {
                Ok(_) => Ok(true),
                Err(status) if is_out_of_reach(&status) => Ok(false),
                Err(status) => Err(status),
            }
        }));
    }

    /// The end that a check found, if it found one.
    fn checked(&mut self, outcome: Result<bool, Status>) -> Option<End> {
        self.checking = None;
        match outcome {
            Ok(true) => {
                self.trusted = Stopwatch::start();
                None
            }
            Ok(false) if self.trusted.elapsed() < TRUST => None,
            Ok(false) => Some(End::Refused(Status::unavailable(
                "nobody knows the session",
            ))),
            Err(status) => Some(End::Refused(status)),
        }
    }

    fn end(&mut self, end: End) {
        self.is_over = true;
        let why = match &end {
            End::Said => "said",
            End::Anew(why) => why,
            End::Behind => "behind",
            End::Refused(status) => status.code().description(),
        };
        let seconds = self.age.elapsed().as_secs();
        let (route, trace) = (&self.listener.route, &self.listener.trace);
        tracing::info!(route, why, seconds, trace, "a stream ended");
        let problem = match end {
            End::Said if self.listener.is_finite => {
                return self.ready.push_back(event("end", None, b"{}"));
            }
            End::Said | End::Anew(_) => return,
            End::Behind => Problem::new(http::StatusCode::TOO_MANY_REQUESTS, "TOO_BUSY", &[]),
            End::Refused(status) => status.into(),
        };
        let document = problem.document(trace);
        self.ready.push_back(event("problem", None, &document));
    }
}

async fn under_way(checking: &mut Option<Check>) -> Result<bool, Status> {
    match checking {
        Some(check) => check.await,
        None => std::future::pending().await,
    }
}

fn is_out_of_reach(status: &Status) -> bool {
    let sure = [
        Code::Unauthenticated,
        Code::PermissionDenied,
        Code::NotFound,
    ];
    !sure.contains(&status.code())
}

fn every(period: Duration, first: Duration) -> Interval {
    let mut interval = tokio::time::interval_at(Instant::now() + first, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
