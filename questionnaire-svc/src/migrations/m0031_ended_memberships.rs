//! A membership that ended before its last day stands in nobody's way.

use sea_orm_migration::prelude::*;

pub struct EndedMemberships;

impl MigrationName for EndedMemberships {
    fn name(&self) -> &'static str {
        "m0031_ended_memberships"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for EndedMemberships {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE membership ADD COLUMN ended_us BIGINT NULL")
            .await?;
        Ok(())
    }
}
