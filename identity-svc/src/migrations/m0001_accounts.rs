//! Accounts and the roles of staff.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_accounts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

// The unique columns are keyed hashes. `iin` and `email` and the names beside them are empty since
// `m0005`, which seals them.
const TABLES: [&str; 4] = [
    "CREATE TABLE account (
        id TEXT PRIMARY KEY,
        iin_index TEXT NOT NULL UNIQUE, email_index TEXT NOT NULL UNIQUE,
        iin TEXT NOT NULL, email TEXT NOT NULL, password_hash TEXT NOT NULL, language TEXT NOT NULL,
        family_name TEXT NOT NULL, given_name TEXT NOT NULL, patronymic TEXT NOT NULL,
        birth_date TEXT NOT NULL, birth_date_source TEXT NOT NULL, birth_place TEXT NOT NULL,
        created_us BIGINT NOT NULL, version BIGINT NOT NULL DEFAULT 1)",
    "CREATE INDEX account_created ON account (created_us, id)",
    "CREATE TABLE account_role (
        account_id TEXT NOT NULL REFERENCES account (id), role TEXT NOT NULL,
        granted_us BIGINT NOT NULL, PRIMARY KEY (account_id, role))",
    "CREATE INDEX account_role_role ON account_role (role, account_id)",
];
