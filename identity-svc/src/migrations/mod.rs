//! The tables of identity-svc, forward only, one idea per file.

use sea_orm_migration::prelude::*;

mod m0001_accounts;
mod m0002_registration_attempts;
mod m0003_sessions;
mod m0004_messages_and_mails;
mod m0005_sealed_personal_data;
mod m0006_recoveries;
mod m0020_messages_changes;
mod m0021_messages_mail_delivery;
mod m0022_messages_mail_preferences;
mod m0101_throttles;
mod m0102_email_changes;
mod m0103_staff_invitations;
mod m0104_audit_found;
mod m0105_failed_sign_ins;
mod m0106_signing;
mod m0107_signatures;
mod m0108_account_openings;
mod m0109_signing_rules;
mod m0110_proven_iins;

pub struct Migrator;

/// What is added to and never changed, beside the audit.
pub const ONLY_GROW: &[&str] = &[];

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(chassis::database::ChassisTables),
            Box::new(m0001_accounts::Migration),
            Box::new(m0002_registration_attempts::Migration),
            Box::new(m0003_sessions::Migration),
            Box::new(m0004_messages_and_mails::Migration),
            Box::new(m0005_sealed_personal_data::Migration),
            Box::new(m0006_recoveries::Migration),
            Box::new(m0020_messages_changes::Migration),
            Box::new(m0021_messages_mail_delivery::Migration),
            Box::new(m0022_messages_mail_preferences::Migration),
            Box::new(m0101_throttles::Migration),
            Box::new(m0102_email_changes::Migration),
            Box::new(m0103_staff_invitations::Migration),
            Box::new(m0104_audit_found::Migration),
            Box::new(m0105_failed_sign_ins::Migration),
            Box::new(m0106_signing::Migration),
            Box::new(m0107_signatures::Migration),
            Box::new(m0108_account_openings::Migration),
            Box::new(m0109_signing_rules::Migration),
            Box::new(m0110_proven_iins::Migration),
            Box::new(chassis::stream::StreamTables),
            Box::new(chassis::stream::TraceColumns),
            Box::new(chassis::dead::DeadEvents),
            Box::new(chassis::database::AuditOnlyGrows),
        ]
    }
}

/// Runs plain statements that both engines read.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for sql in statements {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}
