//! Versions of campaigns: what an application is judged by stays what it was.

use sea_orm_migration::prelude::*;

pub struct CampaignVersions;

impl MigrationName for CampaignVersions {
    fn name(&self) -> &'static str {
        "m0005_campaign_versions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CampaignVersions {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "ALTER TABLE campaign ADD COLUMN directions TEXT NOT NULL DEFAULT '[]'",
            "ALTER TABLE campaign ADD COLUMN updated_us BIGINT NOT NULL DEFAULT 0",
            "UPDATE campaign SET updated_us = created_us",
            // The same columns, so that a version is copied and read as the campaign is.
            "CREATE TABLE campaign_version (
                id TEXT NOT NULL REFERENCES campaign (id), programme TEXT NOT NULL,
                title TEXT NOT NULL, open_us BIGINT NOT NULL, close_us BIGINT NOT NULL,
                time_zone TEXT NOT NULL, rules TEXT NOT NULL, places INTEGER NOT NULL,
                form_revision TEXT NOT NULL, declarations TEXT NOT NULL, directions TEXT NOT NULL,
                created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL, version BIGINT NOT NULL,
                PRIMARY KEY (id, version))",
            "INSERT INTO campaign_version (id, programme, title, open_us, close_us, time_zone, rules,
                places, form_revision, declarations, directions, created_us, updated_us, version)
             SELECT id, programme, title, open_us, close_us, time_zone, rules, places,
                form_revision, declarations, directions, created_us, updated_us, version
             FROM campaign",
            "ALTER TABLE application ADD COLUMN campaign_version BIGINT NOT NULL DEFAULT 1",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
