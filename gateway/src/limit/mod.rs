//! How often somebody may call: by address, by account, and tighter where strangers try credentials.
//!
//! Wide enough for a classroom behind one address. One bucket of two kinds: in this process, or in
//! Redis for all gateways together. Without Redis, or while it is slow, each counts for itself from
//! what it last knew, so what all of them let through together is then a multiple.

use std::fmt::Write;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use chassis::clock::{Clock, to_us};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use uuid::Uuid;

use crate::problem::Problem;
use crate::route::{Access, Operation};
use crate::together::Together;

pub mod bucket;
mod local;
mod shared;

use bucket::Answer;
pub use bucket::Rate;
use local::Local;
use shared::Shared;

/// The rates, each with its reason.
#[derive(Debug, Clone)]
pub struct Rates {
    /// Every call of one address: 40 people, each 30 calls at once and two a second after.
    pub address: Rate,
    /// Every call of one account, from however many devices: a page that loads all it needs, and a
    /// person who is quick.
    pub account: Rate,
    /// What strangers change, by address: signing in, refreshing, registering. A class of 40
    /// registers in five calls each and signs in within a minute; a guesser gets one try a second.
    pub credentials: Rate,
    /// Buckets in memory at most, of all three sorts together: some 64 bytes each.
    pub most_buckets: usize,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            address: Rate::new(1200, 4800),
            account: Rate::new(240, 600),
            credentials: Rate::new(200, 60),
            most_buckets: 100_000,
        }
    }
}

impl Rates {
    /// For a machine on which one person plays everybody, perhaps at a time that stands still.
    pub fn rehearsal() -> Self {
        let wide = Rate::new(10_000_000, 60_000_000);
        Self {
            address: wide,
            account: wide,
            credentials: wide,
            ..Self::default()
        }
    }
}

/// Whose bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Address(IpAddr),
    Credentials(IpAddr),
    Account(Uuid),
}

/// The buckets of everybody who called lately.
#[derive(Debug)]
pub struct Limits {
    rates: Rates,
    clock: Clock,
    local: Local,
    shared: Option<Shared>,
}

impl Limits {
    pub fn new(rates: Rates, clock: Clock, together: Option<&Together>) -> Self {
        Self {
            local: Local::new(rates.most_buckets),
            shared: together.map(Shared::new),
            rates,
            clock,
        }
    }

    /// Counts a call before anything is done for it.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub async fn address(
        &self,
        operation: &Operation,
        address: Option<IpAddr>,
        tally: &mut Tally,
    ) -> Result<(), Problem> {
        let Some(address) = address.map(network) else {
            return Ok(());
        };
        let both = [Whose::Address(address), Whose::Credentials(address)];
        let counted = match operation.access == Access::Credentials {
            true => &both[..],
            false => &both[..1],
        };
        self.take(counted, tally).await
    }

    /// Counts a call once its sender is known.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub async fn account(&self, account: Uuid, tally: &mut Tally) -> Result<(), Problem> {
        self.take(&[Whose::Account(account)], tally).await
    }

    /// Takes from these buckets until one refuses.
    async fn take(&self, whose: &[Whose], tally: &mut Tally) -> Result<(), Problem> {
        let wanted: Vec<_> = whose.iter().map(|it| (*it, self.rate(*it))).collect();
        let now = to_us(self.clock.now());
        let answers = match &self.shared {
            Some(shared) => shared.take(&wanted).await,
            None => None,
        };
        let answers = match answers {
            Some(answers) => {
                self.local.learn(&wanted, &answers, now);
                answers
            }
            None => self.local.take(&wanted, now),
        };
        for ((whose, rate), answer) in wanted.into_iter().zip(answers) {
            tally.0.push((whose.name(), rate, answer));
            if !answer.is_let_through {
                let status = StatusCode::TOO_MANY_REQUESTS;
                return Err(Problem::new(status, "RATE_LIMITED", &[]).retry_after(answer.wait));
            }
        }
        Ok(())
    }

    fn rate(&self, whose: Whose) -> Rate {
        match whose {
            Whose::Address(_) => self.rates.address,
            Whose::Credentials(_) => self.rates.credentials,
            Whose::Account(_) => self.rates.account,
        }
    }
}

impl Whose {
    fn name(self) -> &'static str {
        match self {
            Whose::Address(_) => "address",
            Whose::Credentials(_) => "credentials",
            Whose::Account(_) => "account",
        }
    }
}

/// Homes and offices get whole networks of IPv6 addresses: the first half tells them apart.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let half = address.to_bits() & !u128::from(u64::MAX);
            IpAddr::V6(Ipv6Addr::from_bits(half))
        }
        address => address,
    }
}

/// The buckets that one call was counted in, for its answer's headers.
#[derive(Debug, Default)]
pub struct Tally(Vec<(&'static str, Rate, Answer)>);

impl Tally {
    /// `RateLimit-Policy` and `RateLimit`, as the IETF's draft has them.
    pub fn show(&self, headers: &mut HeaderMap) {
        let (mut policies, mut states) = (String::with_capacity(64), String::with_capacity(64));
        for (name, rate, answer) in &self.0 {
            let comma = if policies.is_empty() { "" } else { ", " };
            let (window, full) = (seconds(rate.window()), seconds(answer.full_in));
            // Writing to memory does not fail.
            let _ = write!(policies, "{comma}\"{name}\";q={};w={window}", rate.burst);
            let _ = write!(states, "{comma}\"{name}\";r={};t={full}", answer.left);
        }
        let lines = [("ratelimit-policy", policies), ("ratelimit", states)];
        for (name, line) in lines {
            if let Ok(value) = HeaderValue::try_from(line)
                && !value.is_empty()
            {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// Whole seconds, never too few.
fn seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(most_buckets: usize) -> Limits {
        let rates = Rates {
            account: Rate::new(2, 60),
            most_buckets,
            ..Rates::default()
        };
        Limits::new(rates, chassis::testing::clock(), None)
    }

    async fn may(limits: &Limits, account: u128) -> bool {
        let account = Uuid::from_u128(account);
        limits.account(account, &mut Tally::default()).await.is_ok()
    }

    #[tokio::test]
    async fn accounts_do_not_feel_each_other() {
        let limits = limits(100);
        for through in [true, true, false] {
            assert_eq!(may(&limits, 1).await, through);
        }
        assert!(may(&limits, 2).await);
    }

    #[tokio::test]
    async fn memory_is_bounded_and_the_busiest_stay_counted() {
        let limits = limits(100);
        for stranger in 10..10_000 {
            may(&limits, 1).await;
            may(&limits, stranger).await;
        }
        assert!(limits.local.len() <= 100, "{}", limits.local.len());
        assert!(!may(&limits, 1).await);
    }

    #[test]
    fn a_home_is_one_network() {
        for (address, same) in [
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::1", "2001:db8:1:2::"),
            ("::ffff:10.0.0.1", "10.0.0.1"),
            ("10.0.0.1", "10.0.0.1"),
        ] {
            let found = network(address.parse().expect("an address"));
            assert_eq!(found, same.parse::<IpAddr>().expect("an address"));
        }
    }
}
