//! Seats that became free go to those who wait, in their order, before anybody else sees them.

use chassis::clock::astana;
use chassis::database::Tx;
use chassis::{Result, audit};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{end_offer, this_service};
use crate::domain::booking::Booking;
use crate::domain::quota::Quota;
use crate::domain::session::Session;
use crate::domain::waitlist::{self, Entry, Outcome, State};
use crate::store::seats::Taken;
use crate::{Context, events, store};

/// Places of a list that are read at once.
const PAGE: u64 = 200;

/// Ends the expired holds of a session, lapsed offers among them, and deals what is free.
pub async fn sweep(ctx: &Context, tx: &Tx, session: Uuid) -> Result<()> {
    store::seats::lock(tx, &[session]).await?;
    for booking in store::seats::end_expired(tx, session, ctx.clock.now()).await? {
        let Some(seat) = store::booking::find(tx, booking).await? else {
            continue;
        };
        let name = seat.booking.name();
        let by = this_service();
        audit::record(tx, &ctx.clock, &by, "ExpireHold", &name, "HOLD_EXPIRED").await?;
        end_offer(ctx, tx, &by, &seat, Outcome::Lapsed).await?;
    }
    deal(ctx, tx, session).await
}

/// What is dealt.
struct Deal {
    session: Session,
    quotas: Vec<Quota>,
    zone: TimeZone,
    until: Timestamp,
}

/// Offers the free seats of a locked session to those who wait, in their order. Whose wish or need
/// the session can't meet is passed over and keeps the place. Seats of a published stage are nobody's.
pub async fn deal(ctx: &Context, tx: &Tx, session: Uuid) -> Result<()> {
    let now = ctx.clock.now();
    let Some(found) = store::test_session::find(tx, session, now).await? else {
        return Ok(());
    };
    let session = found.session;
    let term = ctx.config.offer_term;
    let Some(until) = waitlist::offer_until(now, session.start, term) else {
        return Ok(());
    };
    let nothing_to_give = session.is_open(now).is_err() || session.taken >= session.capacity;
    if nothing_to_give
        || is_published(tx, session.stage).await?
        || !store::waitlist::lock(tx, session.stage).await?
    {
        return Ok(());
    }
    let center = store::test_center::find(tx, session.center).await?;
    let zone = center.and_then(|center| TimeZone::get(&center.time_zone).ok());
    let deal = Deal {
        quotas: store::quota::of_one(tx, session.id, now).await?,
        session,
        zone: zone.unwrap_or_else(astana),
        until,
    };
    let mut after = None;
    loop {
        let page = store::waitlist::waiting(tx, &deal.session, after.as_ref(), PAGE).await?;
        for entry in &page {
            if offer(ctx, tx, &deal, entry).await? == Taken::Full {
                return Ok(());
            }
        }
        after = page.last().cloned();
        if u64::try_from(page.len()).is_ok_and(|read| read < PAGE) {
            return Ok(());
        }
    }
}

/// Whether nobody sits the stage any more. Its publication waits for what is offered now.
async fn is_published(tx: &Tx, stage: Uuid) -> Result<bool> {
    let stage = store::stage::share(tx, stage).await?;
    Ok(stage.is_none_or(|stage| stage.is_open().is_err()))
}

/// Keeps a seat for one who waits, if there is one as they need it.
async fn offer(ctx: &Context, tx: &Tx, deal: &Deal, entry: &Entry) -> Result<Taken> {
    let session = &deal.session;
    let needed = entry.needs.quotas(session.language, &deal.quotas);
    let (true, Ok(needed)) = (entry.wish.fits(session, &deal.zone), needed) else {
        return Ok(Taken::Yes);
    };
    let quotas: Vec<String> = needed.iter().map(|quota| quota.id.clone()).collect();
    let taken = store::seats::take(tx, session.id, &quotas).await?;
    if taken != Taken::Yes {
        return Ok(taken);
    }
    let now = ctx.clock.now();
    let booking = Booking::offer(ctx.ids.uuid(), entry, session, deal.until, now);
    if !store::booking::insert(tx, &booking).await? {
        // They have a seat already and wait for nothing.
        store::seats::untake(tx, session.id, &quotas).await?;
        store::waitlist::lead(tx, entry.id, State::Waiting, State::Left).await?;
        return Ok(taken);
    }
    store::waitlist::lead(tx, entry.id, State::Waiting, State::Offered).await?;
    store::seats::note(tx, booking.id, session.id, &quotas).await?;
    store::waitlist::note_offer(tx, entry, booking.id, session.id, deal.until).await?;
    let (name, detail) = (entry.name(), booking.name());
    audit::record(tx, &ctx.clock, &this_service(), "OfferSeat", &name, &detail).await?;
    if let Some(seat) = store::booking::find(tx, booking.id).await? {
        events::seat_offered(ctx, tx, entry, &seat, deal.until).await?;
    }
    Ok(taken)
}
