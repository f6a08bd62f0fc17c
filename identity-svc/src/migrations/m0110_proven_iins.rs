//! Since when it is proven by a signature whose an IIN is, and since when an account has given way to who proved it.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0110_proven_iins"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &COLUMNS).await
    }
}

const COLUMNS: [&str; 2] = [
    "ALTER TABLE account ADD COLUMN iin_proven_us BIGINT NULL",
    "ALTER TABLE account ADD COLUMN released_us BIGINT NULL",
];
