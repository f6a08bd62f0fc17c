//! A connection that does what a partner does where no answer came: the same call again, under the same id.

use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tonic::body::Body;
use tonic::codegen::{BoxFuture, Service, StdError};
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::report::heard;

/// A call is sent so often at most; what still has no answer then is told as it is.
pub const TRIES: u32 = 5;

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(50);

#[derive(Debug, Clone)]
pub struct Patient(pub Channel);

impl Service<Request<Body>> for Patient {
    type Response = Response<Body>;
    type Error = StdError;
    type Future = BoxFuture<Self::Response, Self::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        // Each try waits for the connection by itself.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let channel = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            let mut tries = 1;
            let mut turns = tokio::time::interval(PAUSE);
            loop {
                turns.tick().await;
                let again = Request::from_parts(parts.clone(), whole(body.clone()));
                let mut channel = channel.clone();
                std::future::poll_fn(|cx| channel.poll_ready(cx)).await?;
                let answer = channel.call(again).await?;
                if tries == TRIES || !is_to_be_repeated(&answer) {
                    return Ok(answer);
                }
                tries += 1;
            }
        })
    }
}

fn whole(bytes: Bytes) -> Body {
    Body::new(Full::new(bytes))
}

/// An answer that says that there is none: it comes in the headers, before any message.
fn is_to_be_repeated(answer: &Response<Body>) -> bool {
    Status::from_header_map(answer.headers()).is_some_and(|status| is_none(&status))
}

/// Whether this says that nobody knows what became of the call, or that it is under way.
pub fn is_none(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded => true,
        Code::Aborted => heard(status) == "REQUEST_IN_FLIGHT",
        _ => false,
    }
}
