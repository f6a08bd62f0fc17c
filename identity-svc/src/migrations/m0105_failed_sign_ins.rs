//! Sign-ins that failed: when, whose login if anybody's, and keyed hashes of the login and the address.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0105_failed_sign_ins"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

const TABLES: [&str; 4] = [
    "CREATE TABLE failed_sign_in (id TEXT PRIMARY KEY, at_us BIGINT NOT NULL, account_id TEXT,
        login_index TEXT NOT NULL, origin_index TEXT NOT NULL)",
    "CREATE INDEX failed_sign_in_account ON failed_sign_in (account_id, id)",
    "CREATE INDEX failed_sign_in_login ON failed_sign_in (login_index, id)",
    "CREATE INDEX failed_sign_in_origin ON failed_sign_in (origin_index, id)",
];
