//! DownloadRoster: the same as a file that we sign, for a site without a link. It is written page by page
//! while its hash grows; the line of the signature is its end.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use jiff::Timestamp;
use proto::google::api::HttpBody;
use proto::partner::v1 as pb;
use serde::Serialize;
use tonic::{Request, Status};
use uuid::Uuid;

use super::{examiner, own_session};
use crate::Context;
use crate::domain::refusal::PartnerRefusal;
use crate::domain::session::Session;
use crate::domain::signed_file::{self, Hash, VERSION, Whose};
use crate::rpc::parse;
use crate::rpc::test_sessions::roster::{self, Roster};
use crate::store::booking::Seat;

pub type Stream = BoxStream<'static, std::result::Result<HttpBody, Status>>;

const CONTENT_TYPE: &str = "application/x-ndjson";

/// The first line.
#[derive(Serialize)]
struct Head<'a> {
    irikteu: &'static str,
    version: u32,
    partner: &'a str,
    session: String,
    file: Uuid,
    create_time: Timestamp,
    start_time: Timestamp,
    end_time: Timestamp,
}

/// A candidate without a name.
#[derive(Serialize)]
struct Line<'a> {
    candidate_number: &'a str,
    booking: String,
    state: &'static str,
    end_time: Timestamp,
    extra_time_percent: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seat_class: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<&'a str>,
}

/// A file on its way.
struct File {
    ctx: Arc<Context>,
    roster: Roster,
    hash: Hash,
    next: Next,
}

enum Next {
    Head(Vec<u8>),
    Page,
    Nothing,
}

pub async fn download(
    ctx: &Arc<Context>,
    request: Request<pb::DownloadRosterRequest>,
) -> Result<Stream> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::nested(&mut violations, "parent", parse::SESSION, &pb.parent);
    let (Some(name), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let partner = examiner(ctx, &caller)?;
    let session = own_session(ctx, partner, &name, &pb.parent).await?;
    if ctx.config.certificate_keys.signing().is_none() {
        let whose = Whose::Suite;
        return Err(PartnerRefusal::KeyMissing { whose }.into());
    }
    roster::note_look(ctx, &caller, "DownloadRoster", &session.name()).await?;
    let file = File {
        ctx: ctx.clone(),
        roster: Roster::of(ctx, session.id, None),
        hash: Hash::default(),
        next: Next::Head(head(ctx, partner, &session)?),
    };
    let next = |mut file: File| async move {
        match file.next().await {
            Ok(Some(data)) => Some((Ok(piece(data)), file)),
            Ok(None) => None,
            Err(error) => {
                file.next = Next::Nothing;
                Some((Err(error.into()), file))
            }
        }
    };
    Ok(stream::unfold(file, next).boxed())
}

impl File {
    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let data = match std::mem::replace(&mut self.next, Next::Nothing) {
            Next::Nothing => return Ok(None),
            Next::Head(head) => head,
            Next::Page => match self.roster.page().await? {
                rows if rows.is_empty() => return Ok(Some(self.signature()?)),
                rows => page(&rows, self.ctx.clock.now())?,
            },
        };
        self.next = Next::Page;
        self.hash.add(&data);
        Ok(Some(data))
    }

    fn signature(&self) -> Result<Vec<u8>> {
        let keys = &self.ctx.config.certificate_keys;
        let signed = keys.sign_other(signed_file::ROSTER, &self.hash.clone().done());
        let vanished = || Error::Internal(anyhow::anyhow!("the key of a roster is gone"));
        let (key, signature) = signed.ok_or_else(vanished)?;
        Ok(signed_file::last_line(&hex::encode(key), &signature).into_bytes())
    }
}

fn head(ctx: &Context, partner: &str, session: &Session) -> Result<Vec<u8>> {
    let head = Head {
        irikteu: "roster",
        version: VERSION,
        partner,
        session: session.name(),
        file: ctx.ids.uuid(),
        create_time: ctx.clock.now(),
        start_time: session.start,
        end_time: session.end,
    };
    let mut data = Vec::new();
    write(&mut data, &head)?;
    Ok(data)
}

fn page(rows: &[(String, Seat)], now: Timestamp) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    for (number, seat) in rows {
        write(&mut data, &line(number, seat, now))?;
    }
    Ok(data)
}

fn line<'a>(number: &'a str, seat: &'a Seat, now: Timestamp) -> Line<'a> {
    let (booking, needs) = (&seat.booking, &seat.booking.needs);
    Line {
        candidate_number: number,
        booking: booking.name(),
        state: booking.phase_at(seat.at(now)).as_str(),
        end_time: seat.session.end,
        extra_time_percent: seat.extra_time_percent(),
        language: needs.language.map(|it| it.as_str()),
        seat_class: needs.seat_class.as_deref(),
        subject: needs.subject.as_deref(),
    }
}

fn write<T: Serialize>(data: &mut Vec<u8>, line: &T) -> Result<()> {
    serde_json::to_writer(&mut *data, line).map_err(anyhow::Error::from)?;
    data.push(b'\n');
    Ok(())
}

fn piece(data: Vec<u8>) -> HttpBody {
    HttpBody {
        content_type: CONTENT_TYPE.into(),
        data: data.into(),
        extensions: Vec::new(),
    }
}
