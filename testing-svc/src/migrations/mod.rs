//! How the database came to be: forward only, one idea per file.

mod m0001_promo_codes;
mod m0002_selection;
mod m0003_candidates;
mod m0101_rooms;
mod m0102_quotas;
mod m0103_closures;
mod m0104_waitlists;
mod m0105_reminders;
mod m0106_extra_time;
mod m0107_kept_seats;
mod m0108_lifted_closures;
mod m0201_outcomes;
mod m0202_told_results;
mod m0301_certificates;
mod m0302_applications;
mod m0303_permit_notes;
mod m0304_reissues;
mod m0311_partner_reports;
mod m0331_subject_titles;
mod m0332_session_publications;
mod m0341_admission;
mod m0342_corrections;
mod m0351_campaign_windows;
mod m0352_seals;

use sea_orm_migration::prelude::*;

pub struct Migrator;

/// What is added to and never changed, beside the audit.
pub const ONLY_GROW: &[&str] = &{
    let [runs, outcomes, parts, results, publications] = m0341_admission::ONLY_GROW;
    let [seeds, seals] = m0352_seals::ONLY_GROW;
    [runs, outcomes, parts, results, publications, seeds, seals]
};

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(chassis::database::ChassisTables),
            Box::new(m0001_promo_codes::Migration),
            Box::new(m0002_selection::Migration),
            Box::new(m0003_candidates::Migration),
            Box::new(m0101_rooms::Migration),
            Box::new(m0102_quotas::Migration),
            Box::new(m0103_closures::Migration),
            Box::new(m0104_waitlists::Migration),
            Box::new(m0105_reminders::Migration),
            Box::new(m0106_extra_time::Migration),
            Box::new(m0201_outcomes::Migration),
            Box::new(m0202_told_results::Migration),
            Box::new(chassis::stream::StreamTables),
            Box::new(chassis::stream::TraceColumns),
            Box::new(chassis::dead::DeadEvents),
            Box::new(chassis::database::AuditOnlyGrows),
            Box::new(m0107_kept_seats::Migration),
            Box::new(m0108_lifted_closures::Migration),
            Box::new(m0301_certificates::Migration),
            Box::new(m0311_partner_reports::Migration),
            Box::new(m0302_applications::Migration),
            Box::new(m0303_permit_notes::Migration),
            Box::new(m0304_reissues::Migration),
            Box::new(m0331_subject_titles::Migration),
            Box::new(m0332_session_publications::Migration),
            Box::new(m0341_admission::Migration),
            Box::new(m0342_corrections::Migration),
            Box::new(m0351_campaign_windows::Migration),
            Box::new(m0352_seals::Migration),
        ]
    }
}

/// Runs statements that both engines read; `{bytes}` becomes the engine's type for bytes.
async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let bytes = match db.get_database_backend() {
        sea_orm::DbBackend::Postgres => "BYTEA",
        _ => "BLOB",
    };
    for sql in statements {
        db.execute_unprepared(&sql.replace("{bytes}", bytes))
            .await?;
    }
    Ok(())
}
