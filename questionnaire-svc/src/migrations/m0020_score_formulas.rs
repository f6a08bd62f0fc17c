//! Score formulas of specialties, version by version.

use chassis::database::only_grows::only_grows;
use sea_orm_migration::prelude::*;

pub struct ScoreFormulas;

impl MigrationName for ScoreFormulas {
    fn name(&self) -> &'static str {
        "m0020_score_formulas"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ScoreFormulas {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        // A rating keeps the version that it was made with, so no version ever changes.
        db.execute_unprepared(
            "CREATE TABLE score_formula (
                specialty TEXT NOT NULL REFERENCES specialty (id),
                version INTEGER NOT NULL CHECK (version >= 1), formula TEXT NOT NULL,
                board_action TEXT NOT NULL UNIQUE REFERENCES board_action (id),
                approved_us BIGINT NOT NULL, PRIMARY KEY (specialty, version))",
        )
        .await?;
        only_grows(db, "score_formula").await
    }
}
