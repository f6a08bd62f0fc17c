//! What a refused request has still to say.
//!
//! An answer that goes out while the client is still writing is lost to it: the connection closes
//! with bytes unread, and the client sees a reset instead of the reason. So what nobody read is
//! read away first, up to a bound.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame, SizeHint};
use tokio::sync::oneshot;

/// As much is read away; who sends more sees the reset.
const MOST: u64 = 8 * 1024 * 1024;
/// As long is waited for it.
const LONGEST: Duration = Duration::from_secs(2);

/// A body that comes back when it is dropped before its end.
struct Lent {
    body: Option<Body>,
    back: Option<oneshot::Sender<Body>>,
}

/// The body to hand on, and where what is left of it comes back.
pub fn lend(body: Body) -> (Body, oneshot::Receiver<Body>) {
    let (back, left) = oneshot::channel();
    let lent = Lent {
        body: Some(body),
        back: Some(back),
    };
    (Body::new(lent), left)
}

/// Reads away what came back.
pub async fn read_away(mut left: oneshot::Receiver<Body>) {
    let Ok(mut body) = left.try_recv() else {
        return;
    };
    let reading = async {
        let mut read = 0;
        while let Some(Ok(frame)) = body.frame().await {
            read += frame.data_ref().map_or(0, |data| data.len() as u64);
            if read > MOST {
                return;
            }
        }
    };
    // Late or not, the answer goes out now.
    let _ = tokio::time::timeout(LONGEST, reading).await;
}

impl hyper::body::Body for Lent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(body), Some(back)) = (self.body.take(), self.back.take())
            && !body.is_end_stream()
        {
            // Nobody waits: the request is over already.
            let _ = back.send(body);
        }
    }
}
