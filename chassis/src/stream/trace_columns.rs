//! Where in a trace an event was written, kept with the event.

use sea_orm_migration::prelude::*;

/// Two columns of the outbox, empty where nobody traces. A version that does not know them writes and
/// reads beside one that does. In every service's list, after what was there before it.
pub struct TraceColumns;

impl MigrationName for TraceColumns {
    fn name(&self) -> &'static str {
        "m0000_chassis_trace"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for TraceColumns {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for column in ["traceparent", "tracestate"] {
            let sql = format!("ALTER TABLE outbox ADD COLUMN {column} TEXT NULL");
            db.execute_unprepared(&sql).await?;
        }
        Ok(())
    }
}
