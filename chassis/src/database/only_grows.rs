//! Tables whose rows are added and never changed: the database itself refuses, whoever asks.
//!
//! A trigger stops the service and its mistakes. Who owns the tables could drop it, so a service in
//! production comes as another role ([`super::grants`]).

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::prelude::*;

/// From now on rows of this table are neither changed nor removed.
pub async fn only_grows<C: ConnectionTrait>(db: &C, table: &str) -> Result<(), DbErr> {
    let statements = match db.get_database_backend() {
        DbBackend::Postgres => vec![
            "CREATE OR REPLACE FUNCTION only_grows() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION '% only grows', TG_TABLE_NAME; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER {table}_rows_stay BEFORE UPDATE OR DELETE ON {table}
                 FOR EACH ROW EXECUTE FUNCTION only_grows()"
            ),
            format!(
                "CREATE TRIGGER {table}_stays BEFORE TRUNCATE ON {table}
                 FOR EACH STATEMENT EXECUTE FUNCTION only_grows()"
            ),
        ],
        _ => ["UPDATE", "DELETE"]
            .into_iter()
            .map(|change| {
                let name = change.to_lowercase();
                format!(
                    "CREATE TRIGGER {table}_refuses_{name} BEFORE {change} ON {table}
                     BEGIN SELECT RAISE(ABORT, '{table} only grows'); END"
                )
            })
            .collect(),
    };
    for sql in statements {
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// The audit of every service. In every service's list, after what was there before it.
pub struct AuditOnlyGrows;

impl MigrationName for AuditOnlyGrows {
    fn name(&self) -> &'static str {
        "m0000_chassis_audit_only_grows"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for AuditOnlyGrows {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        only_grows(manager.get_connection(), "audit").await
    }
}
