//! RejectSeatOfferByLink: the same as RejectSeatOffer without signing in. The token in the link is the
//! proof; it is for one offer, and the offer's end is in the database, so it works once.

use chassis::Result;
use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{offered, read_link, reject};
use crate::domain::refusal::Refusal;
use crate::domain::waitlist::{Entry, Outcome};
use crate::rpc::{enums, parse};
use crate::{Context, dealing, store};

pub async fn reject(
    ctx: &Context,
    request: Request<pb::RejectSeatOfferByLinkRequest>,
) -> Result<pb::RejectedSeatOffer> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    if pb.token.is_empty() {
        violations.add("token", "REQUIRED");
    }
    parse::request_id(&mut violations, &pb.request_id);
    violations.into_result()?;
    let offer = read_link(ctx, &pb.token, ctx.clock.now()).ok_or(Refusal::OfferLinkInvalid)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "RejectSeatOfferByLink",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(rejected) => return Ok(rejected),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let entry = open(ctx, tx, offer).await?;
    let seat = offered(ctx, tx, &entry).await?;
    let answer = pb::RejectedSeatOffer {
        start_time: Some(to_pb(seat.session.start)),
        center_title: Some(enums::localized(&seat.center_title)),
        time_zone: seat.time_zone.clone(),
    };
    let session = seat.session.id;
    reject::give_on(ctx, tx, &caller, seat, Outcome::Rejected).await?;
    dealing::deal(ctx, tx, session).await?;
    write.commit(answer).await
}

/// The place whose open offer it is, with its person's row locked.
async fn open(ctx: &Context, tx: &Tx, offer: Uuid) -> Result<Entry> {
    let seat = store::booking::find(tx, offer).await?;
    let booking = seat.ok_or(Refusal::OfferLinkInvalid)?.booking;
    store::stage::share(tx, booking.stage).await?;
    store::eligibility::lock(tx, &booking.campaign, booking.account).await?;
    let place = booking.waitlist_entry.ok_or(Refusal::OfferLinkInvalid)?;
    let known = store::waitlist::answer(tx, offer).await?;
    // An offer that is forgotten was of a session that closed.
    let (until, outcome) = known.ok_or(Refusal::OfferAnswered)?;
    match outcome.as_deref() {
        Some("LAPSED") => return Err(Refusal::OfferLapsed { until }.into()),
        Some(_) => return Err(Refusal::OfferAnswered.into()),
        None if until <= ctx.clock.now() => return Err(Refusal::OfferLapsed { until }.into()),
        None => {}
    }
    let entry = store::waitlist::find(tx, place).await?;
    Ok(entry.ok_or(Refusal::OfferLinkInvalid)?)
}
