//! Tasks of applications that were opened by mistake. A column of its own: a check of an older one
//! can't be widened on SQLite, and versions before this one read such a task as withdrawn.

use sea_orm_migration::prelude::*;

pub struct SetAside;

impl MigrationName for SetAside {
    fn name(&self) -> &'static str {
        "m0010_set_aside"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SetAside {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = "ALTER TABLE review_task ADD COLUMN set_aside BOOLEAN NOT NULL DEFAULT FALSE
            CHECK (set_aside = FALSE OR state = 'WITHDRAWN')";
        manager.get_connection().execute_unprepared(sql).await?;
        Ok(())
    }
}
