//! Whose application a caller may reach. Who may not is told that there is none.

use chassis::caller::{Caller, Role, Signatory};
use chassis::database::Tx;
use chassis::{Error, Result};

use super::name::ApplicationName;
use crate::Context;
use crate::domain::application::State;
use crate::store::application::{self, Kept};
use crate::store::choice;

/// The caller's own application.
///
/// # Errors
/// `NOT_FOUND`, also for somebody else's.
pub async fn own(ctx: &Context, caller: &Caller, name: &ApplicationName) -> Result<Kept> {
    let found = application::find(ctx.db.read(), &name.campaign, &name.id).await?;
    found
        .filter(|kept| caller.is(kept.account))
        .ok_or_else(|| Error::NotFound(name.to_string()))
}

/// The caller's own application, held until the transaction ends.
///
/// # Errors
/// `NOT_FOUND`, also for somebody else's.
pub async fn lock_own(tx: &Tx, caller: &Caller, name: &ApplicationName) -> Result<Kept> {
    let found = application::lock(tx, &name.campaign, &name.id).await?;
    found
        .filter(|kept| caller.is(kept.account))
        .ok_or_else(|| Error::NotFound(name.to_string()))
}

/// What the caller fills in: their own; or a draft that the board they sign for opened for somebody.
///
/// # Errors
/// `NOT_FOUND`, also for somebody else's.
pub async fn filled(ctx: &Context, caller: &Caller, name: &ApplicationName) -> Result<Kept> {
    let found = application::find(ctx.db.read(), &name.campaign, &name.id).await?;
    found
        .filter(|kept| fills(caller, kept))
        .ok_or_else(|| Error::NotFound(name.to_string()))
}

/// The same, held until the transaction ends.
///
/// # Errors
/// `NOT_FOUND`, also for somebody else's.
pub async fn lock_filled(tx: &Tx, caller: &Caller, name: &ApplicationName) -> Result<Kept> {
    let found = application::lock(tx, &name.campaign, &name.id).await?;
    found
        .filter(|kept| fills(caller, kept))
        .ok_or_else(|| Error::NotFound(name.to_string()))
}

/// Once it was sent it is not the board's any more: each college sees what chose it.
pub fn fills(caller: &Caller, kept: &Kept) -> bool {
    let is_theirs = |board: &Signatory| {
        kept.filled_by == Some(board.organisation) && kept.application.state == State::Draft
    };
    caller.is(kept.account) || caller.signatory().is_ok_and(is_theirs)
}

/// The caller's own application; or one that was submitted, for those who work on it.
///
/// # Errors
/// `NOT_FOUND`, also for what the caller may not see.
pub async fn visible(ctx: &Context, caller: &Caller, name: &ApplicationName) -> Result<Kept> {
    let on = ctx.db.read();
    let found = application::find(on, &name.campaign, &name.id).await?;
    let kept = found.ok_or_else(|| Error::NotFound(name.to_string()))?;
    let visible = match caller {
        // Who chose a college shows it their papers, for as long as the choice stands.
        Caller::Signatory(board) => {
            fills(caller, &kept) || choice::stands(on, &kept.id, board.organisation).await?
        }
        caller => may_see(caller, &kept),
    };
    match visible {
        true => Ok(kept),
        false => Err(Error::NotFound(name.to_string())),
    }
}

fn may_see(caller: &Caller, kept: &Kept) -> bool {
    let works_on_it =
        caller.has(Role::Expert) || caller.has(Role::CampaignManager) || caller.is_service();
    fills(caller, kept) || (works_on_it && kept.application.submission_count > 0)
}
