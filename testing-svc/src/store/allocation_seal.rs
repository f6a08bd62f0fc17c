//! The seed of each campaign, and the signatures under which runs are published. Every row is written once.

use anyhow::anyhow;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_one};
use chassis::identifier::Bin;
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};

use super::row;
use crate::domain::admission::run::Run;
use crate::domain::admission::seal::Seal;
use crate::domain::allocation::lottery::Seed;
use crate::domain::allocation::record::read_seed;

/// The campaign's seed: this one, where none is settled yet.
pub async fn settle(tx: &Tx, campaign: &str, seed: Seed, now: Timestamp, by: &str) -> Result<Seed> {
    execute(
        tx,
        "INSERT INTO allocation_seeds (campaign, seed, settled_us, settled_by)
         VALUES ($1, $2, $3, $4) ON CONFLICT (campaign) DO NOTHING",
        [
            campaign.into(),
            hex::encode(seed).into(),
            to_us(now).into(),
            by.into(),
        ],
    )
    .await?;
    let settled = of_campaign(tx, campaign).await?;
    settled.ok_or_else(|| Error::Internal(anyhow!("a campaign has no seed that was just settled")))
}

pub async fn of_campaign<C: ConnectionTrait>(on: &C, campaign: &str) -> Result<Option<Seed>> {
    let sql = "SELECT seed FROM allocation_seeds WHERE campaign = $1";
    let Some(found) = query_one(on, sql, [campaign.into()]).await? else {
        return Ok(None);
    };
    let seed: String = row::get(&found, "seed")?;
    let broken = || Error::Internal(anyhow!("a campaign has a seed that is none"));
    read_seed(&seed).map(Some).ok_or_else(broken)
}

/// The signature of a run that was just published.
pub async fn insert(tx: &Tx, run: &Run, seal: &Seal) -> Result<()> {
    let broken = |_| Error::Internal(anyhow!("what was signed is no text"));
    let content = String::from_utf8(seal.content.clone()).map_err(broken)?;
    execute(
        tx,
        "INSERT INTO allocation_seals (run, campaign, seed, content, cms_sha256, signature,
            organisation, signed_us)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            run.id.to_string().into(),
            run.campaign.as_str().into(),
            hex::encode(run.seed).into(),
            content.into(),
            seal.cms_sha256.as_str().into(),
            seal.signature.as_str().into(),
            seal.organisation.to_string().into(),
            to_us(seal.signed).into(),
        ],
    )
    .await?;
    Ok(())
}

/// The columns of a seal beside those of its run; none where it has none.
pub fn read(found: &QueryResult) -> Result<Option<Seal>> {
    let Some(signed) = row::maybe_time(found, "signed_us")? else {
        return Ok(None);
    };
    let content: String = row::get(found, "content")?;
    let organisation: String = row::get(found, "organisation")?;
    let broken = |reason| Error::Internal(anyhow!("a seal is of no organisation: {reason}"));
    Ok(Some(Seal {
        content: content.into_bytes(),
        cms_sha256: row::get(found, "cms_sha256")?,
        signature: row::get(found, "signature")?,
        organisation: Bin::parse(&organisation).map_err(broken)?,
        signed,
    }))
}
