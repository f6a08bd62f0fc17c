//! WaitlistEntries: places on the waiting list of a stage, and the offers that come of them.

mod accept;
mod create;
mod get;
mod leave;
mod list;
mod reject;
mod reject_by_link;

use std::sync::Arc;

use chassis::caller::{Caller, Role};
use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::{Error, Result as Outcome};
use jiff::{SignedDuration, Timestamp};
use proto::testing::v1 as pb;
use serde::{Deserialize, Serialize};
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::{enums, wishes};
use crate::domain::waitlist::{Entry, State};
use crate::domain::{booking, session, test_center};
use crate::store::booking::Seat;
use crate::store::waitlist::Place;
use crate::{Context, OFFER_LINKS, store};

#[derive(Clone)]
pub struct WaitlistEntries(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::waitlist_entries_server::WaitlistEntries for WaitlistEntries {
    async fn create_waitlist_entry(
        &self,
        request: Request<pb::CreateWaitlistEntryRequest>,
    ) -> Result<Response<pb::WaitlistEntry>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_waitlist_entry(
        &self,
        request: Request<pb::GetWaitlistEntryRequest>,
    ) -> Result<Response<pb::WaitlistEntry>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_waitlist_entries(
        &self,
        request: Request<pb::ListWaitlistEntriesRequest>,
    ) -> Result<Response<pb::ListWaitlistEntriesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn leave_waitlist(
        &self,
        request: Request<pb::LeaveWaitlistRequest>,
    ) -> Result<Response<pb::WaitlistEntry>, Status> {
        Ok(Response::new(leave::leave(&self.0, request).await?))
    }

    async fn accept_seat_offer(
        &self,
        request: Request<pb::AcceptSeatOfferRequest>,
    ) -> Result<Response<pb::WaitlistEntry>, Status> {
        Ok(Response::new(accept::accept(&self.0, request).await?))
    }

    async fn reject_seat_offer(
        &self,
        request: Request<pb::RejectSeatOfferRequest>,
    ) -> Result<Response<pb::WaitlistEntry>, Status> {
        Ok(Response::new(reject::reject(&self.0, request).await?))
    }

    async fn reject_seat_offer_by_link(
        &self,
        request: Request<pb::RejectSeatOfferByLinkRequest>,
    ) -> Result<Response<pb::RejectedSeatOffer>, Status> {
        let rejected = reject_by_link::reject(&self.0, request).await?;
        Ok(Response::new(rejected))
    }
}

/// What the link of a letter says: which offer. Whose it is stands in the database only.
#[derive(Serialize, Deserialize)]
struct OfferLink {
    offer: Uuid,
}

/// A link is answered for a while after its session, with why it is good for nothing.
const LINK_REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The caller's own place, with the person's row locked, and the stage shared before it.
async fn own(tx: &Tx, caller: &Caller, name: &str, id: Uuid) -> Outcome<Entry> {
    let not_found = || Error::NotFound(name.to_owned());
    let entry = store::waitlist::find(tx, id).await?.ok_or_else(not_found)?;
    if !caller.is(entry.account) || entry.name() != name {
        return Err(not_found());
    }
    store::stage::share(tx, entry.stage).await?;
    store::eligibility::lock(tx, &entry.campaign, entry.account).await?;
    store::waitlist::find(tx, id).await?.ok_or_else(not_found)
}

/// The seat of the offer that is open, with its session and itself locked.
async fn offered(ctx: &Context, tx: &Tx, entry: &Entry) -> Outcome<Seat> {
    let until = match entry.booking {
        Some(booking) => store::waitlist::term(tx, booking).await?,
        None => None,
    };
    entry.open_offer(until, ctx.clock.now())?;
    let vanished = || Error::Internal(anyhow::anyhow!("an open offer has no seat"));
    let id = entry.booking.ok_or_else(vanished)?;
    let seat = store::booking::find(tx, id).await?.ok_or_else(vanished)?;
    store::seats::lock(tx, &[seat.session.id]).await?;
    store::booking::lock(tx, id).await?.ok_or_else(vanished)
}

/// The place as this caller sees it now.
fn written(ctx: &Context, place: &Place, caller: &Caller) -> Outcome<pb::WaitlistEntry> {
    let entry = &place.entry;
    let owner = caller.is(entry.account);
    let (wish, needs) = (&entry.wish, &entry.needs);
    let mut shown = pb::WaitlistEntry {
        name: entry.name(),
        account: format!("accounts/{}", entry.account),
        stage: stage_name(&entry.campaign, entry.stage),
        session: wish
            .session
            .map(|id| session::name(&entry.campaign, entry.stage, id))
            .unwrap_or_default(),
        center: wish.center.map(test_center::name).unwrap_or_default(),
        date: wish.day.map(enums::date),
        language: wishes::language(needs),
        seat_class: needs.seat_class.clone().unwrap_or_default(),
        subject: needs.subject.clone().unwrap_or_default(),
        accessible: owner && needs.accessible,
        state: enums::waitlist_state(entry.state).into(),
        displaced: entry.displaced,
        create_time: Some(to_pb(entry.created)),
        ahead: place.ahead.unwrap_or_default(),
        ..Default::default()
    };
    if let Some(seat) = &place.seat {
        show_offer(ctx, &mut shown, entry, seat);
        let may_reject = owner || caller.is_service();
        if place.alone && may_reject && entry.state == State::Offered {
            shown.reject_token = reject_token(ctx, seat)?;
        }
    }
    Ok(shown)
}

fn show_offer(ctx: &Context, shown: &mut pb::WaitlistEntry, entry: &Entry, seat: &Seat) {
    shown.booking = booking::name(&entry.campaign, seat.booking.id);
    shown.offered_session = seat.session.name();
    if let booking::State::Held { until } = seat.booking.state {
        shown.offer_expire_time = Some(to_pb(until));
        // Whether or not a job has written it down yet.
        if until <= ctx.clock.now() && !entry.displaced {
            shown.state = enums::waitlist_state(State::Lapsed).into();
        }
    }
}

fn reject_token(ctx: &Context, seat: &Seat) -> Outcome<String> {
    let start = seat.session.start;
    let expires = start.saturating_add(LINK_REMEMBERED).unwrap_or(start);
    let link = OfferLink {
        offer: seat.booking.id,
    };
    Ok(ctx.launch.sign(OFFER_LINKS, expires, &link)?)
}

/// The offer that a link is about; `None` where it is not one of ours.
fn read_link(ctx: &Context, token: &str, now: Timestamp) -> Option<Uuid> {
    let link = ctx.offer_links.verify::<OfferLink>(token, now)?;
    Some(link.body.offer)
}

fn stage_name(campaign: &str, stage: Uuid) -> String {
    format!("campaigns/{campaign}/stages/{stage}")
}

/// Whether the desk may see everybody's.
fn sees_all(caller: &Caller) -> bool {
    caller.has(Role::ExamDesk)
}
