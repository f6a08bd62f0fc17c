//! What was shown of people, to whom and why.

use sea_orm_migration::prelude::*;

pub struct Disclosures;

impl MigrationName for Disclosures {
    fn name(&self) -> &'static str {
        "m0010_disclosures"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Disclosures {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // No reference to the application: what was shown stays known after it is gone.
            "CREATE TABLE disclosure (
                id TEXT PRIMARY KEY, account TEXT NOT NULL, subject TEXT NOT NULL,
                resource TEXT NOT NULL, sections TEXT NOT NULL, recipient TEXT NOT NULL,
                recipient_name TEXT NOT NULL, ground TEXT NOT NULL, shown_us BIGINT NOT NULL)",
            "CREATE INDEX disclosure_account ON disclosure (account, id)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
