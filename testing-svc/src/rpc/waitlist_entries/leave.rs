//! LeaveWaitlist: waits no longer; an offer that is open goes on.

use chassis::Result;
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::{offered, own, reject, written};
use crate::domain::waitlist::{Entry, Outcome, State};
use crate::rpc::parse;
use crate::store::waitlist::Place;
use crate::{Context, dealing, store};

pub async fn leave(
    ctx: &Context,
    request: Request<pb::LeaveWaitlistRequest>,
) -> Result<pb::WaitlistEntry> {
    let caller = Caller::of(&request);
    caller.person()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::WAITLIST_ENTRY, &pb.name);
    parse::request_id(&mut violations, &pb.request_id);
    let (Some((_, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "LeaveWaitlist",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(entry) => return Ok(entry),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let entry = own(tx, &caller, &pb.name, id).await?;
    let mut freed = None;
    if entry.state == State::Offered {
        match offered(ctx, tx, &entry).await {
            Ok(seat) => {
                freed = Some(seat.session.id);
                reject::give_on(ctx, tx, &caller, seat, Outcome::Rejected).await?;
            }
            // Its term is over, and nobody has written that down yet.
            Err(_) => end_lapsed(ctx, tx, &entry).await?,
        }
    }
    store::waitlist::lock(tx, entry.stage).await?;
    // Who was owed a seat is owed none any more.
    dealing::leave(ctx, tx, entry.stage, entry.account).await?;
    if let Some(session) = freed {
        dealing::deal(ctx, tx, session).await?;
    }
    let entry = own(tx, &caller, &pb.name, id).await?;
    let answer = written(ctx, &Place::alone(tx, entry).await?, &caller)?;
    write.commit(answer).await
}

async fn end_lapsed(ctx: &Context, tx: &Tx, entry: &Entry) -> Result<()> {
    let seat = match entry.booking {
        Some(booking) => store::booking::find(tx, booking).await?,
        None => None,
    };
    match seat {
        Some(seat) => dealing::sweep(ctx, tx, seat.session.id).await,
        None => Ok(()),
    }
}
