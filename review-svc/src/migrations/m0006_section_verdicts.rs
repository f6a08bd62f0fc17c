//! Verdicts on sections: each expert's own, so that whoever is next starts anew.

use sea_orm_migration::prelude::*;

pub struct SectionVerdicts;

impl MigrationName for SectionVerdicts {
    fn name(&self) -> &'static str {
        "m0006_section_verdicts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SectionVerdicts {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "CREATE TABLE section_review (
                task TEXT NOT NULL REFERENCES review_task (id), expert TEXT NOT NULL,
                version BIGINT NOT NULL, PRIMARY KEY (task, expert))",
            "CREATE TABLE section_verdict (
                task TEXT NOT NULL, expert TEXT NOT NULL, section TEXT NOT NULL,
                verdict TEXT NOT NULL
                    CHECK (verdict IN ('OK', 'INCORRECT', 'INCOMPLETE', 'OUTDATED')),
                note TEXT NOT NULL, update_us BIGINT NOT NULL,
                PRIMARY KEY (task, expert, section),
                FOREIGN KEY (task, expert) REFERENCES section_review (task, expert))",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
