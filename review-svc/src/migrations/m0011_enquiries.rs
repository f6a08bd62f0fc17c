//! Enquiries, what was written in them, and what of it everybody may read.

use sea_orm_migration::prelude::*;

pub struct Enquiries;

impl MigrationName for Enquiries {
    fn name(&self) -> &'static str {
        "m0011_enquiries"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Enquiries {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            // How many of an author's enquiries wait: the bound is one conditional update.
            "CREATE TABLE enquiry_author (
                author TEXT PRIMARY KEY, waiting INTEGER NOT NULL CHECK (waiting >= 0))",
            "CREATE TABLE enquiry (
                id TEXT PRIMARY KEY, author TEXT NOT NULL,
                kind TEXT NOT NULL CHECK (kind IN ('QUESTION', 'SUPPORT')),
                programme TEXT NOT NULL, college TEXT NOT NULL, subject TEXT NOT NULL,
                may_publish BOOLEAN NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('OPEN', 'ANSWERED', 'CLOSED')),
                messages INTEGER NOT NULL, create_us BIGINT NOT NULL,
                due_us BIGINT NULL, order_us BIGINT NOT NULL, version BIGINT NOT NULL)",
            "CREATE INDEX enquiry_own ON enquiry (author, create_us, id)",
            "CREATE INDEX enquiry_due ON enquiry (kind, order_us, id)",
            "CREATE INDEX enquiry_of_college ON enquiry (college, order_us, id)",
            "CREATE TABLE enquiry_message (
                enquiry TEXT NOT NULL REFERENCES enquiry (id), number INTEGER NOT NULL,
                side TEXT NOT NULL CHECK (side IN ('AUTHOR', 'STAFF')), text TEXT NOT NULL,
                create_us BIGINT NOT NULL, PRIMARY KEY (enquiry, number))",
            // One for each enquiry: published again, its words change.
            "CREATE TABLE public_answer (
                id TEXT PRIMARY KEY, enquiry TEXT NOT NULL UNIQUE REFERENCES enquiry (id),
                programme TEXT NOT NULL, college TEXT NOT NULL, question TEXT NOT NULL,
                answer TEXT NOT NULL, publish_us BIGINT NOT NULL, retire_us BIGINT NULL)",
            "CREATE INDEX public_answer_time ON public_answer (publish_us, id)",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
