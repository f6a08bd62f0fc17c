//! What comes of a stage: its rule, the scores that came in, what was published of them, appeals, and
//! memberships. One publication per stage, one result per person and stage, one appeal per result and
//! one membership per person and campaign are the rules of the indexes.
//!
//! Scores are ten-thousandths, in whole numbers.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "ALTER TABLE stages ADD COLUMN advance_rule TEXT NULL",
    "ALTER TABLE stages ADD COLUMN score_scale TEXT NULL",
    "ALTER TABLE stages ADD COLUMN appeal_term_us BIGINT NOT NULL DEFAULT 259200000000",
    "ALTER TABLE stages ADD COLUMN without_sitting BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE stages ADD COLUMN last_stage BOOLEAN NOT NULL DEFAULT FALSE",
    "ALTER TABLE stages ADD COLUMN membership_years INTEGER NOT NULL DEFAULT 3",
    "ALTER TABLE stages ADD COLUMN published_us BIGINT NULL",
    "ALTER TABLE attempts ADD COLUMN paused_us BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE attempts ADD COLUMN pause_us BIGINT NULL",
    "ALTER TABLE attempts ADD COLUMN finished_us BIGINT NULL",
    "ALTER TABLE attempts ADD COLUMN termination TEXT NULL",
    "ALTER TABLE attempts ADD COLUMN version INTEGER NOT NULL DEFAULT 1",
    "ALTER TABLE eligibilities ADD COLUMN disqualified_us BIGINT NULL",
    "CREATE TABLE irregularities (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL, booking TEXT NOT NULL, attempt TEXT NOT NULL,
        session TEXT NOT NULL, candidate_number TEXT NOT NULL, code TEXT NOT NULL,
        note TEXT NOT NULL, terminated BOOLEAN NOT NULL, created_us BIGINT NOT NULL)",
    "CREATE INDEX irregularities_campaign ON irregularities (campaign, id)",
    "CREATE TABLE stage_scores (
        stage TEXT NOT NULL REFERENCES stages (id), account TEXT NOT NULL,
        result TEXT NOT NULL UNIQUE, score BIGINT NULL, absent BOOLEAN NOT NULL,
        updated_us BIGINT NOT NULL,
        PRIMARY KEY (stage, account), CHECK ((score IS NULL) = absent))",
    "CREATE TABLE score_changes (
        id TEXT PRIMARY KEY, stage TEXT NOT NULL, candidate_number TEXT NOT NULL,
        previous_score BIGINT NULL, previous_absent BOOLEAN NOT NULL, score BIGINT NULL,
        absent BOOLEAN NOT NULL, imported_by TEXT NOT NULL, created_us BIGINT NOT NULL)",
    "CREATE INDEX score_changes_stage ON score_changes (stage, id)",
    "CREATE TABLE stage_publications (
        stage TEXT PRIMARY KEY REFERENCES stages (id), published_us BIGINT NOT NULL,
        input_hash TEXT NOT NULL, stage_version INTEGER NOT NULL, advance_rule TEXT NOT NULL,
        cuts TEXT NOT NULL, appeal_until_us BIGINT NULL, published_by TEXT NOT NULL)",
    "CREATE TABLE stage_results (
        id TEXT PRIMARY KEY, stage TEXT NOT NULL REFERENCES stages (id), campaign TEXT NOT NULL,
        account TEXT NOT NULL, candidate_number TEXT NOT NULL, direction TEXT NOT NULL,
        competes_in TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN
            ('ADVANCED', 'NOT_ADVANCED', 'ABSENT', 'TERMINATED')),
        score BIGINT NULL, absent BOOLEAN NOT NULL, cut_score BIGINT NULL,
        place INTEGER NOT NULL, competitors INTEGER NOT NULL, advancing INTEGER NOT NULL,
        appeal_delta BIGINT NOT NULL, by_appeal BOOLEAN NOT NULL, updated_us BIGINT NULL,
        UNIQUE (stage, account))",
    "CREATE INDEX stage_results_admitted ON stage_results (stage, candidate_number)
        WHERE outcome = 'ADVANCED'",
    "CREATE INDEX stage_results_account ON stage_results (account, id)",
    "CREATE TABLE appeals (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL, stage TEXT NOT NULL REFERENCES stages (id),
        result TEXT NOT NULL UNIQUE REFERENCES stage_results (id), account TEXT NOT NULL,
        candidate_number TEXT NOT NULL, text TEXT NOT NULL, filed_us BIGINT NOT NULL,
        verdict TEXT NULL, delta BIGINT NULL, note TEXT NULL, published_us BIGINT NULL,
        advanced BOOLEAN NOT NULL, version INTEGER NOT NULL,
        CHECK (published_us IS NULL OR verdict IS NOT NULL))",
    "CREATE INDEX appeals_stage ON appeals (stage, id)",
    "CREATE INDEX appeals_account ON appeals (account, id)",
    "CREATE TABLE memberships (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL, account TEXT NOT NULL,
        candidate_number TEXT NOT NULL, direction TEXT NOT NULL,
        start_date TEXT NOT NULL, end_date TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('ACTIVE', 'ENDED', 'EXPIRED')),
        end_reason TEXT NULL, end_note TEXT NULL, ended_us BIGINT NULL, version INTEGER NOT NULL,
        UNIQUE (campaign, account), CHECK (start_date <= end_date))",
    "CREATE INDEX memberships_account ON memberships (account, id)",
    "CREATE INDEX memberships_ending ON memberships (end_date) WHERE state = 'ACTIVE'",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
