//! How many codes of a partner may be refused in a minute. People mistype; programs guess.
//!
//! Counted in this process only: several processes let so many times more through, which does not
//! help against the number of codes there are.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chassis::error::{Kind, Refusal};
use chassis::{Error, Result};
use jiff::{SignedDuration, Timestamp};

const WINDOW: SignedDuration = SignedDuration::from_mins(1);

pub struct Guesses {
    most: u32,
    /// Since when, and how many, by partner.
    refused: Mutex<HashMap<String, (Timestamp, u32)>>,
}

/// A reason that every service can give, so it is not in the list of this one's.
#[derive(Debug)]
struct RateLimited {
    retry: Timestamp,
}

impl Refusal for RateLimited {
    fn reason(&self) -> &'static str {
        "RATE_LIMITED"
    }

    fn kind(&self) -> Kind {
        Kind::ResourceExhausted
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        vec![("retry_time", self.retry.to_string())]
    }
}

impl Guesses {
    pub fn new(most: u32) -> Self {
        Self {
            most,
            refused: Mutex::default(),
        }
    }

    /// Before a code is looked at.
    pub fn allow(&self, partner: &str, now: Timestamp) -> Result<()> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        match refused.get(partner) {
            Some((since, count)) if now < ends(*since) && *count >= self.most => {
                let retry = ends(*since);
                Err(RateLimited { retry }.into())
            }
            _ => Ok(()),
        }
    }

    /// After a call: a refused code counts.
    pub fn count<T>(&self, partner: &str, now: Timestamp, outcome: &Result<T>) {
        let Err(Error::Refused(refusal)) = outcome else {
            return;
        };
        if refusal.reason() != "CODE_NOT_ACCEPTED" {
            return;
        }
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let window = refused.entry(partner.to_owned()).or_insert((now, 0));
        if now >= ends(window.0) {
            *window = (now, 0);
        }
        window.1 += 1;
    }
}

fn ends(since: Timestamp) -> Timestamp {
    since.saturating_add(WINDOW).unwrap_or(since)
}
