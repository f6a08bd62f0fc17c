//! Sessions, their tokens (hashed), and the wrong passwords of each login.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_sessions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

const TABLES: [&str; 6] = [
    "CREATE TABLE session (
        id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id),
        created_us BIGINT NOT NULL, ends_us BIGINT NOT NULL, ended_us BIGINT NULL,
        generation BIGINT NOT NULL, access_expires_us BIGINT NOT NULL, refresh_expires_us BIGINT NOT NULL)",
    "CREATE INDEX session_account ON session (account_id)",
    "CREATE INDEX session_ends ON session (ends_us)",
    // `used` is set when either token of the pair is first shown to us.
    "CREATE TABLE session_token (
        refresh_hash TEXT PRIMARY KEY, access_hash TEXT NOT NULL UNIQUE,
        session_id TEXT NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        generation BIGINT NOT NULL, access_expires_us BIGINT NOT NULL, refresh_expires_us BIGINT NOT NULL,
        used BOOLEAN NOT NULL DEFAULT FALSE)",
    "CREATE INDEX session_token_session ON session_token (session_id, generation)",
    "CREATE TABLE sign_in_failure (
        login_index TEXT PRIMARY KEY, failures BIGINT NOT NULL, last_us BIGINT NOT NULL)",
];
