//! The audit found by who did something and by what was done: administrators ask for both.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0104_audit_found"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &INDEXES).await
    }
}

const INDEXES: [&str; 2] = [
    "CREATE INDEX audit_caller ON audit (caller, seq)",
    "CREATE INDEX audit_action ON audit (action, seq)",
];
