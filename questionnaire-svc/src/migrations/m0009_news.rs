//! News of programmes.

use sea_orm_migration::prelude::*;

pub struct News;

impl MigrationName for News {
    fn name(&self) -> &'static str {
        "m0009_news"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for News {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "CREATE TABLE news_item (
                id TEXT PRIMARY KEY, programme TEXT NOT NULL, title TEXT NOT NULL,
                body TEXT NOT NULL, pinned BOOLEAN NOT NULL, publish_us BIGINT NULL,
                retired_us BIGINT NULL, created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL,
                version BIGINT NOT NULL)",
            "CREATE INDEX news_item_published ON news_item (programme, publish_us)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
