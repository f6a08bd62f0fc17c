//! Organisations that sign, who signs for them, what they sign to come in, and every signature that was
//! taken. A session is of an account or of a signatory.

use sea_orm::DbBackend;
use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0106_signing"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await?;
        match manager.get_database_backend() {
            DbBackend::Postgres => super::run(manager, &SESSIONS).await,
            _ => super::run(manager, &SESSIONS_ANEW).await,
        }
    }
}

// What a certificate says of a person is sealed; beside it is a keyed hash of the IIN, or of the
// certificate where it names none. The whole signature is sealed, too: the certificate is in it.
const TABLES: [&str; 7] = [
    "CREATE TABLE signing_organisation (
        bin TEXT PRIMARY KEY, title_kk TEXT NOT NULL, title_ru TEXT NOT NULL, title_en TEXT NOT NULL,
        kind TEXT NOT NULL, allowed_roles TEXT NOT NULL, created_us BIGINT NOT NULL,
        version BIGINT NOT NULL DEFAULT 1)",
    "CREATE TABLE signatory (
        id TEXT PRIMARY KEY, bin TEXT NOT NULL REFERENCES signing_organisation (bin),
        person_index TEXT NOT NULL, role TEXT NOT NULL, created_us BIGINT NOT NULL,
        personal TEXT NULL, data_key TEXT NULL, master_key TEXT NULL)",
    "CREATE UNIQUE INDEX signatory_person ON signatory (bin, person_index)",
    "CREATE INDEX signatory_master_key ON signatory (master_key, id)",
    "CREATE TABLE sign_in_challenge (
        id TEXT PRIMARY KEY, content_hash TEXT NOT NULL, created_us BIGINT NOT NULL,
        expires_us BIGINT NOT NULL, used_us BIGINT NULL)",
    "CREATE INDEX sign_in_challenge_expires ON sign_in_challenge (expires_us)",
    "CREATE TABLE taken_signature (
        id TEXT PRIMARY KEY, about TEXT NOT NULL, signatory_id TEXT NOT NULL REFERENCES signatory (id),
        bin TEXT NOT NULL, role TEXT NOT NULL, content_hash TEXT NOT NULL,
        not_before_us BIGINT NOT NULL, not_after_us BIGINT NOT NULL, taken_us BIGINT NOT NULL,
        personal TEXT NULL, data_key TEXT NULL, master_key TEXT NULL)",
];

const SESSIONS: [&str; 3] = [
    "ALTER TABLE session ALTER COLUMN account_id DROP NOT NULL,
        ADD COLUMN signatory_id TEXT NULL REFERENCES signatory (id),
        ADD COLUMN signatory_bin TEXT NULL",
    "ALTER TABLE session ADD CONSTRAINT session_holder
        CHECK ((account_id IS NULL) <> (signatory_id IS NULL))",
    "CREATE INDEX taken_signature_master_key ON taken_signature (master_key, id)",
];

// SQLite changes no column: the two tables are made anew, and what was in them is moved.
const SESSIONS_ANEW: [&str; 12] = [
    "CREATE TABLE session_anew (
        id TEXT PRIMARY KEY, account_id TEXT NULL REFERENCES account (id),
        created_us BIGINT NOT NULL, ends_us BIGINT NOT NULL, ended_us BIGINT NULL,
        generation BIGINT NOT NULL, access_expires_us BIGINT NOT NULL, refresh_expires_us BIGINT NOT NULL,
        signatory_id TEXT NULL REFERENCES signatory (id), signatory_bin TEXT NULL,
        CHECK ((account_id IS NULL) <> (signatory_id IS NULL)))",
    "CREATE TABLE session_token_anew (
        refresh_hash TEXT PRIMARY KEY, access_hash TEXT NOT NULL UNIQUE,
        session_id TEXT NOT NULL REFERENCES session_anew (id) ON DELETE CASCADE,
        generation BIGINT NOT NULL, access_expires_us BIGINT NOT NULL, refresh_expires_us BIGINT NOT NULL,
        used BOOLEAN NOT NULL DEFAULT FALSE)",
    "INSERT INTO session_anew (id, account_id, created_us, ends_us, ended_us, generation,
        access_expires_us, refresh_expires_us)
     SELECT id, account_id, created_us, ends_us, ended_us, generation, access_expires_us,
        refresh_expires_us FROM session",
    "INSERT INTO session_token_anew (refresh_hash, access_hash, session_id, generation,
        access_expires_us, refresh_expires_us, used)
     SELECT refresh_hash, access_hash, session_id, generation, access_expires_us, refresh_expires_us,
        used FROM session_token",
    "DROP TABLE session_token",
    "DROP TABLE session",
    "ALTER TABLE session_anew RENAME TO session",
    "ALTER TABLE session_token_anew RENAME TO session_token",
    "CREATE INDEX session_account ON session (account_id)",
    "CREATE INDEX session_ends ON session (ends_us)",
    "CREATE INDEX session_token_session ON session_token (session_id, generation)",
    "CREATE INDEX taken_signature_master_key ON taken_signature (master_key, id)",
];
