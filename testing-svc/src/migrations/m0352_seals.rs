//! One seed for each campaign, which its first run settles, and the signature under which a run is published,
//! which is of a run with that seed. Both only grow.

use chassis::database::only_grows::only_grows;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE allocation_seeds (
        campaign TEXT PRIMARY KEY, seed TEXT NOT NULL, settled_us BIGINT NOT NULL,
        settled_by TEXT NOT NULL, UNIQUE (campaign, seed))",
    // Of what was there before: the seed of the round that was published first, or else of the first run.
    "INSERT INTO allocation_seeds (campaign, seed, settled_us, settled_by)
     SELECT r.campaign, r.seed, r.created_us, r.created_by FROM allocation_runs r
     WHERE r.id = (SELECT o.id FROM allocation_runs o
        LEFT JOIN allocation_publications p ON p.run = o.id WHERE o.campaign = r.campaign
        ORDER BY CASE WHEN p.run IS NULL THEN 1 ELSE 0 END, p.round, o.created_us, o.id LIMIT 1)",
    "CREATE TABLE allocation_seals (
        run TEXT PRIMARY KEY REFERENCES allocation_publications (run),
        campaign TEXT NOT NULL, seed TEXT NOT NULL, content TEXT NOT NULL,
        cms_sha256 TEXT NOT NULL, signature TEXT NOT NULL UNIQUE, organisation TEXT NOT NULL,
        signed_us BIGINT NOT NULL,
        FOREIGN KEY (campaign, seed) REFERENCES allocation_seeds (campaign, seed))",
];

/// What is never changed once it is there.
pub const ONLY_GROW: [&str; 2] = ["allocation_seeds", "allocation_seals"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await?;
        for table in ONLY_GROW {
            only_grows(manager.get_connection(), table).await?;
        }
        Ok(())
    }
}
