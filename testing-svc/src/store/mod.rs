//! The one place that knows SQL. Portable: the same statements on SQLite and PostgreSQL.
//!
//! Locks are taken in one order, so that no two calls wait for each other: a stage, an application, a
//! person's eligibility, then a room, then sessions by id, then bookings, then attempts, then the waiting list
//! of a stage and its places; the window of a campaign, then its promo codes, then their redemptions; a result,
//! then its certificates; how far offers were made, then a specialty of college admission, then a wish for it,
//! then its offer.

pub mod admission_offer;
pub mod admission_specialty;
pub mod allocation_result;
pub mod allocation_run;
pub mod allocation_seal;
pub mod appeal;
pub mod application;
pub mod attempt;
mod batch;
pub mod booking;
pub mod campaign_window;
pub mod certificate;
pub mod closure;
pub mod competitor;
pub mod eligibility;
pub mod irregularity;
pub mod language_result;
pub mod look;
pub mod membership;
mod narrowed;
pub mod participant;
pub mod partner_report;
pub mod promo_code;
pub mod publication;
pub mod quota;
pub mod redemption;
pub mod reminder;
pub mod room;
pub mod roster;
mod row;
pub mod rush;
pub mod score;
pub mod seat_levels;
pub mod seats;
pub mod stage;
pub mod stage_result;
pub mod subject_title;
pub mod test_center;
pub mod test_session;
pub mod waitlist;
pub mod weighed;

use anyhow::anyhow;
use chassis::database::{Tx, for_update};
use chassis::{Error, Result};
pub use sea_orm::ConnectionTrait as Connection;
use sea_orm::ExecResult;

/// Keeps rows as they are until the transaction ends; many may at once.
fn for_share(tx: &Tx) -> &'static str {
    match for_update(tx) {
        "" => "",
        _ => " FOR SHARE",
    }
}

/// A change of a row that is locked always meets its condition; if not, the lock was forgotten.
fn one_row(done: &ExecResult) -> Result<()> {
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Error::Internal(anyhow!(
            "a row was changed without its lock"
        )))
    }
}
