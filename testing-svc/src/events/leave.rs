//! Somebody leaves the selection with their application, whichever way: the eligibility ends, and the
//! seats go to others.

use chassis::bus::{Event, first_time};
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::{Result, audit};
use uuid::Uuid;

use super::application_accepted::grant;
use super::{about, booking_cancelled};
use crate::domain::Change;
use crate::domain::booking::Phase;
use crate::domain::waitlist::Outcome;
use crate::store::application::Named;
use crate::store::eligibility::Accepted;
use crate::{Context, dealing, store};

/// What somebody leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaves {
    /// The application: there may be another, by which they take part.
    Application,
    /// The campaign, by whatever application they take part.
    Campaign,
}

/// An event about somebody who leaves.
pub(super) struct Leaving<'a> {
    pub leaves: Leaves,
    pub subscriber: &'static str,
    pub event: &'a Event,
    pub application: &'a str,
    pub campaign: &'a str,
    pub account: &'a str,
    /// What the audit says of it.
    pub action: &'static str,
    pub detail: &'a str,
    /// Why the seats are given up, in the audit.
    pub why: &'static str,
}

/// Who left, in a transaction that is still open.
pub(super) struct Left {
    pub tx: Tx,
    pub by: Caller,
    pub campaign: String,
    pub account: Uuid,
}

/// Takes the eligibility and every seat; nothing where the event was taken before.
pub(super) async fn leave(ctx: &Context, leaving: Leaving<'_>) -> Result<Option<Left>> {
    let (campaign, account) = about(leaving.campaign, leaving.account)?;
    let by = Caller::Service("questionnaire-svc".into());
    let application = leaving.application;
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, leaving.subscriber, leaving.event).await? {
        return Ok(None);
    }
    // Stages before people, as everywhere.
    store::stage::share_all(&tx, &campaign).await?;
    let named = Named {
        application,
        campaign: &campaign,
        account,
    };
    store::application::hear(&tx, named).await?;
    store::application::note_left(&tx, application).await?;
    let (action, detail) = (leaving.action, leaving.detail);
    audit::record(&tx, &ctx.clock, &by, action, application, detail).await?;
    let ended = match leaving.leaves {
        Leaves::Application => store::eligibility::take_by(&tx, named, now).await?,
        Leaves::Campaign => store::eligibility::take(&tx, named, now).await?,
    };
    // The seats of who takes part by another application are that one's.
    if ended {
        give_up_seats(ctx, &tx, &by, &campaign, account, leaving.why).await?;
    }
    if leaving.leaves == Leaves::Application {
        take_part_anew(ctx, &tx, &campaign, account).await?;
    }
    Ok(Some(Left {
        tx,
        by,
        campaign,
        account,
    }))
}

/// An application that followed the one that was left may have been accepted before its end was heard of.
async fn take_part_anew(ctx: &Context, tx: &Tx, campaign: &str, account: Uuid) -> Result<()> {
    let Some(next) = store::application::standing(tx, campaign, account).await? else {
        return Ok(());
    };
    let accepted = Accepted {
        campaign,
        account,
        application: &next.0,
        submission: &next.1,
    };
    grant(ctx, tx, accepted, crate::NAME).await
}

/// Gives up every seat that the person could still sit on, and every place on a waiting list.
async fn give_up_seats(
    ctx: &Context,
    tx: &Tx,
    by: &Caller,
    campaign: &str,
    account: Uuid,
    why: &str,
) -> Result<()> {
    let mut seats = store::booking::live_in_campaign(tx, campaign, account).await?;
    let sessions: Vec<Uuid> = seats.iter().map(|seat| seat.session.id).collect();
    store::seats::lock(tx, &sessions).await?;
    // The lists of stages are locked in one order, too.
    seats.sort_by_key(|seat| seat.booking.stage);
    for seat in seats {
        let Some(mut seat) = store::booking::lock(tx, seat.booking.id).await? else {
            continue;
        };
        // What has been missed is no longer theirs to give up.
        let missed = seat.booking.phase_at(seat.at(ctx.clock.now())) == Phase::NoShow;
        if missed || seat.booking.withdraw() == Change::Nothing {
            continue;
        }
        store::booking::save(tx, &seat.booking).await?;
        store::seats::give_back(tx, seat.session.id, seat.booking.id).await?;
        let name = seat.booking.name();
        audit::record(tx, &ctx.clock, by, "CancelBooking", &name, why).await?;
        booking_cancelled(ctx, tx, &seat).await?;
        dealing::end_offer(ctx, tx, by, &seat, Outcome::Rejected).await?;
        dealing::deal(ctx, tx, seat.session.id).await?;
    }
    for entry in store::waitlist::live_in_campaign(tx, campaign, account).await? {
        store::waitlist::lock(tx, entry.stage).await?;
        dealing::leave(ctx, tx, entry.stage, account).await?;
    }
    Ok(())
}
