//! The inbox and outgoing mail.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_messages_and_mails"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

const TABLES: [&str; 6] = [
    // The fact, not its words: those are found in the language of the reader.
    "CREATE TABLE message (
        id TEXT PRIMARY KEY, account_id TEXT NOT NULL REFERENCES account (id),
        notice TEXT NOT NULL, about TEXT NOT NULL, created_us BIGINT NOT NULL, read_us BIGINT NULL)",
    "CREATE INDEX message_newest ON message (account_id, created_us, id)",
    "CREATE INDEX message_unread ON message (account_id, read_us)",
    "CREATE TABLE mail (
        id TEXT PRIMARY KEY, to_address TEXT NOT NULL, to_index TEXT NOT NULL, purpose TEXT NOT NULL,
        subject TEXT NOT NULL, body TEXT NOT NULL, enclosures TEXT NOT NULL,
        state TEXT NOT NULL, created_us BIGINT NOT NULL)",
    "CREATE INDEX mail_newest ON mail (created_us, id)",
    "CREATE INDEX mail_to ON mail (to_index, created_us, id)",
];
