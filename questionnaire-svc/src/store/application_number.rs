//! The numbers of applications. No number is given twice; a stripe is held until the transaction ends,
//! so this is done last in it.

use chassis::database::{Tx, execute, query_one};
use chassis::{Error, Result};

use super::application::Kept;
use crate::domain::application_number::{number, running, stripe};

/// Gives the application its number, once and for good.
pub async fn take(tx: &Tx, kept: &mut Kept, year: i16) -> Result<()> {
    if kept.number.is_some() {
        return Ok(());
    }
    let stripe = stripe(&kept.id);
    let row = query_one(
        tx,
        "INSERT INTO application_number (campaign, stripe, taken) VALUES ($1, $2, 1)
         ON CONFLICT (campaign, stripe) DO UPDATE SET taken = application_number.taken + 1
         RETURNING taken",
        [kept.campaign.as_str().into(), stripe.into()],
    )
    .await?;
    let taken: i64 = row.ok_or(Error::InFlight)?.try_get("", "taken")?;
    let number = number(year, running(stripe, taken));
    let sql = "UPDATE application SET number = $2 WHERE id = $1 AND number IS NULL";
    let values = [kept.id.as_str().into(), number.as_str().into()];
    if execute(tx, sql, values).await?.rows_affected() != 1 {
        return Err(Error::InFlight);
    }
    kept.number = Some(number);
    Ok(())
}
