//! One call to a service on other machines: to an instance that is well, and to another if it could
//! not be made – as often as is safe, and never past its deadline.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, Request, Response, Uri};
use http_body_util::BodyExt;
use tonic::body::Body;
use tonic::{Code, Status};

use super::calls::Call;
use super::far::Instances;
use super::http2::{Broken, Payload, Received, Sender};
use super::member::Member;
use crate::deadline;
use crate::jobs::pause;

/// A call that brings no deadline of its own ends after this long.
pub(crate) const LONGEST: Duration = Duration::from_secs(10);

/// How long is waited for an instance where none is connected: one may just be starting.
const NOBODY: Duration = Duration::from_secs(2);

/// Tries at most, the first among them.
const TRIES: u32 = 4;

/// A call, and what became of it so far.
struct Sending {
    instances: Arc<Instances>,
    call: Call,
    until: Instant,
    tried: Vec<SocketAddr>,
    tries: u32,
}

/// Why a try brought no answer.
enum Failed {
    /// It was not sent: here it is back.
    Unsent(Payload),
    /// The instance said that it did not take it: it is ending.
    Refused,
    /// Nobody knows whether it arrived.
    Lost(String),
    /// The instance said that it can't; this is what it said.
    Unavailable(Response<Body>),
    /// The deadline passed.
    Late,
}

/// Sends a call and gives the answer, or a status that says why there is none.
pub(crate) async fn send(instances: Arc<Instances>, request: Request<Body>) -> Response<Body> {
    let call = instances.calls.find(request.uri().path());
    let asked = deadline::read(request.headers());
    let longest = match (asked, deadline::left()) {
        (Some(asked), Some(left)) => asked.min(left),
        (Some(only), None) => only,
        (None, left) => left.unwrap_or(LONGEST).min(LONGEST),
    };
    let mut sending = Sending {
        instances,
        call,
        until: Instant::now() + longest,
        tried: Vec::new(),
        tries: 0,
    };
    sending.instances.budget.earn();
    let kept = match Kept::of(request, call).await {
        Ok(kept) => kept,
        Err(status) => return status.into_http(),
    };
    // To a service the deadline is for the whole of a stream; of one without, only the start is timed.
    let is_told = call.has_one_answer || asked.is_some();
    sending.run(kept, is_told).await
}

impl Sending {
    async fn run(&mut self, mut kept: Kept, is_told: bool) -> Response<Body> {
        loop {
            let Some(left) = self.left() else {
                return late();
            };
            let patience = left.min(NOBODY);
            let Some((member, sender)) = self.instances.pick_in(patience, &self.tried).await else {
                return unavailable(format!("{} can't be reached", self.instances.service));
            };
            let Some(left) = self.left() else {
                return late();
            };
            let Some((mut head, payload)) = kept.next() else {
                return unavailable("the call was cut off".to_owned());
            };
            if is_told {
                deadline::write(head.headers_mut(), left);
            }
            self.tries += 1;
            self.tried.push(member.address);
            let failed = match self.attempt(&member, sender, head, payload, left).await {
                Ok(answer) => {
                    member.did_well();
                    return answer;
                }
                Err(failed) => failed,
            };
            member.failed();
            let may_try = self.tries < TRIES;
            let frame = kept.frame();
            let is_safe = frame.is_some_and(|frame| self.call.may_be_repeated(frame));
            match failed {
                Failed::Late => return late(),
                // It never left: sending it elsewhere is the first time.
                Failed::Unsent(payload) if may_try => kept.put_back(payload),
                Failed::Refused if may_try => {}
                Failed::Lost(_) | Failed::Unavailable(_)
                    if may_try && is_safe && self.instances.budget.spend() => {}
                Failed::Unsent(_) | Failed::Refused => {
                    return unavailable("no instance took the call".to_owned());
                }
                Failed::Lost(why) => return unavailable(why),
                Failed::Unavailable(answer) => return answer,
            }
            if self.tries > 1 {
                pause(self.instances.budget.pause(self.tries)).await;
            }
        }
    }

    async fn attempt(
        &self,
        member: &Arc<Member>,
        sender: Sender,
        head: Request<()>,
        payload: Payload,
        left: Duration,
    ) -> Result<Response<Body>, Failed> {
        let _under_way = member.begin();
        let head = addressed(head, &self.instances, member);
        let answer = tokio::time::timeout(left, sender.send(head, payload)).await;
        match answer {
            Err(_late) => Err(Failed::Late),
            Ok(Ok(answer)) if is_unavailable(&answer) => {
                Err(Failed::Unavailable(answer.map(Body::new)))
            }
            Ok(Ok(answer)) if self.call.has_one_answer => self.read(answer).await,
            Ok(Ok(answer)) => Ok(answer.map(Body::new)),
            Ok(Err(broken)) => Err(match broken {
                Broken::Unsent(payload) => Failed::Unsent(payload),
                Broken::Off(error) if is_refusal(&error) => Failed::Refused,
                Broken::Off(error) => Failed::Lost(format!("the connection broke: {error}")),
            }),
        }
    }

    /// The one message of an answer, to its end: an instance that dies in the middle of it has not
    /// answered, and what had not arrived is asked for elsewhere.
    async fn read(&self, answer: Response<Received>) -> Result<Response<Body>, Failed> {
        let (head, body) = answer.into_parts();
        let left = self.until.saturating_duration_since(Instant::now());
        let body = match tokio::time::timeout(left, body.collect()).await {
            Err(_late) => return Err(Failed::Late),
            Ok(Err(error)) => return Err(Failed::Lost(format!("an answer broke off: {error}"))),
            Ok(Ok(body)) => body,
        };
        Ok(Response::from_parts(head, Body::new(body)))
    }

    fn left(&self) -> Option<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        (left > Duration::ZERO).then_some(left)
    }
}

/// A request that is kept until it is answered: whole where it is one message.
struct Kept {
    head: Parts,
    /// Of a stream nothing once it is begun.
    payload: Option<Payload>,
}

impl Kept {
    async fn of(request: Request<Body>, call: Call) -> Result<Self, Status> {
        let (head, body) = request.into_parts();
        let payload = match call.has_one_message {
            true => Payload::Whole(body.collect().await?.to_bytes()),
            false => Payload::Stream(body),
        };
        let payload = Some(payload);
        Ok(Self { head, payload })
    }

    fn next(&mut self) -> Option<(Request<()>, Payload)> {
        let payload = match &self.payload {
            Some(Payload::Whole(frame)) => Payload::Whole(frame.clone()),
            _ => self.payload.take()?,
        };
        Some((Request::from_parts(self.head.clone(), ()), payload))
    }

    fn frame(&self) -> Option<&[u8]> {
        match &self.payload {
            Some(Payload::Whole(frame)) => Some(frame),
            _ => None,
        }
    }

    fn put_back(&mut self, unsent: Payload) {
        self.payload = Some(unsent);
    }
}

/// HTTP/2 wants to know for whom a request is.
fn addressed(mut request: Request<()>, to: &Instances, at: &Member) -> Request<()> {
    let mut parts = http::uri::Parts::default();
    parts.scheme = Some(to.scheme.clone());
    parts.authority = at.authority.clone();
    parts.path_and_query = Some(match request.uri().path_and_query() {
        Some(path) => path.clone(),
        None => PathAndQuery::from_static("/"),
    });
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
    *request.version_mut() = http::Version::HTTP_2;
    request
}

/// Whether HTTP/2 says that the request was not taken: its stream came after the last one that the
/// instance takes before it ends, or was refused.
fn is_refusal(error: &h2::Error) -> bool {
    let is_ending = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
    error.is_remote() && (is_ending || error.reason() == Some(h2::Reason::REFUSED_STREAM))
}

/// A refusal at once, before any message.
fn is_unavailable(answer: &Response<Received>) -> bool {
    code(answer.headers()) == Some(Code::Unavailable)
}

fn code(headers: &HeaderMap) -> Option<Code> {
    Some(Code::from_bytes(headers.get("grpc-status")?.as_bytes()))
}

fn unavailable(why: String) -> Response<Body> {
    Status::unavailable(why).into_http()
}

fn late() -> Response<Body> {
    Status::deadline_exceeded("no answer in time").into_http()
}
