//! College admission: specialties and wishes as questionnaire-svc tells of them, in any order; runs and
//! what was published of them, which only grow; and offers.
//!
//! A wish of which something was heard is there from then on; it competes once it was accepted, and no
//! more once it is gone. `changes` counts what came in of a specialty: a run knows how much it knew.

use chassis::database::only_grows::only_grows;
use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE admission_specialties (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL, changes BIGINT NOT NULL,
        started_us BIGINT NULL, college TEXT NULL, places INTEGER NULL, competing INTEGER NULL,
        quotas TEXT NULL, formula TEXT NULL, title TEXT NULL, college_title TEXT NULL,
        CHECK (started_us IS NULL OR (college IS NOT NULL AND places IS NOT NULL
            AND competing IS NOT NULL AND quotas IS NOT NULL AND formula IS NOT NULL
            AND title IS NOT NULL AND college_title IS NOT NULL)))",
    "CREATE INDEX admission_specialties_campaign ON admission_specialties (campaign, id)",
    "CREATE TABLE admission_choices (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL, specialty TEXT NOT NULL,
        accepted BOOLEAN NOT NULL, gone BOOLEAN NOT NULL, application TEXT NULL,
        account TEXT NULL, application_number TEXT NULL, preference INTEGER NULL,
        marks TEXT NOT NULL, exams TEXT NOT NULL, merits TEXT NOT NULL, rights TEXT NOT NULL,
        CHECK (NOT accepted OR (application IS NOT NULL AND application_number IS NOT NULL
            AND preference IS NOT NULL)))",
    "CREATE INDEX admission_choices_specialty ON admission_choices (specialty, id)",
    "CREATE INDEX admission_choices_application ON admission_choices (application)",
    "CREATE TABLE allocation_runs (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL, round INTEGER NOT NULL,
        agreed TEXT NOT NULL, seed TEXT NOT NULL, created_us BIGINT NOT NULL,
        created_by TEXT NOT NULL, UNIQUE (id, campaign, round))",
    "CREATE INDEX allocation_runs_campaign ON allocation_runs (campaign, id)",
    "CREATE TABLE allocation_outcomes (
        run TEXT PRIMARY KEY REFERENCES allocation_runs (id),
        state TEXT NOT NULL CHECK (state IN ('CHECKED', 'WITHHELD')),
        rules INTEGER NOT NULL, known BIGINT NOT NULL, input_hash TEXT NOT NULL,
        record_hash TEXT NOT NULL, findings TEXT NOT NULL, faults TEXT NOT NULL,
        specialties INTEGER NOT NULL, applicants INTEGER NOT NULL, placed INTEGER NOT NULL,
        unranked INTEGER NOT NULL, finished_us BIGINT NOT NULL)",
    "CREATE TABLE allocation_parts (
        run TEXT NOT NULL REFERENCES allocation_runs (id),
        part TEXT NOT NULL CHECK (part IN ('INPUT', 'RECORD')), number INTEGER NOT NULL,
        content TEXT NOT NULL, PRIMARY KEY (run, part, number))",
    "CREATE TABLE allocation_results (
        run TEXT NOT NULL REFERENCES allocation_runs (id), choice TEXT NOT NULL,
        application TEXT NOT NULL, application_number TEXT NOT NULL, specialty TEXT NOT NULL,
        preference INTEGER NOT NULL, outcome TEXT NOT NULL, place INTEGER NULL,
        score BIGINT NULL, ranked INTEGER NULL, places INTEGER NULL, last_place INTEGER NULL,
        last_score BIGINT NULL, quota TEXT NULL, PRIMARY KEY (run, choice))",
    "CREATE INDEX allocation_results_people
        ON allocation_results (run, application_number, preference)",
    "CREATE INDEX allocation_results_application ON allocation_results (application, run)",
    "CREATE INDEX allocation_results_specialty ON allocation_results (run, specialty)",
    // A round of a campaign has one publication, and it is of a run that was made for this round.
    "CREATE TABLE allocation_publications (
        run TEXT NOT NULL UNIQUE, campaign TEXT NOT NULL, round INTEGER NOT NULL,
        published_us BIGINT NOT NULL, results_us BIGINT NOT NULL,
        reply_until_us BIGINT NOT NULL, published_by TEXT NOT NULL,
        PRIMARY KEY (campaign, round), CHECK (results_us < reply_until_us),
        FOREIGN KEY (run, campaign, round) REFERENCES allocation_runs (id, campaign, round))",
    // How far the offers of a publication were made.
    "CREATE TABLE admission_offerings (
        run TEXT PRIMARY KEY REFERENCES allocation_publications (run),
        results_us BIGINT NOT NULL, last_number TEXT NOT NULL, done BOOLEAN NOT NULL)",
    "CREATE INDEX admission_offerings_due ON admission_offerings (results_us) WHERE NOT done",
    "CREATE TABLE admission_offers (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL,
        run TEXT NOT NULL REFERENCES allocation_publications (run), round INTEGER NOT NULL,
        application TEXT NOT NULL, choice TEXT NOT NULL UNIQUE, specialty TEXT NOT NULL,
        account TEXT NULL, state TEXT NOT NULL CHECK (state IN
            ('OFFERED', 'ACCEPTED', 'DECLINED', 'LAPSED', 'WITHDRAWN')),
        until_us BIGINT NOT NULL, made_us BIGINT NOT NULL, ended_us BIGINT NULL,
        version INTEGER NOT NULL, CHECK ((ended_us IS NULL) = (state = 'OFFERED')))",
    "CREATE UNIQUE INDEX admission_offers_one ON admission_offers (application)
        WHERE state IN ('OFFERED', 'ACCEPTED')",
    "CREATE INDEX admission_offers_account ON admission_offers (account, id)",
    "CREATE INDEX admission_offers_campaign ON admission_offers (campaign, id)",
    "CREATE INDEX admission_offers_open ON admission_offers (until_us) WHERE state = 'OFFERED'",
];

/// What is never changed once it is there.
pub const ONLY_GROW: [&str; 5] = [
    "allocation_runs",
    "allocation_outcomes",
    "allocation_parts",
    "allocation_results",
    "allocation_publications",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await?;
        for table in ONLY_GROW {
            only_grows(manager.get_connection(), table).await?;
        }
        Ok(())
    }
}
