//! The one place that knows SQL. Portable: the same statements on SQLite and PostgreSQL.
//!
//! Locks are taken in one order, so that no two calls wait for each other: a stage, a person's
//! eligibility, then sessions by id, then bookings, then attempts; a promo code, then its
//! redemptions.

pub mod appeal;
pub mod attempt;
mod batch;
pub mod booking;
pub mod eligibility;
pub mod irregularity;
pub mod language_result;
pub mod membership;
pub mod participant;
pub mod promo_code;
pub mod publication;
pub mod redemption;
mod row;
pub mod score;
pub mod seats;
pub mod stage;
pub mod stage_result;
pub mod test_center;
pub mod test_session;
pub mod weighed;

use anyhow::anyhow;
use chassis::{Error, Result};
use sea_orm::ExecResult;

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
