//! Outgoing mail: where each is, for administrators; its words, for the development page alone.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use proto::identity::v1::mail::{Purpose, State as PbState};
use proto::identity::v1::mails_server;
use tonic::{Request, Response, Status};

use crate::Context;
use crate::domain::delivery::State;
use crate::domain::notice::Enclosure;
use crate::store::mail::Posted;

mod get;
mod list;
mod retry;

#[derive(Clone)]
pub struct Mails(Arc<Context>);

impl Mails {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl mails_server::Mails for Mails {
    async fn list_mails(
        &self,
        request: Request<pb::ListMailsRequest>,
    ) -> Result<Response<pb::ListMailsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn get_mail(
        &self,
        request: Request<pb::GetMailRequest>,
    ) -> Result<Response<pb::Mail>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn retry_mail(
        &self,
        request: Request<pb::RetryMailRequest>,
    ) -> Result<Response<pb::Mail>, Status> {
        Ok(Response::new(retry::retry(&self.0, request).await?))
    }
}

/// Who reads decides what is shown: the words hold codes and links, by which who reads them could
/// take an account over.
fn show(posted: &Posted, reader: &Caller) -> pb::Mail {
    let mail = &posted.mail;
    let mut shown = pb::Mail {
        name: format!("mails/{}", mail.id),
        to: mail.to.reveal().clone(),
        state: state_to_pb(posted.state).into(),
        create_time: Some(to_pb(mail.created)),
        purpose: purpose(&posted.purpose).into(),
        attempts: posted.attempts,
        next_attempt_time: posted.state.is_waiting().then(|| to_pb(posted.due)),
        failure: posted.failure.clone(),
        send_time: posted.sent.map(to_pb),
        ..Default::default()
    };
    if reader.is_service() {
        shown.subject = mail.subject.clone();
        shown.text = mail.body.reveal().clone();
        shown.attachments = mail.enclosures.iter().map(attachment).collect();
    }
    shown
}

fn state_to_pb(state: State) -> PbState {
    match state {
        State::Queued => PbState::Queued,
        State::Sending => PbState::Sending,
        State::Retrying => PbState::Retrying,
        State::Kept => PbState::Kept,
        State::Sent => PbState::Sent,
        State::Failed => PbState::Failed,
    }
}

/// Noted where it is none of ours.
fn state_from_pb(violations: &mut Violations, state: i32) -> Option<State> {
    let Ok(wanted) = PbState::try_from(state) else {
        violations.add("state", "UNKNOWN_VALUE");
        return None;
    };
    State::ALL.into_iter().find(|it| state_to_pb(*it) == wanted)
}

fn purpose(kept: &str) -> Purpose {
    Purpose::from_str_name(&format!("PURPOSE_{kept}")).unwrap_or(Purpose::Other)
}

pub(super) fn attachment(enclosure: &Enclosure) -> pb::Attachment {
    pb::Attachment {
        file_name: enclosure.file_name.clone(),
        media_type: enclosure.media_type.clone(),
        content: enclosure.content.clone().into(),
    }
}
