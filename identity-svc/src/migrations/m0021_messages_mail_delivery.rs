//! Where a mail is on its way: tries, when the next is due, why the last came to nothing.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0021_messages_mail_delivery"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &COLUMNS).await
    }
}

// `due_us` is when a mail is tried next, or when who tries it must be thought dead. `claims` counts
// every time somebody took it up, and never goes back: the number tells one taker from another.
const COLUMNS: [&str; 7] = [
    "ALTER TABLE mail ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE mail ADD COLUMN claims BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE mail ADD COLUMN due_us BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE mail ADD COLUMN failure TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE mail ADD COLUMN sent_us BIGINT NULL",
    "CREATE INDEX mail_due ON mail (due_us, id) WHERE state IN ('QUEUED', 'RETRYING', 'SENDING')",
    "CREATE INDEX mail_state ON mail (state, created_us, id)",
];
