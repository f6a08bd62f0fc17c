//! Which people were told of their result. A publication of thousands is one short transaction; the
//! news of it follow in batches, each once.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "ALTER TABLE stage_results ADD COLUMN told BOOLEAN NOT NULL DEFAULT FALSE",
    "CREATE INDEX stage_results_untold ON stage_results (id) WHERE told = FALSE",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
