//! Promo codes, what partners did with them, and the results. The unique indexes are the rules:
//! one code per person and campaign, one redemption that has a code.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &[
    "CREATE TABLE promo_codes (
        id TEXT PRIMARY KEY, campaign TEXT NOT NULL, account TEXT NOT NULL,
        code TEXT NOT NULL UNIQUE, test_system TEXT NOT NULL, iin_index {bytes} NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('ISSUED', 'RESERVED', 'REDEEMED', 'RESULT_RECEIVED', 'EXPIRED', 'REVOKED', 'VOID')),
        redemption TEXT NULL, reserved_until_us BIGINT NULL,
        issued_us BIGINT NOT NULL, expires_us BIGINT NOT NULL, version INTEGER NOT NULL,
        CHECK ((state IN ('RESERVED', 'REDEEMED', 'RESULT_RECEIVED')) = (redemption IS NOT NULL)),
        UNIQUE (campaign, account))",
    "CREATE INDEX promo_codes_account ON promo_codes (account, id)",
    "CREATE INDEX promo_codes_reserved ON promo_codes (reserved_until_us) WHERE state = 'RESERVED'",
    "CREATE INDEX promo_codes_expiring ON promo_codes (expires_us) WHERE state = 'ISSUED'",
    "CREATE TABLE redemptions (
        id TEXT PRIMARY KEY, promo_code TEXT NOT NULL REFERENCES promo_codes (id),
        partner TEXT NOT NULL, test_system TEXT NOT NULL, partner_reference TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN
            ('RESERVED', 'CANCELLED', 'LAPSED', 'REDEEMED', 'ROLLED_BACK', 'RESULT_REPORTED')),
        created_us BIGINT NOT NULL, reserved_until_us BIGINT NULL, redeemed_us BIGINT NULL,
        rolled_back_us BIGINT NULL, rollback_reason TEXT NULL, rollback_note TEXT NULL,
        reported_us BIGINT NULL)",
    "CREATE UNIQUE INDEX redemptions_having ON redemptions (promo_code)
        WHERE state IN ('RESERVED', 'REDEEMED', 'RESULT_REPORTED')",
    "CREATE TABLE language_results (
        promo_code TEXT PRIMARY KEY REFERENCES promo_codes (id),
        redemption TEXT NOT NULL REFERENCES redemptions (id),
        passed BOOLEAN NOT NULL, level TEXT NULL, certificate_number TEXT NULL,
        issue_date TEXT NULL, valid_until TEXT NULL, reported_us BIGINT NOT NULL)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
