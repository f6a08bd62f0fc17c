//! Eligibilities in the database. The row of a person in a campaign is also the lock under which
//! all that the person does with bookings happens one after another.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_one};
use jiff::Timestamp;
use uuid::Uuid;

use super::row;
use crate::domain::eligibility::{Eligibility, Standing};

pub async fn lock(tx: &Tx, campaign: &str, account: Uuid) -> Result<Option<Eligibility>> {
    let sql = format!(
        "SELECT campaign, account, standing, stage_number FROM eligibilities
         WHERE campaign = $1 AND account = $2{}",
        for_update(tx)
    );
    let found = query_one(tx, &sql, [campaign.into(), account.to_string().into()]).await?;
    found
        .map(|found| {
            Ok(Eligibility {
                campaign: row::get(&found, "campaign")?,
                account: row::uuid(&found, "account")?,
                standing: row::word(&found, "standing", Standing::from_word)?,
                stage_number: row::get(&found, "stage_number")?,
            })
        })
        .transpose()
}

/// Opens the first stage. A withdrawal of the same application stands, even if it arrived first:
/// the two come from different services and in any order.
pub async fn grant(
    tx: &Tx,
    campaign: &str,
    account: Uuid,
    application: &str,
    now: Timestamp,
) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO eligibilities (campaign, account, application, standing, stage_number, changed_us)
         VALUES ($1, $2, $3, 'GRANTED', 1, $4)
         ON CONFLICT (campaign, account) DO UPDATE
         SET standing = 'GRANTED', application = excluded.application, changed_us = excluded.changed_us
         WHERE eligibilities.standing = 'TAKEN' AND eligibilities.application <> excluded.application",
        [campaign.into(), account.to_string().into(), application.into(), to_us(now).into()],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn take(
    tx: &Tx,
    campaign: &str,
    account: Uuid,
    application: &str,
    now: Timestamp,
) -> Result<()> {
    execute(
        tx,
        "INSERT INTO eligibilities (campaign, account, application, standing, stage_number, changed_us)
         VALUES ($1, $2, $3, 'TAKEN', 1, $4)
         ON CONFLICT (campaign, account) DO UPDATE
         SET standing = 'TAKEN', application = excluded.application, changed_us = excluded.changed_us",
        [campaign.into(), account.to_string().into(), application.into(), to_us(now).into()],
    )
    .await?;
    Ok(())
}
