//! The attempts of a year: looked at when an application is opened, taken when it is submitted first.

use chassis::Result;
use chassis::database::Tx;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::attempt::Allowance;
use crate::domain::campaign::Campaign;
use crate::store::application::Kept;
use crate::store::attempt::{self, Counted};

/// Nobody fills a form that can't be submitted.
///
/// # Errors
/// `ATTEMPTS_USED_UP`.
pub async fn must_be_left(
    tx: &Tx,
    account: Uuid,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<()> {
    let Some((allowance, counted)) = counted(account, campaign, now) else {
        return Ok(());
    };
    if attempt::is_any_left(tx, counted, allowance).await? {
        return Ok(());
    }
    Err(allowance.used_up(counted.year).into())
}

/// Takes one for an application that is submitted; what it has it keeps.
///
/// # Errors
/// `ATTEMPTS_USED_UP`.
pub async fn take(tx: &Tx, kept: &mut Kept, campaign: &Campaign, now: Timestamp) -> Result<()> {
    let Some((allowance, counted)) = counted(kept.account, campaign, now) else {
        return Ok(());
    };
    if kept.attempt.is_some() {
        return Ok(());
    }
    kept.attempt = attempt::take(tx, counted, allowance, &kept.id).await?;
    if kept.attempt.is_none() {
        return Err(allowance.used_up(counted.year).into());
    }
    Ok(())
}

/// The year is that of the day in the campaign's zone; `None` where the campaign does not count.
fn counted(account: Uuid, campaign: &Campaign, now: Timestamp) -> Option<(Allowance, Counted<'_>)> {
    let allowance = campaign.rules.attempts?;
    let counted = Counted {
        account,
        programme: &campaign.programme,
        year: campaign.local_day(now).year(),
    };
    Some((allowance, counted))
}
