//! ReservePromoCode: for a short while nobody else can take the code.

use chassis::caller::Caller;
use chassis::once::{self, Once, Write};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::partner::v1 as pb;
use tonic::Request;

use super::guesses::Guesses;
use super::{Asked, audit_access, find_code, in_scope, read, written};
use crate::domain::Change;
use crate::domain::promo_code::Reserve;
use crate::{Context, store};

/// Most characters of a partner's own number.
const LONGEST_REFERENCE: usize = 64;

pub async fn reserve(
    ctx: &Context,
    guesses: &Guesses,
    request: Request<pb::ReservePromoCodeRequest>,
) -> Result<pb::Redemption> {
    let caller = Caller::of(&request);
    let partner = caller.partner()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let asked = read(ctx, &mut violations, &pb.code, &pb.iin, pb.test_system);
    let reference = violations.optional_text(
        "partner_reference",
        &pb.partner_reference,
        LONGEST_REFERENCE,
    );
    crate::rpc::parse::request_id(&mut violations, &pb.request_id);
    let (Some(asked), true) = (asked, violations.is_empty()) else {
        return Err(violations.into());
    };
    in_scope(ctx, partner, asked.system)?;
    let now = ctx.clock.now();
    guesses.allow(partner, now)?;
    // Of the request only a hash is kept, but a fast one: an IIN must not be found by trying.
    let masked = pb::ReservePromoCodeRequest {
        code: ctx
            .config
            .iin_key
            .tag("once.code", asked.code.reveal())
            .hex(),
        iin: asked.iin.hex(),
        ..pb
    };
    let begun = once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "ReservePromoCode",
        &masked.request_id,
        &masked,
    );
    let write = match begun.await? {
        Once::Answered(redemption) => return Ok(redemption),
        Once::Begun(write) => write,
    };
    let by = Reserve {
        id: ctx.ids.uuid(),
        partner: partner.to_owned(),
        partner_reference: reference,
    };
    let outcome = take(ctx, write, &caller, &asked, by).await;
    guesses.count(partner, now, &outcome);
    outcome
}

async fn take(
    ctx: &Context,
    write: Write,
    caller: &Caller,
    asked: &Asked,
    by: Reserve,
) -> Result<pb::Redemption> {
    let (tx, now) = (write.tx(), ctx.clock.now());
    let mut code = find_code(tx, asked).await?;
    let reserved = code.reserve(by, ctx.config.reservation, now)?;
    if let Some(lapsed) = reserved.lapsed
        && let Some(mut before) = store::redemption::find(tx, lapsed).await?
        && before.lapse(&mut code, now) == Change::Made
    {
        store::redemption::save(tx, &before).await?;
        let (name, detail) = (code.name(), before.name());
        let by = Caller::Service(crate::NAME.into());
        audit::record(tx, &ctx.clock, &by, "LapseReservation", &name, &detail).await?;
    }
    store::redemption::insert(tx, &reserved.redemption).await?;
    store::promo_code::save(tx, &code).await?;
    audit_access(
        ctx,
        tx,
        caller,
        "ReservePromoCode",
        &code,
        &reserved.redemption,
    )
    .await?;
    write.commit(written(&reserved.redemption, now)).await
}
