//! Whether who opened the mail is the owner, where that is in doubt: a college may have mistyped the
//! address of an account that it opened, and whoever has it gets the link.

use chassis::identifier::Iin;
use chassis::violation::Violations;
use chassis::{Error, Result};

use crate::domain::recovery::Recovery;
use crate::domain::refusal::Refusal;
use crate::rpc::proof::take_guess;
use crate::store::proof::Provable;
use crate::{Context, store};

/// Asked of who has the mail and of nobody else, so that nobody else learns that there is an account.
///
/// # Errors
/// The IIN is missing or another, where it is needed; a wrong one is a guess.
pub async fn must_know_the_iin(ctx: &Context, of: &Recovery, stated: Option<Iin>) -> Result<()> {
    let Some(account) = of.account else {
        return Ok(());
    };
    let opening = store::account_opening::find(ctx.db.read(), account).await?;
    if !opening.is_some_and(|it| it.is_unclaimed()) {
        return Ok(());
    }
    let stated = stated.ok_or_else(|| Violations::one("iin", "REQUIRED"))?;
    let account = store::account::find(&ctx.sealer, ctx.db.read(), account).await?;
    let account = account.ok_or_else(|| Error::NotFound(of.name()))?;
    if stated.reveal() == *account.iin.reveal() {
        return Ok(());
    }
    let most = ctx.config.recovery.code_tries;
    if !take_guess(ctx, Provable::Recovery, of.id, most).await? {
        return Err(Refusal::RecoveryTriesSpent.into());
    }
    Err(Violations::one("iin", "IIN_NOT_OF_ACCOUNT").into())
}
