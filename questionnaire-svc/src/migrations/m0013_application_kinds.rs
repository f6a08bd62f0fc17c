//! Kinds of application: campaigns name them, an application is of one for good.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct ApplicationKinds;

impl MigrationName for ApplicationKinds {
    fn name(&self) -> &'static str {
        "m0013_application_kinds"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ApplicationKinds {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "ALTER TABLE campaign ADD COLUMN kinds TEXT NOT NULL DEFAULT '[]'",
            "ALTER TABLE campaign_version ADD COLUMN kinds TEXT NOT NULL DEFAULT '[]'",
            "ALTER TABLE application ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
        ] {
            db.execute_unprepared(sql).await?;
        }
        for sql in stays(db.get_database_backend()) {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}

/// What keeps the kind as it was chosen, in the words of each engine.
fn stays(backend: DbBackend) -> &'static [&'static str] {
    match backend {
        DbBackend::Postgres => &[
            "CREATE FUNCTION application_kind_stays() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'the kind of an application is not changed'; END $$",
            "CREATE TRIGGER application_kind_stays BEFORE UPDATE OF kind ON application
             FOR EACH ROW WHEN (OLD.kind IS DISTINCT FROM NEW.kind)
             EXECUTE FUNCTION application_kind_stays()",
        ],
        _ => &[
            "CREATE TRIGGER application_kind_stays BEFORE UPDATE OF kind ON application
             WHEN OLD.kind IS NOT NEW.kind
             BEGIN SELECT RAISE(ABORT, 'the kind of an application is not changed'); END",
        ],
    }
}
