//! How long a booking may be sat beyond its session, beside the booking: whoever asks which sittings
//! are over asks it of many at once.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "ALTER TABLE bookings ADD COLUMN extra_us BIGINT NOT NULL DEFAULT 0",
    // The needs were written without blanks and without what is false.
    "UPDATE bookings SET extra_us = (SELECT (s.end_us - s.start_us) * s.extra_time_percent / 100
            FROM test_sessions s WHERE s.id = bookings.session)
        WHERE needs LIKE '%\"accessible\":true%'",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
