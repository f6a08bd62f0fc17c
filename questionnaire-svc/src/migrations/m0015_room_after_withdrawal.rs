//! Where nobody reviews, a withdrawn application makes room for another of the same person.

use sea_orm_migration::prelude::*;

pub struct RoomAfterWithdrawal;

impl MigrationName for RoomAfterWithdrawal {
    fn name(&self) -> &'static str {
        "m0015_room_after_withdrawal"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for RoomAfterWithdrawal {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // Only what was withdrawn makes room, and it is withdrawn for good.
            "ALTER TABLE application ADD COLUMN makes_room BOOLEAN NOT NULL DEFAULT FALSE
                CHECK (NOT makes_room OR state = 'WITHDRAWN')",
            // Still one application per person and campaign, but for those.
            "DROP INDEX application_person",
            "CREATE UNIQUE INDEX application_person ON application (campaign, account)
                WHERE NOT makes_room",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
