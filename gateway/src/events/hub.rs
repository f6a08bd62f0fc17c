//! One call to a service for all who listen to the same: a change is read and encoded once, however
//! many hear of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use prost_reflect::DynamicMessage;
use tokio::sync::broadcast;
use tonic::{Status, Streaming};

use super::frame::{Frame, Framing};

/// Events that may wait for a listener. Who is further behind is let go, and begins anew with the
/// newest state.
const BEHIND: usize = 64;

/// What listeners have in common: the RPC, the language, the request without its resume token.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Topic {
    pub rpc: String,
    pub language: &'static str,
    pub request: Bytes,
}

/// What a hub tells.
#[derive(Debug, Clone)]
pub enum News {
    Frame(Frame),
    /// The service ended the stream, well or with a refusal.
    End(Option<Status>),
}

/// Every topic that somebody listens to.
#[derive(Debug, Default)]
pub struct Hubs(Arc<Topics>);

type Topics = Mutex<HashMap<Topic, Arc<Seat>>>;

/// The place of a hub; locked while somebody opens it, so that others wait for that one.
type Seat = tokio::sync::Mutex<Option<Arc<Hub>>>;

#[derive(Debug)]
struct Hub {
    news: broadcast::Sender<News>,
    now: Mutex<Now>,
}

#[derive(Debug, Default)]
struct Now {
    newest: Option<Frame>,
    is_closed: bool,
}

/// A new listener's part: the newest state, and what comes.
#[derive(Debug)]
pub struct Seated {
    pub newest: Option<Frame>,
    pub news: broadcast::Receiver<News>,
}

impl Hubs {
    /// Joins those who listen to the topic, or opens the stream for them.
    ///
    /// # Errors
    /// The service's refusal of the opening.
    pub async fn join(
        &self,
        topic: Topic,
        framing: &Framing,
        open: impl Future<Output = Result<Streaming<DynamicMessage>, Status>>,
    ) -> Result<Seated, Status> {
        let seat = lock(&self.0).entry(topic.clone()).or_default().clone();
        let mut hub = seat.lock().await;
        if let Some(seated) = hub.as_ref().and_then(|hub| hub.sit_down()) {
            return Ok(seated);
        }
        let messages = match open.await {
            Ok(messages) => messages,
            Err(status) => {
                // Whoever waits tries for themselves; nobody waits for an empty seat.
                self.tidy(&topic, &seat);
                return Err(status);
            }
        };
        let (news, receiver) = broadcast::channel(BEHIND);
        let opened = Arc::new(Hub {
            news,
            now: Mutex::default(),
        });
        *hub = Some(opened.clone());
        drop(hub);
        let (topics, framing) = (self.0.clone(), framing.clone());
        tokio::spawn(async move {
            opened.run(messages, &framing).await;
            remove(&topics, &topic, &seat);
        });
        Ok(Seated {
            newest: None,
            news: receiver,
        })
    }

    fn tidy(&self, topic: &Topic, seat: &Arc<Seat>) {
        remove(&self.0, topic, seat);
    }

    /// Topics that somebody listens to.
    pub fn len(&self) -> usize {
        lock(&self.0).len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn remove(topics: &Topics, topic: &Topic, seat: &Arc<Seat>) {
    let mut all = lock(topics);
    if all.get(topic).is_some_and(|found| Arc::ptr_eq(found, seat)) {
        all.remove(topic);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|it| it.into_inner())
}

impl Hub {
    /// `None` once the hub is closed.
    fn sit_down(&self) -> Option<Seated> {
        let now = lock(&self.now);
        (!now.is_closed).then(|| Seated {
            newest: now.newest.clone(),
            news: self.news.subscribe(),
        })
    }

    /// Reads until the service ends the stream or nobody listens any more.
    async fn run(&self, mut messages: Streaming<DynamicMessage>, framing: &Framing) {
        loop {
            let message = tokio::select! {
                message = messages.message() => message,
                () = self.news.closed() => {
                    let mut now = lock(&self.now);
                    // Somebody may have sat down in the meantime.
                    if self.news.receiver_count() == 0 {
                        now.is_closed = true;
                        return;
                    }
                    continue;
                }
            };
            let frame = message.and_then(|message| match message {
                Some(message) => framing.frame(&message).map(Some),
                None => Ok(None),
            });
            let mut now = lock(&self.now);
            // Nobody may be there to hear it: the next look at `closed` says so.
            match frame {
                Ok(Some(frame)) => {
                    now.newest = Some(frame.clone());
                    let _ = self.news.send(News::Frame(frame));
                }
                Ok(None) => {
                    now.is_closed = true;
                    let _ = self.news.send(News::End(None));
                    return;
                }
                Err(status) => {
                    now.is_closed = true;
                    let _ = self.news.send(News::End(Some(status)));
                    return;
                }
            }
        }
    }
}
