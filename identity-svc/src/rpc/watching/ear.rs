//! The listening end of a stream, and how many there may be.

use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;
use proto::identity::v1::watch_messages_response::end::Reason;
use tokio::sync::mpsc::Receiver;

use super::change::Change;
use crate::store::inbox::Level;

/// How many may listen, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Browser tabs and devices of one person.
    pub per_account: usize,
    /// Of this process: each holds a connection and a few kilobytes.
    pub in_all: usize,
    /// After this long a stream ends, so that who listens is looked at anew.
    pub lasting: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_account: 8,
            in_all: 20_000,
            lasting: SignedDuration::from_mins(10),
        }
    }
}

/// What a listener is told.
#[derive(Debug, Clone)]
pub enum Told {
    Change(Arc<Change>),
    /// Nothing happened.
    Heartbeat(Level),
}

/// Why somebody can't listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The account has as many streams as one may.
    Account,
    /// The process has.
    All,
}

/// The listening end.
#[derive(Debug)]
pub struct Ear {
    /// Everything after this level is told.
    pub level: Level,
    pub told: Receiver<Told>,
    /// Why it is over, once `told` has ended.
    pub farewell: Arc<OnceLock<Reason>>,
}
