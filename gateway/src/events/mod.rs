//! Server-sent events: an RPC that answers with many messages, as a browser listens to it.
//!
//! | room | what it does |
//! |---|---|
//! | [`frame`] | one message as one event, encoded once |
//! | [`hub`] | one call to a service for all who listen to the same |
//! | [`listener`] | what one listener gets: events, signs of life, the end |
//! | [`places`] | how many may listen, and a nudge when a session changes |

pub mod frame;
pub mod hub;
pub mod listener;
pub mod places;

use std::time::Duration;

/// How streams are kept, each with its reason.
#[derive(Debug, Clone, Copy)]
pub struct StreamRules {
    /// Streams at once. Each may hold a connection, and calls need some too.
    pub total: usize,
    /// Streams of one address: a class of 40, or a whole office behind one address.
    pub address: usize,
    /// Streams of one account: a few open pages.
    pub account: usize,
    /// A silent line is filled as often: proxies close what says nothing for a minute, and a
    /// listener that is gone is noticed.
    pub heartbeat: Duration,
    /// As often it is asked whether the session still is one: an ended session must be refused
    /// everywhere within five seconds.
    pub recheck: Duration,
}

impl StreamRules {
    /// What was known of the session when the stream began may be some seconds old already.
    pub(crate) fn first_recheck(&self) -> Duration {
        self.recheck.saturating_sub(crate::introduction::LONGEST)
    }
}

impl Default for StreamRules {
    fn default() -> Self {
        Self {
            total: 2000,
            address: 1000,
            account: 8,
            heartbeat: Duration::from_secs(15),
            recheck: Duration::from_secs(4),
        }
    }
}
