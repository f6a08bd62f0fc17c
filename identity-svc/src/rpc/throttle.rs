//! What slows down guessing and flooding: a count for a login from an address, and a wide one for the
//! address. There is none for a login alone, so nobody can slow its owner down from elsewhere.

use chassis::Result;
use chassis::database::Tx;

use super::place::Place;
use crate::domain::refusal::Refusal;
use crate::domain::throttle::{
    Count, PASSWORDS, PASSWORDS_OF_AN_ADDRESS, Rule, STARTS, STARTS_OF_AN_ADDRESS,
};
use crate::{Context, store};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A password that was wrong.
    Password,
    Registration,
    Recovery,
    EmailChange,
    SignInChallenge,
    /// A signature that was not taken.
    Signature,
}

impl What {
    fn name(self) -> &'static str {
        match self {
            What::Password => "password",
            What::Registration => "registration",
            What::Recovery => "recovery",
            What::EmailChange => "email change",
            What::SignInChallenge => "sign-in challenge",
            What::Signature => "signature",
        }
    }

    fn rules(self) -> (Rule, Rule) {
        match self {
            What::Password | What::Signature => (PASSWORDS, PASSWORDS_OF_AN_ADDRESS),
            What::Registration | What::Recovery | What::EmailChange | What::SignInChallenge => {
                (STARTS, STARTS_OF_AN_ADDRESS)
            }
        }
    }
}

/// Both counts of one call.
pub struct Throttle {
    key: String,
    rule: Rule,
    /// `None` where the address is not known: those who call without the gateway share no count.
    address: Option<(String, Rule)>,
}

impl Throttle {
    /// `login` as it is looked up, whether anybody has it or not.
    pub fn new(ctx: &Context, what: What, login: &str, place: &Place) -> Self {
        let (rule, of_address) = what.rules();
        let (secrets, from) = (&ctx.secrets, place.as_str());
        let address = || secrets.throttle_key(&["from", what.name(), from]);
        Self {
            key: secrets.throttle_key(&["for", what.name(), login, from]),
            rule,
            address: place.is_known().then(|| (address(), of_address)),
        }
    }

    /// Only the wide count: for what names no login. `None` where the address is not known.
    pub fn of_address(ctx: &Context, what: What, place: &Place) -> Option<Self> {
        let (_, rule) = what.rules();
        let parts = ["from", what.name(), place.as_str()];
        place.is_known().then(|| Self {
            key: ctx.secrets.throttle_key(&parts),
            rule,
            address: None,
        })
    }

    /// The count of the login from the address: who is to wait for another try waits for this.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Whether anything is counted against the login from this address.
    ///
    /// # Errors
    /// `RATE_LIMITED` until the wait is over.
    pub async fn check(&self, ctx: &Context) -> Result<bool> {
        self.judge(
            ctx,
            &store::throttle::find(ctx.db.read(), self.keys()).await?,
        )
    }

    /// Under which its counts are found.
    pub fn keys(&self) -> [&str; 2] {
        let of_address = self.address.as_ref().map_or(&self.key, |(key, _)| key);
        [&self.key, of_address]
    }

    /// The same as [`Self::check`] of counts that were found already.
    ///
    /// # Errors
    /// `RATE_LIMITED` until the wait is over.
    pub fn judge(&self, ctx: &Context, found: &[(String, Count)]) -> Result<bool> {
        let now = ctx.clock.now();
        for (key, rule) in self.counts() {
            let count = found.iter().find(|(of, _)| of == key);
            if let Some(retry_time) = count.and_then(|(_, count)| count.wait_until(now, rule)) {
                return Err(Refusal::RateLimited { retry_time }.into());
            }
        }
        Ok(found.iter().any(|(key, _)| *key == self.key))
    }

    /// Counts one more; true where it is the first of this login from this address lately.
    pub async fn count(&self, ctx: &Context, tx: &Tx) -> Result<bool> {
        let mut is_first = false;
        for (key, rule) in self.counts() {
            let count = store::throttle::count(tx, key, rule, ctx.clock.now()).await?;
            is_first |= key == self.key && count == 1;
        }
        Ok(is_first)
    }

    /// Who came in starts anew; the address does not.
    pub async fn forget(&self, tx: &Tx) -> Result<()> {
        store::throttle::forget(tx, &self.key).await
    }

    /// In one order for all, so that two transactions never wait for each other.
    fn counts(&self) -> impl Iterator<Item = (&str, &Rule)> {
        let address = self.address.iter().map(|(key, rule)| (key.as_str(), rule));
        std::iter::once((self.key.as_str(), &self.rule)).chain(address)
    }
}
