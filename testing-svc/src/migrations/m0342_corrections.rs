//! How many corrections and points of exams came in, and how many there are to come before a specialty is
//! ranked: what is on its way yet is not left out of a run.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: &[&str] = &[
    "ALTER TABLE admission_choices ADD COLUMN corrections INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE admission_choices ADD COLUMN graded INTEGER NOT NULL DEFAULT 0",
    // Nothing more is asked of specialties that were closed before anybody counted.
    "ALTER TABLE admission_specialties ADD COLUMN corrections INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE admission_specialties ADD COLUMN graded INTEGER NOT NULL DEFAULT 0",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, COLUMNS).await?;
        let keys = match manager.get_database_backend() {
            DbBackend::Postgres => "json_object_keys(exams::json)",
            _ => "json_each(exams)",
        };
        let counted =
            format!("UPDATE admission_choices SET graded = (SELECT COUNT(*) FROM {keys})");
        super::run(manager, &[counted.as_str()]).await
    }
}
