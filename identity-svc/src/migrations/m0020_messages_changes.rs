//! Each inbox counts its changes, and each message knows the change that made or read it last: who
//! follows an inbox goes on from a number and misses nothing.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0020_messages_changes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

// Messages from before stand at change 0: nobody followed them.
const TABLES: [&str; 4] = [
    "CREATE TABLE inbox (
        account_id TEXT PRIMARY KEY REFERENCES account (id),
        changes BIGINT NOT NULL, changed_us BIGINT NOT NULL)",
    "CREATE INDEX inbox_changed ON inbox (changed_us)",
    "ALTER TABLE message ADD COLUMN change_number BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX message_changes ON message (account_id, change_number)",
];
