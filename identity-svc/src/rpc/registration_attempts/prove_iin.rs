//! Whose an IIN is, by the signature of its owner; and the account of who had it without such proof gives way.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::identifier::Iin;
use chassis::{Result, audit};
use jiff::Timestamp;

use crate::domain::account::{Account, name};
use crate::domain::notice::Notice;
use crate::domain::refusal::Refusal;
use crate::domain::registration::{Attempt, proof_content};
use crate::rpc::place::Place;
use crate::rpc::throttle::{Throttle, What};
use crate::store::account::Indexes;
use crate::{Context, events, inbox, store};

/// A signature with its certificates takes a few KiB.
pub const LONGEST: usize = 64 * 1024;

/// Others are asked, so it comes before a transaction; what is refused is counted, as at signing in.
///
/// # Errors
/// Why the signature is not taken, or not of the attempt's IIN.
pub async fn check(ctx: &Context, place: &Place, attempt: &Attempt, cms: &[u8]) -> Result<()> {
    let throttle = Throttle::of_address(ctx, What::Signature, place);
    if let Some(throttle) = &throttle {
        throttle.check(ctx).await?;
    }
    let Err(refusal) = signed(ctx, attempt, cms).await else {
        return Ok(());
    };
    if let Some(throttle) = &throttle {
        let tx = ctx.db.begin().await?;
        throttle.count(ctx, &tx).await?;
        ctx.db.commit(tx).await?;
    }
    Err(refusal.into())
}

async fn signed(ctx: &Context, attempt: &Attempt, cms: &[u8]) -> Result<(), Refusal> {
    let content = proof_content(&ctx.config.public_url, &attempt.name());
    let certificate = ctx.signatures.check(cms, &content, ctx.clock.now()).await;
    let person = certificate.and_then(|certificate| certificate.person());
    let iin = person.map_err(Refusal::Signature)?;
    if iin.map(|iin: Iin| iin.reveal()) == Some(attempt.iin.reveal().clone()) {
        Ok(())
    } else {
        Err(Refusal::ProofOfAnotherPerson)
    }
}

/// Makes room for an account whose IIN is proven. False where whoever is in the way stays.
pub async fn make_room(
    ctx: &Context,
    tx: &Tx,
    caller: &Caller,
    proven: &Account,
    indexes: &Indexes<'_>,
    now: Timestamp,
) -> Result<bool> {
    let Some(holder) = store::account::lock_holder(tx, indexes.iin).await? else {
        return Ok(false);
    };
    // At the same address it is the same person, who signs in.
    if holder.is_proven || holder.email_index == indexes.email {
        return Ok(false);
    }
    let found = store::account::find(&ctx.sealer, tx, holder.id).await?;
    // Of staff an administrator knows who they are.
    let Some(before) = found.filter(|account| account.roles.is_empty()) else {
        return Ok(false);
    };
    if !store::account::release(&ctx.sealer, tx, &before, now).await? {
        return Ok(false);
    }
    store::session::end_all(tx, before.id, now).await?;
    store::recovery::expire_of(tx, before.id).await?;
    inbox::tell(
        ctx,
        tx,
        before.id,
        &before.name(),
        Notice::AccountReleased { time: now },
    )
    .await?;
    events::publish::account_released(ctx, tx, before.id).await?;
    let detail = format!("to {}, by a signature", name(proven.id));
    audit::record(
        tx,
        &ctx.clock,
        caller,
        "ReleaseAccount",
        &before.name(),
        &detail,
    )
    .await?;
    Ok(true)
}
