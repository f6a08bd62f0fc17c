//! Calls over a connection of HTTP/2, as `h2` has it: a call is a stream and no task. Only a body that comes
//! in pieces has one, that sends them.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::poll_fn;
use h2::client::{Builder, Connection, SendRequest};
use h2::{Ping, PingPong, Reason, RecvStream, SendStream};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tonic::body::Body;

use crate::jobs::pause;

/// How often the other end is asked for a sign of life, and how long it may take. One that stands still
/// is noticed before the calls that wait for it run out of time.
const SIGN_OF_LIFE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(5));

/// What the other end may send before it is read: of one answer, and of all together.
const WINDOW: (u32, u32) = (1024 * 1024, 4 * 1024 * 1024);

/// Calls under way before the other end has said how many it takes: more would be refused and sent again.
const AT_FIRST: usize = 100;

/// The largest head of an answer.
const LARGEST_HEAD: u32 = 16 * 1024;

/// Sends calls over one connection, which its clones share.
#[derive(Clone)]
pub(crate) struct Sender {
    requests: SendRequest<Bytes>,
    /// Cancelled once the connection takes no more calls.
    closing: CancellationToken,
}

/// What a call carries.
pub(crate) enum Payload {
    Whole(Bytes),
    Stream(Body),
}

/// Why there is no answer.
pub(crate) enum Broken {
    /// Nothing was sent: here it is back.
    Unsent(Payload),
    Off(h2::Error),
}

/// Shakes hands; the connection then runs until it ends, or until nobody holds a sender or an answer.
///
/// # Errors
/// If the other end does not speak HTTP/2.
pub(crate) async fn begin<I>(io: I) -> Result<Sender, h2::Error>
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let handshake = Builder::new()
        .initial_window_size(WINDOW.0)
        .initial_connection_window_size(WINDOW.1)
        .max_header_list_size(LARGEST_HEAD)
        .initial_max_send_streams(AT_FIRST)
        .enable_push(false)
        .handshake(io);
    let (requests, connection) = handshake.await?;
    let closing = CancellationToken::new();
    let closes = closing.clone().drop_guard();
    tokio::spawn(async move {
        let _closes = closes;
        run(connection).await;
    });
    Ok(Sender { requests, closing })
}

async fn run<I>(mut connection: Connection<I, Bytes>)
where
    I: AsyncRead + AsyncWrite + Unpin,
{
    let pings = connection.ping_pong();
    tokio::select! {
        ended = connection => if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke");
        },
        () = silence(pings) => tracing::debug!("a connection gave no sign of life"),
    }
}

/// Ends when the other end gives no sign of life.
async fn silence(pings: Option<PingPong>) {
    let Some(mut pings) = pings else {
        return std::future::pending().await;
    };
    loop {
        pause(SIGN_OF_LIFE.0).await;
        let pong = tokio::time::timeout(SIGN_OF_LIFE.1, pings.ping(Ping::opaque()));
        match pong.await {
            Ok(Ok(_)) => {}
            // The connection itself tells why.
            Ok(Err(_)) => return std::future::pending().await,
            Err(_late) => return,
        }
    }
}

impl Sender {
    /// Whether the connection takes calls, as far as is known.
    pub fn is_open(&self) -> bool {
        !self.closing.is_cancelled()
    }

    /// Cancelled once the connection takes no more calls.
    pub fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }

    /// Sends a call and waits for the head of its answer. Whoever does not wait for it any more has
    /// called it off.
    ///
    /// # Errors
    /// [`Broken::Unsent`] where the connection takes no more calls.
    pub async fn send(
        mut self,
        head: Request<()>,
        payload: Payload,
    ) -> Result<Response<Received>, Broken> {
        let sent = match poll_fn(|cx| self.requests.poll_ready(cx)).await {
            Ok(()) => self.requests.send_request(head, false),
            Err(error) => Err(error),
        };
        let Ok((answer, mut to)) = sent else {
            self.closing.cancel();
            return Err(Broken::Unsent(payload));
        };
        let sending = match payload {
            Payload::Whole(frame) => {
                // It goes as the other end has room for it; until then it is kept. Where the stream has
                // ended already the answer tells why.
                let _ = to.send_data(frame, true);
                None
            }
            Payload::Stream(body) => Some(AbortOnDropHandle::new(tokio::spawn(pass(body, to)))),
        };
        let answer = answer.await.map_err(Broken::Off)?;
        Ok(answer.map(|stream| Received {
            stream,
            is_data_over: false,
            _sending: sending,
        }))
    }
}

/// Sends a body as it comes, no faster than the other end takes it.
async fn pass(mut body: Body, mut to: SendStream<Bytes>) {
    loop {
        // The other end may want no more of it, be it answered or not.
        let next = tokio::select! {
            next = body.frame() => next,
            _reset = poll_fn(|cx| to.poll_reset(cx)) => return,
        };
        let sent = match next {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => send(data, &mut to).await,
                // Calls end without trailers.
                Err(_) => Ok(()),
            },
            Some(Err(_broken)) => return to.send_reset(Reason::CANCEL),
            None => {
                // Where the stream has ended already the answer tells why.
                let _ = to.send_data(Bytes::new(), true);
                return;
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

async fn send(mut data: Bytes, to: &mut SendStream<Bytes>) -> Result<(), h2::Error> {
    while !data.is_empty() {
        to.reserve_capacity(data.len());
        if to.capacity() == 0 {
            match poll_fn(|cx| to.poll_capacity(cx)).await {
                Some(room) => room?,
                None => return Err(Reason::CANCEL.into()),
            };
        }
        let room = to.capacity().min(data.len());
        if room > 0 {
            to.send_data(data.split_to(room), false)?;
        }
    }
    Ok(())
}

/// The body of an answer. Dropped before its end, it calls the call off.
pub(crate) struct Received {
    stream: RecvStream,
    is_data_over: bool,
    /// What is still sent ends with the answer.
    _sending: Option<AbortOnDropHandle<()>>,
}

impl http_body::Body for Received {
    type Data = Bytes;
    type Error = h2::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
        if !self.is_data_over {
            match ready!(self.stream.poll_data(cx)) {
                Some(Ok(data)) => {
                    // Read: the other end may send as much again.
                    self.stream.flow_control().release_capacity(data.len())?;
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                // It has answered, and wants nothing more of the question.
                Some(Err(error)) if error.reason() == Some(Reason::NO_ERROR) => {
                    return Poll::Ready(None);
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => self.is_data_over = true,
            }
        }
        let trailers = ready!(self.stream.poll_trailers(cx))?;
        Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_end_stream()
    }
}
