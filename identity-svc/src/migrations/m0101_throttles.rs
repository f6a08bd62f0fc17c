//! How often something was done lately, by keyed hashes. `sign_in_failure` of `m0003` is not read any
//! more: it goes once no running version reads it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0101_throttles"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

const TABLES: [&str; 3] = [
    "CREATE TABLE throttle (key TEXT PRIMARY KEY, count BIGINT NOT NULL, last_us BIGINT NOT NULL)",
    "CREATE INDEX throttle_last ON throttle (last_us)",
    // The first recovery of a login from an address is mailed, however many others were begun elsewhere.
    "ALTER TABLE recovery ADD COLUMN first_from_address BOOLEAN NOT NULL DEFAULT FALSE",
];
