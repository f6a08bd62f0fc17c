//! What the subjects of a campaign are called. Every submission tells it, and nearly every one the same:
//! it is looked up first, so that they don't queue for one row.

use chassis::Result;
use chassis::database::{Tx, execute, query_one};
use sea_orm::ConnectionTrait;

use super::row;
use crate::domain::localized::Localized;

pub async fn find<C: ConnectionTrait>(
    on: &C,
    campaign: &str,
    subject: &str,
) -> Result<Option<Localized>> {
    let sql = "SELECT title FROM subject_titles WHERE campaign = $1 AND subject = $2";
    let found = query_one(on, sql, [campaign.into(), subject.into()]).await?;
    found.map(|it| row::json(&it, "title")).transpose()
}

pub async fn keep(tx: &Tx, campaign: &str, subject: &str, title: &Localized) -> Result<()> {
    if find(tx, campaign, subject).await?.as_ref() == Some(title) {
        return Ok(());
    }
    execute(
        tx,
        "INSERT INTO subject_titles (campaign, subject, title) VALUES ($1, $2, $3)
         ON CONFLICT (campaign, subject) DO UPDATE SET title = excluded.title",
        [campaign.into(), subject.into(), row::written(title)?.into()],
    )
    .await?;
    Ok(())
}
