//! Subjects of a stage and the certificates that come of it. One result has one certificate that is
//! good, and a certificate's number is nobody else's: rules of the indexes.
//!
//! `certificate_due_us` says since when a result waits for its (next) certificate; nothing where it
//! doesn't. What a certificate says is inside its payload, the bytes that are signed.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "ALTER TABLE stages ADD COLUMN certificate_terms TEXT NULL",
    "ALTER TABLE stage_scores ADD COLUMN subjects TEXT NULL",
    "ALTER TABLE score_changes ADD COLUMN previous_subjects TEXT NULL",
    "ALTER TABLE score_changes ADD COLUMN subjects TEXT NULL",
    "ALTER TABLE stage_results ADD COLUMN subjects TEXT NULL",
    "ALTER TABLE stage_results ADD COLUMN subject_deltas TEXT NULL",
    "ALTER TABLE stage_results ADD COLUMN certificate_due_us BIGINT NULL",
    "CREATE INDEX stage_results_certificate_due ON stage_results (certificate_due_us)
        WHERE certificate_due_us IS NOT NULL",
    "ALTER TABLE appeals ADD COLUMN subject_deltas TEXT NULL",
    "CREATE TABLE certificates (
        id TEXT PRIMARY KEY, certificate_number TEXT NOT NULL UNIQUE, campaign TEXT NOT NULL,
        stage TEXT NOT NULL REFERENCES stages (id),
        result TEXT NOT NULL REFERENCES stage_results (id), account TEXT NOT NULL,
        edition INTEGER NOT NULL, payload {bytes} NOT NULL, signature {bytes} NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('VALID', 'REVOKED', 'SUPERSEDED')),
        issued_us BIGINT NOT NULL, ended_us BIGINT NULL, revocation TEXT NULL,
        revocation_note TEXT NULL, version INTEGER NOT NULL,
        UNIQUE (result, edition), CHECK ((ended_us IS NULL) = (state = 'VALID')),
        CHECK ((revocation IS NULL) = (state <> 'REVOKED')))",
    "CREATE UNIQUE INDEX certificates_valid ON certificates (result) WHERE state = 'VALID'",
    "CREATE INDEX certificates_account ON certificates (account, id)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
