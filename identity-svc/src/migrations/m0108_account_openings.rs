//! Accounts that colleges opened for people, and how many each did on a day. An account is opened once.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0108_account_openings"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

const TABLES: [&str; 2] = [
    "CREATE TABLE account_opening (
        account_id TEXT PRIMARY KEY REFERENCES account (id),
        bin TEXT NOT NULL REFERENCES signing_organisation (bin),
        created_us BIGINT NOT NULL, claimed_us BIGINT NULL)",
    "CREATE TABLE account_opening_count (
        bin TEXT NOT NULL REFERENCES signing_organisation (bin), day TEXT NOT NULL,
        count BIGINT NOT NULL, PRIMARY KEY (bin, day))",
];
