//! The inbox: words are found in the language of the call.

use std::sync::Arc;

use chassis::Error;
use chassis::clock::to_pb;
use chassis::text::Language;
use proto::identity::v1 as pb;
use proto::identity::v1::messages_server;
use tonic::{Request, Response, Status};

use super::language_to_pb;
use super::mails::attachment;
use crate::store::message::Message;
use crate::{Context, MESSAGE_TEXTS};
use chassis::caller::{Caller, Person};
use chassis::violation::Violations;
use uuid::Uuid;

mod get;
mod list;
mod mark_read;
mod watch;

#[derive(Clone)]
pub struct Messages(Arc<Context>);

impl Messages {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl messages_server::Messages for Messages {
    async fn list_messages(
        &self,
        request: Request<pb::ListMessagesRequest>,
    ) -> Result<Response<pb::ListMessagesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn get_message(
        &self,
        request: Request<pb::GetMessageRequest>,
    ) -> Result<Response<pb::Message>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn mark_message_read(
        &self,
        request: Request<pb::MarkMessageReadRequest>,
    ) -> Result<Response<pb::Message>, Status> {
        Ok(Response::new(mark_read::mark_read(&self.0, request).await?))
    }

    type WatchMessagesStream = watch::Stream;

    async fn watch_messages(
        &self,
        request: Request<pb::WatchMessagesRequest>,
    ) -> Result<Response<Self::WatchMessagesStream>, Status> {
        Ok(Response::new(watch::watch(&self.0, request).await?))
    }
}

/// The message in the words of a language.
pub(crate) fn show(mail_from: &str, message: &Message, language: Language) -> pb::Message {
    let words = message.notice.words(&MESSAGE_TEXTS, language);
    let enclosures =
        message
            .notice
            .enclosures(&MESSAGE_TEXTS, language, message.created, mail_from);
    let kind = pb::message::Kind::from_str_name(&format!("KIND_{}", message.notice.kind()));
    pb::Message {
        name: format!("accounts/{}/messages/{}", message.account, message.id),
        kind: kind.unwrap_or_default().into(),
        title: words.title,
        body: words.body,
        language: language_to_pb(language).into(),
        about: message.about.clone(),
        attachments: enclosures.iter().map(attachment).collect(),
        create_time: Some(to_pb(message.created)),
        read_time: message.read.map(to_pb),
    }
}

/// The message in the language of the call.
fn show_here(ctx: &Context, message: &Message) -> pb::Message {
    show(&ctx.config.mail_from, message, chassis::error::language())
}

/// The message that a name means; only the caller's own inbox is open to anybody.
fn meant(caller: &Caller, violations: Violations, name: &str) -> chassis::Result<(Person, Uuid)> {
    let person = caller.person()?.clone();
    let ids = chassis::name::capture::<2>("accounts/*/messages/*", name);
    let message = ids.and_then(|[_, message]| Uuid::parse_str(message).ok());
    let mut violations = violations;
    let (Some([account, _]), Some(message)) = (ids, message) else {
        violations.add(
            "name",
            if name.is_empty() {
                "REQUIRED"
            } else {
                "INVALID_NAME"
            },
        );
        return Err(violations.into());
    };
    violations.into_result()?;
    if account != "me" && account != person.account.to_string() {
        return Err(Error::NotFound(name.to_owned()));
    }
    Ok((person, message))
}
