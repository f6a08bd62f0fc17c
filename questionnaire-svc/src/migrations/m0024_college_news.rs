//! News of colleges, beside those of programmes.

use sea_orm_migration::prelude::*;

pub struct CollegeNews;

impl MigrationName for CollegeNews {
    fn name(&self) -> &'static str {
        "m0024_college_news"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for CollegeNews {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "ALTER TABLE news_item ADD COLUMN college TEXT NULL",
            "CREATE INDEX news_item_of_college ON news_item (college, publish_us)
                WHERE college IS NOT NULL",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
