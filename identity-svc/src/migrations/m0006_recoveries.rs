//! Recoveries of accounts whose password is forgotten: keyed hashes, nothing of a person.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0006_recoveries"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

// `account_id` refers to nothing: a recovery of a known login must cost no more than another.
const TABLES: [&str; 3] = [
    "CREATE TABLE recovery (
        id TEXT PRIMARY KEY, state TEXT NOT NULL,
        iin_index TEXT NOT NULL, email_index TEXT NOT NULL, account_id TEXT NULL,
        code_hash TEXT NOT NULL, token_hash TEXT NOT NULL, proofs_expire_us BIGINT NOT NULL,
        code_tries INTEGER NOT NULL DEFAULT 0, completion_hash TEXT NOT NULL,
        created_us BIGINT NOT NULL, expires_us BIGINT NOT NULL)",
    "CREATE INDEX recovery_expires ON recovery (expires_us)",
    "CREATE INDEX recovery_account ON recovery (account_id)",
];
