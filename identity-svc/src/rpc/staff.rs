//! Who is an administrator now. A caller token is good for a minute; a role that was taken must be
//! felt at once where people's rights and data are.

use chassis::caller::{Caller, Role};
use chassis::database::Tx;
use chassis::{Error, Result};

use crate::{Context, store};

/// # Errors
/// `NOT_ALLOWED` for who is none, or none any more.
pub async fn administrator(ctx: &Context, caller: &Caller) -> Result<()> {
    if !caller.has(Role::Administrator) {
        return Err(Error::Denied);
    }
    let roles = store::role::of(ctx.db.read(), caller.person()?.account).await?;
    if roles.contains(&Role::Administrator) {
        Ok(())
    } else {
        Err(Error::Denied)
    }
}

/// The same until the end of the transaction. All administrators are locked, so two can't take the
/// role from each other at once.
///
/// # Errors
/// `NOT_ALLOWED` for who is none, or none any more.
pub async fn lock_administrators(tx: &Tx, caller: &Caller) -> Result<()> {
    let administrators = store::role::lock_holders(tx, Role::Administrator).await?;
    if administrators.contains(&caller.person()?.account) {
        Ok(())
    } else {
        Err(Error::Denied)
    }
}
