//! Campaigns: windows, rules and declarations as data.

use sea_orm_migration::prelude::*;

pub struct Campaigns;

impl MigrationName for Campaigns {
    fn name(&self) -> &'static str {
        "m0001_campaigns"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Campaigns {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "CREATE TABLE campaign (
                id TEXT PRIMARY KEY, programme TEXT NOT NULL, title TEXT NOT NULL,
                open_us BIGINT NOT NULL, close_us BIGINT NOT NULL, time_zone TEXT NOT NULL,
                rules TEXT NOT NULL, places INTEGER NOT NULL, form_revision TEXT NOT NULL,
                declarations TEXT NOT NULL, created_us BIGINT NOT NULL, version BIGINT NOT NULL,
                CHECK (open_us < close_us))",
            "CREATE INDEX campaign_open ON campaign (open_us, id)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
