//! DownloadPermit: the sheet that its person comes with.

use chassis::caller::Caller;
use chassis::clock::astana;
use chassis::violation::Violations;
use chassis::{Error, Result};
use jiff::tz::TimeZone;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::Seat;
use crate::rpc::paper::{Bytes, drawn, language};
use crate::rpc::parse;
use crate::sheet::{PermitSheet, Sheet};
use crate::{Context, store};

pub async fn download_permit(
    ctx: &Context,
    request: Request<pb::DownloadPermitRequest>,
) -> Result<Bytes> {
    let caller = Caller::of(&request);
    let account = caller.person()?.account;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::BOOKING, &pb.name);
    let language = language(&mut violations, "language", pb.language);
    let (Some((campaign, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let (db, now) = (ctx.db.read(), ctx.clock.now());
    let found = store::booking::find(db, id).await?;
    let own = |seat: &Seat| seat.booking.campaign == campaign && seat.booking.account == account;
    let seat = found.filter(own).ok_or(Error::NotFound(pb.name))?;
    seat.booking.permit(seat.at(now))?;
    let known = store::eligibility::find(db, &campaign, account).await?;
    let number = known.and_then(|it| it.candidate_number).unwrap_or_default();
    let stage = store::stage::find(db, seat.booking.stage).await?;
    let stage = stage.ok_or_else(|| gone("stage", seat.booking.stage))?;
    let center = store::test_center::find(db, seat.session.center).await?;
    let center = center.ok_or_else(|| gone("centre", seat.session.center))?;
    let room = match seat.session.room {
        Some(room) => store::room::find(db, room).await?,
        None => None,
    };
    let subject = match &seat.booking.needs.subject {
        Some(code) => {
            let title = store::subject_title::find(db, &campaign, code).await?;
            Some((code.clone(), title))
        }
        None => None,
    };
    drawn("application/pdf", move || {
        let zone = TimeZone::get(&seat.time_zone).unwrap_or_else(|_| astana());
        let there = |time: jiff::Timestamp| time.to_zoned(zone.clone());
        let window = seat.booking.window(seat.at(now));
        let sheet = PermitSheet {
            stage: &stage.title,
            candidate_number: &number,
            center: &center.title,
            address: center.address.as_ref(),
            room: room.as_ref().map(|it| &it.title),
            start: there(seat.session.start),
            end: there(seat.session.end),
            open: there(window.open),
            close: there(window.close),
            form: seat.booking.needs.language.or(seat.session.language),
            subject: subject
                .as_ref()
                .map(|(code, title)| (code.as_str(), title.as_ref())),
            note: stage.permit_note.as_ref(),
            language,
        };
        sheet.pdf()
    })
    .await
}

fn gone(what: &str, id: Uuid) -> Error {
    Error::Internal(anyhow::anyhow!("a booking is of no {what}: {id}"))
}
