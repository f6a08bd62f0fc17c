//! Who is in the Reserve, as testing-svc tells.

use sea_orm_migration::prelude::*;

pub struct Memberships;

impl MigrationName for Memberships {
    fn name(&self) -> &'static str {
        "m0011_memberships"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Memberships {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // Days as texts of the form 2026-01-31: they sort as they follow each other.
            "CREATE TABLE membership (
                id TEXT PRIMARY KEY, campaign TEXT NOT NULL, account TEXT NOT NULL,
                start_day TEXT NOT NULL, end_day TEXT NOT NULL)",
            "CREATE INDEX membership_account ON membership (account, end_day)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
