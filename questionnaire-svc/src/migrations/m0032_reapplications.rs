//! Where the campaign says so, a rejected application makes room for another too.

use sea_orm_migration::prelude::*;

pub struct Reapplications;

impl MigrationName for Reapplications {
    fn name(&self) -> &'static str {
        "m0032_reapplications"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Reapplications {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // The check of a column can't be changed on every engine: another column takes its place.
            "ALTER TABLE application ADD COLUMN leaves_room BOOLEAN NOT NULL DEFAULT FALSE
                CHECK (NOT leaves_room OR state IN ('WITHDRAWN', 'REJECTED'))",
            "UPDATE application SET leaves_room = TRUE WHERE makes_room",
            "DROP INDEX application_person",
            "ALTER TABLE application DROP COLUMN makes_room",
            "ALTER TABLE application RENAME COLUMN leaves_room TO makes_room",
            "CREATE UNIQUE INDEX application_person ON application (campaign, account)
                WHERE NOT makes_room",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
