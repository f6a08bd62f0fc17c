//! The password of today, asked for again where a session alone must not be enough.

use chassis::Result;
use chassis::database::Tx;
use chassis::mask::Masked;
use uuid::Uuid;

use crate::domain::account;
use crate::domain::refusal::Refusal;
use crate::rpc::place::Place;
use crate::rpc::throttle::{Throttle, What};
use crate::{Context, store};

/// Guesses at the password of an account by who is in one of its sessions.
pub struct CurrentPassword {
    account: Uuid,
    throttle: Throttle,
}

impl CurrentPassword {
    /// Counted apart from signing in: a stranger there must not keep the owner from a change here.
    pub fn new(ctx: &Context, account: Uuid, place: &Place) -> Self {
        Self {
            account,
            throttle: Throttle::new(ctx, What::Password, &account::name(account), place),
        }
    }

    /// The hash that the password belongs to. Wrong ones delay the next, as at signing in.
    ///
    /// # Errors
    /// `CURRENT_PASSWORD_WRONG`, or `RATE_LIMITED` after too many.
    pub async fn check(&self, ctx: &Context, password: &Masked<String>) -> Result<Masked<String>> {
        let _turn = ctx.turns.take(self.throttle.key()).await;
        self.throttle.check(ctx).await?;
        let hash = store::account::password_hash(ctx.db.read(), self.account).await?;
        let right = ctx.hasher.verify(password, hash.as_ref()).await?;
        match hash {
            Some(hash) if right => Ok(hash),
            _ => {
                let tx = ctx.db.begin().await?;
                self.throttle.count(ctx, &tx).await?;
                ctx.db.commit(tx).await?;
                Err(Refusal::CurrentPasswordWrong.into())
            }
        }
    }

    pub async fn forget(&self, tx: &Tx) -> Result<()> {
        self.throttle.forget(tx).await
    }
}
