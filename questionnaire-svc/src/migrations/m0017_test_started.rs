//! When the person of an application sat the test first: from then on it is not changed.

use sea_orm_migration::prelude::*;

pub struct TestStarted;

impl MigrationName for TestStarted {
    fn name(&self) -> &'static str {
        "m0017_test_started"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for TestStarted {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "ALTER TABLE application ADD COLUMN test_started_us BIGINT NULL";
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }
}
