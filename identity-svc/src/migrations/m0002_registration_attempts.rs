//! Unfinished sign-ups. What they know of a person is emptied when they end.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0002_registration_attempts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

const TABLES: [&str; 2] = [
    "CREATE TABLE registration_attempt (
        id TEXT PRIMARY KEY, state TEXT NOT NULL,
        iin TEXT NOT NULL, email TEXT NOT NULL, password_hash TEXT NOT NULL, language TEXT NOT NULL,
        campaign TEXT NULL,
        code_hash TEXT NOT NULL, code_expires_us BIGINT NOT NULL, code_tries INTEGER NOT NULL DEFAULT 0,
        token_hash TEXT NOT NULL, mailed_us BIGINT NOT NULL,
        created_us BIGINT NOT NULL, expires_us BIGINT NOT NULL,
        account_id TEXT NULL, repeat_told_us BIGINT NULL)",
    "CREATE INDEX registration_attempt_expires ON registration_attempt (expires_us)",
];
