//! How often somebody may call: by address, by account, and tighter where strangers try credentials.
//!
//! Wide enough for a classroom behind one address, and in memory only: every instance counts for
//! itself, so what all of them let through together is a multiple.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Mutex;
use std::time::Duration;

use chassis::bounded::Bounded;
use chassis::clock::{Clock, to_us};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use uuid::Uuid;

use crate::problem::Problem;
use crate::route::{Access, Operation};

pub mod bucket;

pub use bucket::Rate;
use bucket::{Answer, Bucket};

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
    buckets: Mutex<Bounded<Whose, Bucket>>,
}

impl Limits {
    pub fn new(rates: Rates, clock: Clock) -> Self {
        let buckets = Mutex::new(Bounded::new(rates.most_buckets));
        Self {
            rates,
            clock,
            buckets,
        }
    }

    /// Counts a call before anything is done for it.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub fn address(
        &self,
        operation: &Operation,
        address: Option<IpAddr>,
        tally: &mut Tally,
    ) -> Result<(), Problem> {
        let Some(address) = address.map(network) else {
            return Ok(());
        };
        self.take(Whose::Address(address), tally)?;
        if operation.access == Access::Credentials {
            self.take(Whose::Credentials(address), tally)?;
        }
        Ok(())
    }

    /// Counts a call once its sender is known.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub fn account(&self, account: Uuid, tally: &mut Tally) -> Result<(), Problem> {
        self.take(Whose::Account(account), tally)
    }

    fn take(&self, whose: Whose, tally: &mut Tally) -> Result<(), Problem> {
        let (name, rate) = match whose {
            Whose::Address(_) => ("address", self.rates.address),
            Whose::Credentials(_) => ("credentials", self.rates.credentials),
            Whose::Account(_) => ("account", self.rates.account),
        };
        let now = to_us(self.clock.now());
        let answer = {
            let mut buckets = self.buckets.lock().unwrap_or_else(|it| it.into_inner());
            match buckets.get(&whose) {
                Some(bucket) => bucket.take(rate, now),
                None => {
                    let mut bucket = Bucket::default();
                    let answer = bucket.take(rate, now);
                    buckets.insert(whose, bucket);
                    answer
                }
            }
        };
        tally.0.push((name, rate, answer));
        if answer.is_let_through {
            return Ok(());
        }
        Err(
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", &[])
                .retry_after(answer.wait),
        )
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
        let policies = self.0.iter().map(|(name, rate, _)| {
            let window = seconds(rate.window());
            format!("\"{name}\";q={};w={window}", rate.burst)
        });
        let states = self.0.iter().map(|(name, _, answer)| {
            let full = seconds(answer.full_in);
            format!("\"{name}\";r={};t={full}", answer.left)
        });
        let lines = [
            ("ratelimit-policy", policies.collect::<Vec<_>>().join(", ")),
            ("ratelimit", states.collect::<Vec<_>>().join(", ")),
        ];
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
        Limits::new(rates, chassis::testing::clock())
    }

    fn may(limits: &Limits, account: u128) -> bool {
        let account = Uuid::from_u128(account);
        limits.account(account, &mut Tally::default()).is_ok()
    }

    #[test]
    fn accounts_do_not_feel_each_other() {
        let limits = limits(100);
        let first: Vec<_> = (0..3).map(|_| may(&limits, 1)).collect();
        assert_eq!(first, [true, true, false]);
        assert!(may(&limits, 2));
    }

    #[test]
    fn memory_is_bounded_and_the_busiest_stay_counted() {
        let limits = limits(100);
        for stranger in 10..10_000 {
            may(&limits, 1);
            may(&limits, stranger);
        }
        let held = limits.buckets.lock().expect("the buckets").len();
        assert!(held <= 100, "{held}");
        assert!(!may(&limits, 1));
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
