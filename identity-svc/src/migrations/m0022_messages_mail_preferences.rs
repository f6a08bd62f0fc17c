//! Which kinds of messages a person does not want by mail.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0022_messages_mail_preferences"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

// No row is version 0: everything goes by mail.
const TABLES: [&str; 1] = ["CREATE TABLE mail_preference (
        account_id TEXT PRIMARY KEY REFERENCES account (id),
        muted TEXT NOT NULL, version BIGINT NOT NULL, updated_us BIGINT NOT NULL)"];
