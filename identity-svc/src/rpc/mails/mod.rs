//! Kept mails, for the development page and for tests.

use std::sync::Arc;

use chassis::clock::to_pb;
use proto::identity::v1 as pb;
use proto::identity::v1::mails_server;
use tonic::{Request, Response, Status};

use crate::Context;
use crate::domain::notice::Enclosure;
use crate::store::mail::Mail;

mod get;
mod list;

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
}

fn show(mail: &Mail) -> pb::Mail {
    pb::Mail {
        name: format!("mails/{}", mail.id),
        to: mail.to.reveal().clone(),
        subject: mail.subject.clone(),
        text: mail.body.reveal().clone(),
        attachments: mail.enclosures.iter().map(attachment).collect(),
        state: pb::mail::State::Kept.into(),
        create_time: Some(to_pb(mail.created)),
    }
}

pub(super) fn attachment(enclosure: &Enclosure) -> pb::Attachment {
    pb::Attachment {
        file_name: enclosure.file_name.clone(),
        media_type: enclosure.media_type.clone(),
        content: enclosure.content.clone().into(),
    }
}
