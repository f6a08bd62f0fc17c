//! Invitations to the staff. An address has one that is pending, at most.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0103_staff_invitations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

// The invited address is sealed; beside it is its keyed hash. Roles are words with a space between.
const TABLES: [&str; 5] = [
    "CREATE TABLE staff_invitation (
        id TEXT PRIMARY KEY, state TEXT NOT NULL, email_index TEXT NOT NULL,
        roles TEXT NOT NULL, language TEXT NOT NULL,
        inviter_id TEXT NOT NULL REFERENCES account (id),
        account_id TEXT NULL REFERENCES account (id),
        code_hash TEXT NOT NULL, token_hash TEXT NOT NULL, code_tries INTEGER NOT NULL DEFAULT 0,
        created_us BIGINT NOT NULL, expires_us BIGINT NOT NULL,
        personal TEXT NULL, data_key TEXT NULL, master_key TEXT NULL)",
    "CREATE UNIQUE INDEX staff_invitation_pending ON staff_invitation (email_index)
        WHERE state = 'PENDING'",
    "CREATE INDEX staff_invitation_newest ON staff_invitation (created_us, id)",
    "CREATE INDEX staff_invitation_expires ON staff_invitation (expires_us)",
    "CREATE INDEX staff_invitation_master_key ON staff_invitation (master_key, id)",
];
