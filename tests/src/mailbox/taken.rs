//! Mails that were taken: a file each, and a list to read, in the place of identity-svc's.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use mail_parser::{MessageParser, MimeHeaders};
use proto::identity::v1 as pb;
use proto::identity::v1::mails_server::Mails;
use tonic::{Request, Response, Status};

/// The newest are kept to be read; the files of all stay.
const MOST: usize = 5_000;

/// Clones share them.
#[derive(Clone)]
pub struct Taken {
    folder: PathBuf,
    mails: Arc<Mutex<Mailed>>,
}

#[derive(Default)]
struct Mailed {
    /// The newest first.
    all: VecDeque<pb::Mail>,
    next: u64,
}

impl Taken {
    /// With what the folder has already.
    ///
    /// # Errors
    /// If it can't be made or read.
    pub fn in_folder(folder: &Path) -> anyhow::Result<Self> {
        let what = || format!("the mails in {}", folder.display());
        fs::create_dir_all(folder).with_context(what)?;
        let taken = Self {
            folder: folder.to_owned(),
            mails: Arc::default(),
        };
        let mut files: Vec<PathBuf> = fs::read_dir(folder)
            .with_context(what)?
            .map(|file| Ok(file?.path()))
            .collect::<anyhow::Result<_>>()?;
        files.retain(|file| file.extension().is_some_and(|it| it == "eml"));
        files.sort();
        for file in files {
            let bytes = fs::read(&file).with_context(what)?;
            taken.list(&bytes);
        }
        Ok(taken)
    }

    /// Keeps one, as it came.
    ///
    /// # Errors
    /// If it can't be written.
    pub fn take(&self, mail: &[u8]) -> anyhow::Result<()> {
        let number = self.list(mail);
        let file = self.folder.join(format!("{number:08}.eml"));
        fs::write(&file, mail).with_context(|| format!("{} can't be written", file.display()))
    }

    fn list(&self, bytes: &[u8]) -> u64 {
        let mut mails = self.locked();
        let number = mails.next;
        mails.next += 1;
        mails.all.push_front(read(number, bytes));
        mails.all.truncate(MOST);
        number
    }

    fn locked(&self) -> MutexGuard<'_, Mailed> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(number: u64, bytes: &[u8]) -> pb::Mail {
    let name = format!("mails/{number}");
    let Some(message) = MessageParser::default().parse(bytes) else {
        let subject = "(it can't be read)".into();
        return pb::Mail {
            name,
            subject,
            ..Default::default()
        };
    };
    let to = message.to().and_then(|to| to.first()?.address());
    let time = message.date().map(|date| prost_types::Timestamp {
        seconds: date.to_timestamp(),
        nanos: 0,
    });
    let text = message.body_text(0).unwrap_or_default();
    let files = message.attachments().map(|file| pb::Attachment {
        file_name: file.attachment_name().unwrap_or("file").to_owned(),
        media_type: media_type(file),
        content: file.contents().to_vec().into(),
    });
    pb::Mail {
        name,
        to: to.unwrap_or_default().to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        text: text.replace("\r\n", "\n"),
        create_time: time,
        attachments: files.collect(),
        ..Default::default()
    }
}

fn media_type(file: &mail_parser::MessagePart<'_>) -> String {
    let Some(of) = file.content_type() else {
        return "application/octet-stream".into();
    };
    format!("{}/{}", of.ctype(), of.subtype().unwrap_or("plain"))
}

#[tonic::async_trait]
impl Mails for Taken {
    async fn list_mails(
        &self,
        request: Request<pb::ListMailsRequest>,
    ) -> Result<Response<pb::ListMailsResponse>, Status> {
        let pb = request.into_inner();
        let mails = self.locked();
        let wanted = mails
            .all
            .iter()
            .filter(|mail| pb.to.is_empty() || mail.to == pb.to);
        let count = usize::try_from(pb.page_size).unwrap_or(100).clamp(1, 100);
        Ok(Response::new(pb::ListMailsResponse {
            mails: wanted.take(count).cloned().collect(),
            ..Default::default()
        }))
    }

    async fn get_mail(
        &self,
        request: Request<pb::GetMailRequest>,
    ) -> Result<Response<pb::Mail>, Status> {
        let name = request.into_inner().name;
        let mails = self.locked();
        let found = mails.all.iter().find(|mail| mail.name == name);
        let missing = || Status::not_found("there is no such mail");
        found.cloned().map(Response::new).ok_or_else(missing)
    }

    async fn retry_mail(
        &self,
        _request: Request<pb::RetryMailRequest>,
    ) -> Result<Response<pb::Mail>, Status> {
        Err(Status::failed_precondition("it has arrived"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: no-reply@irikteu.kz\r\nTo: aru@example.kz\r\n\
        Subject: =?utf-8?b?0KHTmdC70LXQvA==?=\r\nDate: Mon, 01 Jun 2026 05:00:00 +0000\r\n\
        MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: quoted-printable\r\n\r\n\
        =D0=9A=D0=BE=D0=B4: 123456\r\n";

    #[tokio::test]
    async fn what_was_taken_is_read_by_its_address_also_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let taken = Taken::in_folder(folder.path()).unwrap();
        taken.take(MAIL.as_bytes()).unwrap();
        let other = MAIL.replace("aru@", "bek@");
        taken.take(other.as_bytes()).unwrap();
        for taken in [taken, Taken::in_folder(folder.path()).unwrap()] {
            let request = pb::ListMailsRequest {
                to: "aru@example.kz".into(),
                page_size: 100,
                ..Default::default()
            };
            let mails = taken.list_mails(Request::new(request)).await.unwrap();
            let mails = mails.into_inner().mails;
            assert_eq!(mails.len(), 1);
            let mail = &mails[0];
            assert_eq!(
                (mail.subject.as_str(), mail.text.trim()),
                ("Сәлем", "Код: 123456")
            );
            assert_eq!(mail.create_time.unwrap().seconds, 1_780_290_000);
        }
    }
}
