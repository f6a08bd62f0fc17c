//! Signatures of acts of organisations. What the certificate says is sealed with the whole signature, and
//! one signature of the same bytes for the same purpose is there once.

use sea_orm_migration::prelude::*;

pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0107_signatures"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, &TABLES).await
    }
}

const TABLES: [&str; 3] = [
    "CREATE TABLE signature (
        id TEXT PRIMARY KEY, signatory_id TEXT NOT NULL REFERENCES signatory (id),
        bin TEXT NOT NULL REFERENCES signing_organisation (bin), purpose TEXT NOT NULL,
        content_hash TEXT NOT NULL, cms_hash TEXT NOT NULL, role TEXT NOT NULL, issuer TEXT NOT NULL,
        not_before_us BIGINT NOT NULL, not_after_us BIGINT NOT NULL, stated_us BIGINT NULL,
        received_us BIGINT NOT NULL,
        personal TEXT NOT NULL, data_key TEXT NOT NULL, master_key TEXT NOT NULL)",
    "CREATE UNIQUE INDEX signature_once ON signature (content_hash, cms_hash, purpose)",
    "CREATE INDEX signature_master_key ON signature (master_key, id)",
];
