//! A sign-in that failed: what is kept of it, and for how long.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Long enough to look into what is found a season later.
pub const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The newest that are kept at most, some 300 bytes each: guessing must not fill the disk.
pub const MOST: u64 = 1_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedSignIn {
    pub id: Uuid,
    pub time: Timestamp,
    /// Whose login it was; `None` where nobody has it.
    pub account: Option<Uuid>,
    /// A keyed hash of what was typed: never the words.
    pub login_index: String,
    /// A keyed hash of the address; empty where none is known.
    pub origin_index: String,
}

impl FailedSignIn {
    pub fn name(&self) -> String {
        format!("failedSignIns/{}", self.id)
    }
}
