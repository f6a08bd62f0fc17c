//! Experts: a row to lock while their claims are counted, and whom they do not review.

use sea_orm_migration::prelude::*;

pub struct Experts;

impl MigrationName for Experts {
    fn name(&self) -> &'static str {
        "m0005_experts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Experts {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "CREATE TABLE expert (account TEXT PRIMARY KEY)",
            "CREATE TABLE conflict (
                application TEXT NOT NULL, expert TEXT NOT NULL, declare_us BIGINT NOT NULL,
                PRIMARY KEY (application, expert))",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
