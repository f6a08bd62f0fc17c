//! How many may listen at once: all together, from one address, with one account.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::watch;
use uuid::Uuid;

use super::StreamRules;
use crate::limit::network;
use crate::problem::Problem;

/// Who listens. Memory is bounded by the rules themselves.
#[derive(Debug)]
pub struct Places {
    rules: StreamRules,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    total: usize,
    addresses: HashMap<IpAddr, usize>,
    accounts: HashMap<Uuid, (usize, watch::Sender<()>)>,
}

/// One place, free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    address: Option<IpAddr>,
    account: Option<Uuid>,
    /// Told when something changed about the account's sessions.
    nudged: Option<watch::Receiver<()>>,
}

impl Places {
    pub fn new(rules: StreamRules) -> Arc<Self> {
        Arc::new(Self {
            rules,
            taken: Mutex::default(),
        })
    }

    /// # Errors
    /// 429 where this address or account has as many as it may, 503 where all places are taken.
    pub fn take(
        self: &Arc<Self>,
        address: Option<IpAddr>,
        account: Option<Uuid>,
    ) -> Result<Place, Problem> {
        let address = address.map(network);
        let mut taken = self.lock();
        let of_address = address.and_then(|it| taken.addresses.get(&it).copied());
        let of_account = account.and_then(|it| taken.accounts.get(&it).map(|(open, _)| *open));
        if of_address.unwrap_or(0) >= self.rules.address
            || of_account.unwrap_or(0) >= self.rules.account
        {
            return Err(refused(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
        }
        if taken.total >= self.rules.total {
            return Err(refused(StatusCode::SERVICE_UNAVAILABLE, "TOO_BUSY"));
        }
        taken.total += 1;
        if let Some(address) = address {
            *taken.addresses.entry(address).or_default() += 1;
        }
        let nudged = account.map(|account| {
            let (open, nudge) = taken.accounts.entry(account).or_default();
            *open += 1;
            nudge.subscribe()
        });
        chassis::telemetry::change("gateway", "event_streams", 1);
        Ok(Place {
            places: self.clone(),
            address,
            account,
            nudged,
        })
    }

    /// Something changed about the sessions of this account, or of everybody.
    pub fn nudge(&self, account: Option<Uuid>) {
        let taken = self.lock();
        let told = taken
            .accounts
            .iter()
            .filter(|(id, _)| account.is_none_or(|it| it == **id));
        for (_, (_, nudge)) in told {
            nudge.send_replace(());
        }
    }

    /// Streams that are open now.
    pub fn open(&self) -> usize {
        self.lock().total
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(|it| it.into_inner())
    }
}

fn refused(status: StatusCode, reason: &str) -> Problem {
    Problem::new(status, reason, &[]).retry_after(Duration::from_secs(10))
}

impl Place {
    /// Returns when something changed about the account's sessions; never for strangers.
    pub async fn nudged(&mut self) {
        let told = match &mut self.nudged {
            Some(nudged) => nudged.changed().await.is_ok(),
            None => false,
        };
        if !told {
            std::future::pending().await
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.lock();
        taken.total -= 1;
        if let Some(address) = self.address {
            give_back(&mut taken.addresses, &address, |open| open);
        }
        if let Some(account) = self.account {
            give_back(&mut taken.accounts, &account, |(open, _)| open);
        }
        chassis::telemetry::change("gateway", "event_streams", -1);
    }
}

fn give_back<K: Hash + Eq, V>(all: &mut HashMap<K, V>, key: &K, open: fn(&mut V) -> &mut usize) {
    if let Some(value) = all.get_mut(key) {
        let open = open(value);
        *open -= 1;
        if *open == 0 {
            all.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(total: usize, address: usize, account: usize) -> Arc<Places> {
        Places::new(StreamRules {
            total,
            address,
            account,
            ..StreamRules::default()
        })
    }

    fn status(taken: &Result<Place, Problem>) -> u16 {
        match taken {
            Ok(_) => 200,
            Err(problem) => problem.status.as_u16(),
        }
    }

    #[test]
    fn each_limit_is_its_own_and_a_place_that_is_left_is_free() {
        let places = places(4, 3, 2);
        let home = || Some("10.0.0.1".parse().expect("an address"));
        let work = || Some("10.0.0.2".parse().expect("an address"));
        let account = |number| Some(Uuid::from_u128(number));
        let mut held = Vec::new();
        // Address, account, status.
        for (address, account, expected) in [
            (home(), account(1), 200),
            (home(), account(1), 200),
            (home(), account(1), 429),
            (home(), account(2), 200),
            (home(), account(3), 429),
            (work(), account(3), 200),
            (work(), account(4), 503),
        ] {
            let taken = places.take(address, account);
            assert_eq!(status(&taken), expected);
            held.extend(taken);
        }
        assert_eq!(places.open(), 4);
        held.remove(0);
        assert_eq!(status(&places.take(home(), account(1))), 200);
        held.clear();
        let taken = places.lock();
        assert!(taken.addresses.is_empty() && taken.accounts.is_empty());
    }

    #[tokio::test]
    async fn only_the_account_that_changed_is_nudged() {
        let places = places(9, 9, 9);
        let take = |number| places.take(None, Some(Uuid::from_u128(number)));
        let (mut one, mut two) = (take(1).expect("a place"), take(2).expect("a place"));
        places.nudge(Some(Uuid::from_u128(1)));
        one.nudged().await;
        let quiet = futures_util::FutureExt::now_or_never(two.nudged());
        assert!(quiet.is_none());
        places.nudge(None);
        two.nudged().await;
    }
}
