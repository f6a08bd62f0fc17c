//! What was heard of applications, in whatever order. The row of an application is the lock under which
//! its events are taken one after another; it comes before the person's eligibility.

use chassis::Result;
use chassis::database::{Tx, execute, for_update, query_one};
use uuid::Uuid;

use super::row;
use crate::domain::quota::Needs;

/// What an event about an application names.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    pub application: &'a str,
    pub campaign: &'a str,
    pub account: Uuid,
}

/// Locks what is known of an application, which may be nothing yet. Tells whether its person has left
/// with it already.
pub async fn hear(tx: &Tx, named: Named<'_>) -> Result<bool> {
    execute(
        tx,
        "INSERT INTO applications (application, campaign, account, submission_number, needs, has_left)
         VALUES ($1, $2, $3, 0, '{}', FALSE) ON CONFLICT DO NOTHING",
        [
            named.application.into(),
            named.campaign.into(),
            named.account.to_string().into(),
        ],
    )
    .await?;
    let sql = format!(
        "SELECT has_left FROM applications WHERE application = $1{}",
        for_update(tx)
    );
    let found = query_one(tx, &sql, [named.application.into()]).await?;
    let has_left = found.map(|found| row::get(&found, "has_left"));
    Ok(has_left.transpose()?.unwrap_or(false))
}

/// Keeps what a submission says of the seat; false where a newer one was heard before.
pub async fn keep_needs(tx: &Tx, application: &str, number: i32, needs: &Needs) -> Result<bool> {
    let done = execute(
        tx,
        "UPDATE applications SET submission_number = $2, needs = $3
         WHERE application = $1 AND submission_number < $2",
        [
            application.into(),
            number.into(),
            row::written(needs)?.into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

pub async fn note_accepted(tx: &Tx, application: &str, submission: &str) -> Result<()> {
    let sql = "UPDATE applications SET accepted = $2 WHERE application = $1";
    execute(tx, sql, [application.into(), submission.into()]).await?;
    Ok(())
}

pub async fn note_left(tx: &Tx, application: &str) -> Result<()> {
    let sql = "UPDATE applications SET has_left = TRUE WHERE application = $1";
    execute(tx, sql, [application.into()]).await?;
    Ok(())
}

/// An application of the person that was accepted and still stands, with the submission that was: it was
/// heard of before the end of the one before it.
pub async fn standing(tx: &Tx, campaign: &str, account: Uuid) -> Result<Option<(String, String)>> {
    let found = query_one(
        tx,
        "SELECT application, accepted FROM applications
         WHERE campaign = $1 AND account = $2 AND accepted IS NOT NULL AND has_left = FALSE
         ORDER BY application DESC LIMIT 1",
        [campaign.into(), account.to_string().into()],
    )
    .await?;
    let both = found.map(|it| Ok((row::get(&it, "application")?, row::get(&it, "accepted")?)));
    both.transpose()
}
