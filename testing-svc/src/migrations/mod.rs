//! How the database came to be: forward only, one idea per file.

mod m0001_promo_codes;
mod m0002_selection;
mod m0003_candidates;

use sea_orm_migration::prelude::*;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(chassis::database::ChassisTables),
            Box::new(chassis::stream::StreamTables),
            Box::new(m0001_promo_codes::Migration),
            Box::new(m0002_selection::Migration),
            Box::new(m0003_candidates::Migration),
        ]
    }
}

/// Runs statements that both engines read; `{bytes}` becomes the engine's type for bytes.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let bytes = match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => "BYTEA",
        _ => "BLOB",
    };
    for sql in statements {
        db.execute_unprepared(&sql.replace("{bytes}", bytes))
            .await?;
    }
    Ok(())
}
