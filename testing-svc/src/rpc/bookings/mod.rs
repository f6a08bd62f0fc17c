//! Bookings: a person's seat.

mod cancel;
mod check_in;
mod confirm;
mod create;
pub(super) mod desk;
mod download_permit;
mod get;
mod list;
mod mark_no_show;
mod r#move;
mod rush;
mod undo_check_in;
mod undo_no_show;

use std::sync::Arc;

use chassis::caller::{Caller, Role};
use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::error::explain;
use chassis::{Error, audit};
use jiff::Timestamp;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::paper::Bytes;
use super::{enums, parse, wishes};
use crate::domain::booking::{self, Action, Phase, State};
use crate::domain::quota::{Kind, Needs};
use crate::domain::refusal::{NextFree, Refusal};
use crate::domain::session::Session;
use crate::domain::{attempt, room, test_center, waitlist};
use crate::store::booking::Seat;
use crate::store::seats::Taken;
use crate::{Context, store};
use rush::Rush;
use rush::confirms::Confirms;
use rush::holds::Asks;

#[derive(Clone)]
pub struct Bookings {
    ctx: Arc<Context>,
    holds: Arc<Rush<Asks>>,
    confirms: Arc<Rush<Confirms>>,
}

impl Bookings {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self {
            holds: Arc::new(Rush::new(&ctx)),
            confirms: Arc::new(Rush::new(&ctx)),
            ctx,
        }
    }
}

#[async_trait::async_trait]
impl pb::bookings_server::Bookings for Bookings {
    async fn create_booking(
        &self,
        request: Request<pb::CreateBookingRequest>,
    ) -> Result<Response<pb::Booking>, Status> {
        Ok(Response::new(
            create::create(&self.ctx, &self.holds, request).await?,
        ))
    }

    async fn confirm_booking(
        &self,
        request: Request<pb::ConfirmBookingRequest>,
    ) -> Result<Response<pb::Booking>, Status> {
        let confirmed = confirm::confirm(&self.ctx, &self.confirms, request).await?;
        Ok(Response::new(confirmed))
    }

    async fn move_booking(
        &self,
        request: Request<pb::MoveBookingRequest>,
    ) -> Result<Response<pb::Booking>, Status> {
        Ok(Response::new(
            r#move::move_booking(&self.ctx, request).await?,
        ))
    }

    async fn cancel_booking(
        &self,
        request: Request<pb::CancelBookingRequest>,
    ) -> Result<Response<pb::Booking>, Status> {
        Ok(Response::new(cancel::cancel(&self.ctx, request).await?))
    }

    async fn check_in_booking(
        &self,
        request: Request<pb::CheckInBookingRequest>,
    ) -> Result<Response<pb::Booking>, Status> {
        Ok(Response::new(check_in::check_in(&self.ctx, request).await?))
    }

    async fn undo_check_in(
        &self,
        request: Request<pb::UndoCheckInRequest>,
    ) -> Result<Response<pb::Booking>, Status> {
        let undone = undo_check_in::undo_check_in(&self.ctx, request).await?;
        Ok(Response::new(undone))
    }

    async fn mark_no_show(
        &self,
        request: Request<pb::MarkNoShowRequest>,
    ) -> Result<Response<pb::Booking>, Status> {
        let marked = mark_no_show::mark_no_show(&self.ctx, request).await?;
        Ok(Response::new(marked))
    }

    async fn undo_no_show(
        &self,
        request: Request<pb::UndoNoShowRequest>,
    ) -> Result<Response<pb::Booking>, Status> {
        let undone = undo_no_show::undo_no_show(&self.ctx, request).await?;
        Ok(Response::new(undone))
    }

    async fn get_booking(
        &self,
        request: Request<pb::GetBookingRequest>,
    ) -> Result<Response<pb::Booking>, Status> {
        Ok(Response::new(get::get(&self.ctx, request).await?))
    }

    type DownloadPermitStream = Bytes;

    async fn download_permit(
        &self,
        request: Request<pb::DownloadPermitRequest>,
    ) -> Result<Response<Self::DownloadPermitStream>, Status> {
        let permit = download_permit::download_permit(&self.ctx, request).await?;
        Ok(Response::new(permit))
    }

    async fn list_bookings(
        &self,
        request: Request<pb::ListBookingsRequest>,
    ) -> Result<Response<pb::ListBookingsResponse>, Status> {
        Ok(Response::new(list::list(&self.ctx, request).await?))
    }
}

/// As this caller sees it now.
fn written(seat: &Seat, caller: &Caller, now: Timestamp) -> pb::Booking {
    let (booking, session, at) = (&seat.booking, &seat.session, seat.at(now));
    let (window, needs) = (booking.window(at), &booking.needs);
    let asks = booking::Asks {
        owner: caller.is(booking.account),
        exam_desk: caller.has(Role::ExamDesk),
    };
    let works = |it: &Action| !(seat.is_published && it.leads_to_a_sitting());
    let actions = booking.allowed_actions(asks, at).into_iter().filter(works);
    let unfit = booking.unfit_fields();
    // Of an accessible workstation nobody hears but its person.
    let told = |it: &&&str| asks.owner || **it != Kind::AccessibleWorkstation.field();
    pb::Booking {
        name: booking.name(),
        account: format!("accounts/{}", booking.account),
        session: session.name(),
        state: enums::phase(booking.phase_at(at)).into(),
        hold_expire_time: match booking.state {
            State::Held { until } | State::HoldExpired { until } => Some(to_pb(until)),
            _ => None,
        },
        create_time: Some(to_pb(booking.created)),
        confirm_time: booking.confirmed.map(to_pb),
        changes_left: booking.changes_left(&seat.terms),
        change_expire_time: Some(to_pb(at.change_until())),
        start_time: Some(to_pb(session.start)),
        end_time: Some(to_pb(seat.session.end)),
        start_open_time: Some(to_pb(window.open)),
        start_close_time: Some(to_pb(window.close)),
        center: test_center::name(session.center),
        center_title: Some(enums::localized(&seat.center_title)),
        allowed_actions: actions.map(|it| enums::action(it).into()).collect(),
        attempt: booking
            .attempt
            .map(|id| attempt::name(&booking.campaign, booking.id, id))
            .unwrap_or_default(),
        etag: parse::written_etag(booking.version),
        language: wishes::language(needs),
        seat_class: needs.seat_class.clone().unwrap_or_default(),
        subject: needs.subject.clone().unwrap_or_default(),
        accessible: asks.owner && needs.accessible,
        extra_time_percent: seat.extra_time_percent(),
        room: session
            .room
            .map(|id| room::name(session.center, id))
            .unwrap_or_default(),
        waitlist_entry: booking
            .waitlist_entry
            .map(|id| waitlist::name(&booking.campaign, id))
            .unwrap_or_default(),
        unfit_fields: unfit.iter().filter(told).map(|it| (*it).into()).collect(),
        unfit_text: match unfit.as_slice() {
            [] => String::new(),
            _ => explain("SEAT_UNFIT", &[]),
        },
    }
}

/// The owner's own booking, with its person's row locked: whatever one person does with bookings
/// happens one after another. The stage before it: its publication waits for this write, or this write
/// is told of it. The booking itself is only read: sessions are locked before it.
async fn own(tx: &Tx, caller: &Caller, name: &str, id: Uuid) -> chassis::Result<Seat> {
    let not_found = || Error::NotFound(name.to_owned());
    let seat = store::booking::find(tx, id).await?.ok_or_else(not_found)?;
    if !caller.is(seat.booking.account) || seat.booking.name() != name {
        return Err(not_found());
    }
    store::stage::share(tx, seat.booking.stage).await?;
    store::eligibility::lock(tx, &seat.booking.campaign, seat.booking.account).await?;
    store::booking::find(tx, id).await?.ok_or_else(not_found)
}

/// The booking, locked; its sessions are locked already.
async fn locked(tx: &Tx, name: &str, id: Uuid, etag: Option<i32>) -> chassis::Result<Seat> {
    let seat = store::booking::lock(tx, id)
        .await?
        .filter(|seat| seat.booking.name() == name)
        .ok_or_else(|| Error::NotFound(name.to_owned()))?;
    if etag.is_some_and(|seen| seen != seat.booking.version) {
        return Err(Error::Stale {
            name: name.to_owned(),
            current: parse::written_etag(seat.booking.version),
        });
    }
    Ok(seat)
}

/// Whether the person may still sit the stage of the booking.
pub(super) async fn eligible(tx: &Tx, seat: &Seat) -> chassis::Result<()> {
    let (campaign, account) = (&seat.booking.campaign, seat.booking.account);
    let known = store::eligibility::lock(tx, campaign, account).await?;
    Ok(crate::domain::eligibility::of(
        known.as_ref(),
        seat.stage_number,
    )?)
}

/// Whether seats of a stage can still be taken; it is shared already.
pub(super) async fn unpublished(tx: &Tx, stage: Uuid) -> chassis::Result<()> {
    match store::stage::find(tx, stage).await? {
        Some(stage) => Ok(stage.is_open()?),
        None => Ok(()),
    }
}

/// What is chosen, in which part of the request, and what the application says of it.
struct Chosen<'a> {
    prefix: &'a str,
    needs: Needs,
    applied: &'a Needs,
}

/// The sort of seat that comes of it, with the quotas that it takes in a session; everything that stands
/// against it is a violation.
async fn needed(
    tx: &Tx,
    session: &Session,
    chosen: Chosen<'_>,
    now: Timestamp,
) -> chassis::Result<(Needs, Vec<String>)> {
    let quotas = store::quota::of_one(tx, session.id, now).await?;
    let Chosen {
        prefix,
        needs,
        applied,
    } = chosen;
    let settled = wishes::settled(prefix, needs, applied, session.language, &quotas);
    Ok(settled?)
}

/// Why there was no seat; `None` where there was one.
async fn no_seat(tx: &Tx, session: &Session, taken: Taken, now: Timestamp) -> Option<Error> {
    match taken {
        Taken::Yes => None,
        Taken::Full => Some(full(tx, session, now).await),
        Taken::QuotaFull(quota) => {
            let session = session.name();
            Some(Refusal::QuotaFull { session, quota }.into())
        }
    }
}

/// "Full", with the way out where there is one.
async fn full(tx: &Tx, session: &Session, now: Timestamp) -> Error {
    match next_free(tx, session.stage, now).await {
        Ok(next_free) => Refusal::SessionFull {
            session: session.name(),
            next_free,
        }
        .into(),
        Err(error) => error,
    }
}

/// Where somebody who found no seat would find one.
async fn next_free(tx: &Tx, stage: Uuid, now: Timestamp) -> chassis::Result<Option<NextFree>> {
    let next = store::test_session::next_free(tx, stage, now).await?;
    Ok(next.map(|next| NextFree {
        session: next.name(),
        start: next.start,
    }))
}

/// Saves a locked booking with its audit row, and reads it again as it now is.
pub(super) async fn save(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    action: &str,
    seat: &Seat,
) -> chassis::Result<Seat> {
    let booking = &seat.booking;
    store::booking::save(tx, booking).await?;
    let detail = booking.state.phase().as_str();
    audit::record(tx, &ctx.clock, caller, action, &booking.name(), detail).await?;
    store::booking::find(tx, booking.id)
        .await?
        .ok_or_else(|| Error::NotFound(booking.name()))
}
