//! Who signs which act for an organisation, a rule a line; and signatories who sign no more.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0109_signing_rules"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

const TABLES: [&str; 4] = [
    "ALTER TABLE signing_organisation ADD COLUMN signing_rules TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE signatory ADD COLUMN blocked_us BIGINT NULL",
    "CREATE INDEX signatory_newest ON signatory (bin, created_us, id)",
    // Their sessions end with them.
    "CREATE INDEX session_signatory ON session (signatory_id) WHERE signatory_id IS NOT NULL",
];
