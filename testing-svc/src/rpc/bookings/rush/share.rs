//! Who gets which seat, in the order in which they came, counted under the locks of the sessions.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::domain::booking::Booking;
use crate::store::rush::{Offered, Seats};
use crate::store::seats::Taken;

/// Somebody whom only the lack of seats could refuse.
pub struct Candidate {
    /// The place among those who asked.
    pub place: usize,
    pub booking: Booking,
    /// The quotas that the seat takes one of each.
    pub quotas: Vec<String>,
}

/// What is free of the sessions.
pub struct Free(HashMap<Uuid, FreeSession>);

struct FreeSession {
    seats: i32,
    quotas: HashMap<String, i32>,
}

impl Free {
    pub fn of(offered: &HashMap<Uuid, Offered>) -> Self {
        let free = |it: &Offered| FreeSession {
            seats: it.session.capacity - it.session.taken,
            quotas: it
                .quotas
                .iter()
                .map(|quota| (quota.id.clone(), quota.seats_left()))
                .collect(),
        };
        Self(offered.iter().map(|(id, it)| (*id, free(it))).collect())
    }

    /// As [`crate::store::seats::take`]: the seat first, then the quotas in their order, or nothing.
    pub fn take(&mut self, candidate: &Candidate) -> Taken {
        let Some(free) = self.0.get_mut(&candidate.booking.session) else {
            return Taken::Full;
        };
        if free.seats <= 0 {
            return Taken::Full;
        }
        let left = |quota: &&String| free.quotas.get(*quota).copied().unwrap_or(0);
        if let Some(full) = candidate.quotas.iter().find(|quota| left(quota) <= 0) {
            return Taken::QuotaFull(full.clone());
        }
        free.seats -= 1;
        for quota in &candidate.quotas {
            if let Some(left) = free.quotas.get_mut(quota) {
                *left -= 1;
            }
        }
        Taken::Yes
    }
}

/// The sessions in which not all of them find what they want.
pub fn too_small(offered: &HashMap<Uuid, Offered>, candidates: &[Candidate]) -> HashSet<Uuid> {
    let mut free = Free::of(offered);
    let unserved = candidates
        .iter()
        .filter(|candidate| free.take(candidate) != Taken::Yes);
    unserved
        .map(|candidate| candidate.booking.session)
        .collect()
}

/// What these take, to be counted in the database.
pub fn sum<'a>(candidates: impl IntoIterator<Item = &'a Candidate>) -> Seats {
    let mut seats = Seats::default();
    for candidate in candidates {
        let (booking, session) = (candidate.booking.id, candidate.booking.session);
        *seats.sessions.entry(session).or_default() += 1;
        for quota in &candidate.quotas {
            *seats.quotas.entry((session, quota.clone())).or_default() += 1;
            seats.notes.push((booking, session, quota.clone()));
        }
    }
    seats
}

#[cfg(test)]
#[path = "share_tests.rs"]
mod tests;
