//! One stream: a sign of life, what was missed since the token, then what comes.

use std::collections::VecDeque;
use std::sync::Arc;

use chassis::Result;
use chassis::text::Language;
use futures_util::stream::{self, BoxStream, StreamExt};
use proto::identity::v1 as pb;
use proto::identity::v1::WatchMessagesResponse as Response;
use proto::identity::v1::watch_messages_response::end::Reason;
use proto::identity::v1::watch_messages_response::{Change as Happened, End, Heartbeat};
use tonic::Status;
use uuid::Uuid;

use super::ear::{Ear, Told};
use super::hub::BATCH;
use crate::rpc::messages::show;
use crate::{Context, store};

enum Stage {
    Missed,
    Live,
    Over,
}

/// A listener on its way through an inbox.
pub struct Follower {
    ctx: Arc<Context>,
    account: Uuid,
    language: Language,
    ear: Ear,
    /// The number of the last change that was told.
    position: i64,
    unread: i64,
    stage: Stage,
    ready: VecDeque<Response>,
}

impl Follower {
    /// `after` is where the listener was before; a number that never was is now.
    pub fn new(
        ctx: Arc<Context>,
        account: Uuid,
        language: Language,
        ear: Ear,
        after: Option<i64>,
    ) -> Self {
        let now = ear.level;
        let mut follower = Self {
            ctx,
            account,
            language,
            ear,
            position: after.map_or(now.changes, |after| after.min(now.changes)),
            unread: now.unread,
            stage: Stage::Missed,
            ready: VecDeque::new(),
        };
        let first = follower.tell(Happened::Heartbeat(Heartbeat {}));
        follower.ready.push_back(first);
        follower
    }

    pub fn stream(self) -> BoxStream<'static, std::result::Result<Response, Status>> {
        stream::unfold(self, |mut follower| async {
            let answer = follower.next().await.transpose()?;
            if answer.is_err() {
                follower.stage = Stage::Over;
            }
            Some((answer.map_err(Status::from), follower))
        })
        .boxed()
    }

    async fn next(&mut self) -> Result<Option<Response>> {
        loop {
            if let Some(ready) = self.ready.pop_front() {
                return Ok(Some(ready));
            }
            match self.stage {
                Stage::Missed => self.catch_up().await?,
                Stage::Live => {
                    let answer = self.listen().await;
                    return Ok(Some(answer));
                }
                Stage::Over => return Ok(None),
            }
        }
    }

    /// The next page of what was missed. What has changed again since the stream began is told by
    /// the ear, where it comes in order.
    async fn catch_up(&mut self) -> Result<()> {
        let (on, until) = (self.ctx.db.read(), self.ear.level.changes);
        let rows =
            store::inbox::changed(on, self.account, self.position, until, BATCH as u64).await?;
        if rows.is_empty() {
            self.position = until;
            self.stage = Stage::Live;
        }
        for (number, message) in rows {
            self.position = number;
            let message = show(&self.ctx.config.mail_from, &message, self.language);
            let answer = self.tell(Happened::Message(message));
            self.ready.push_back(answer);
        }
        Ok(())
    }

    async fn listen(&mut self) -> Response {
        let happened = match self.ear.told.recv().await {
            Some(Told::Change(change)) => {
                (self.position, self.unread) = (change.number, change.unread);
                let from = &self.ctx.config.mail_from;
                Happened::Message(change.in_language(self.language, from))
            }
            Some(Told::Heartbeat(level)) => {
                self.unread = level.unread;
                Happened::Heartbeat(Heartbeat {})
            }
            None => {
                let reason = self.ear.farewell.get().copied();
                self.end(reason.unwrap_or(Reason::TimeUp))
            }
        };
        self.tell(happened)
    }

    fn end(&mut self, reason: Reason) -> Happened {
        self.stage = Stage::Over;
        Happened::End(End {
            reason: reason.into(),
        })
    }

    fn tell(&self, happened: Happened) -> Response {
        pb::WatchMessagesResponse {
            resume_token: self.position.to_string(),
            unread_count: i32::try_from(self.unread).unwrap_or(i32::MAX),
            change: Some(happened),
        }
    }
}
