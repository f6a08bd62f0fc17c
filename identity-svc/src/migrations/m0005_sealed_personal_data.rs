//! Personal data sealed. The plain columns stay, empty: the service seals what it finds in them.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_sealed_personal_data"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["account", "registration_attempt", "mail"] {
            let columns = ["personal", "data_key", "master_key"]
                .map(|column| format!("ALTER TABLE {table} ADD COLUMN {column} TEXT NULL"));
            let plain =
                format!("CREATE INDEX {table}_plain ON {table} (id) WHERE personal IS NULL");
            let by_key = format!("CREATE INDEX {table}_master_key ON {table} (master_key, id)");
            for sql in columns.iter().chain([&plain, &by_key]) {
                super::run(manager, &[sql]).await?;
            }
        }
        Ok(())
    }
}
