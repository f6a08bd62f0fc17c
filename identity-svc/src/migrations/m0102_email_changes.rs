//! Pending changes of e-mail addresses. An account has one that is pending, at most.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0102_email_changes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

// The new address is sealed; beside it is its keyed hash.
const TABLES: [&str; 4] = [
    "CREATE TABLE email_change (
        id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id),
        session_id TEXT NOT NULL, state TEXT NOT NULL, email_index TEXT NOT NULL,
        code_hash TEXT NOT NULL, token_hash TEXT NOT NULL, code_tries INTEGER NOT NULL DEFAULT 0,
        created_us BIGINT NOT NULL, expires_us BIGINT NOT NULL,
        personal TEXT NULL, data_key TEXT NULL, master_key TEXT NULL)",
    "CREATE UNIQUE INDEX email_change_pending ON email_change (account_id) WHERE state = 'PENDING'",
    "CREATE INDEX email_change_expires ON email_change (expires_us)",
    "CREATE INDEX email_change_master_key ON email_change (master_key, id)",
];
