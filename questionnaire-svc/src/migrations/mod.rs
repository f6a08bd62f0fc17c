//! The tables of questionnaire-svc, forward only, one idea per file.

mod m0001_campaigns;
mod m0002_applications;
mod m0003_documents;
mod m0004_submissions;
mod m0005_campaign_versions;
mod m0006_application_course;
mod m0007_form_revisions;
mod m0008_dictionary_versions;
mod m0009_news;
mod m0010_disclosures;
mod m0011_memberships;
mod m0012_document_checks;
mod m0013_application_kinds;
mod m0014_organisations;
mod m0015_room_after_withdrawal;
mod m0016_attempts;
mod m0017_test_started;
mod m0018_colleges;
mod m0019_board_actions;
mod m0020_score_formulas;
mod m0021_application_choices;
mod m0022_entrance_exams;
mod m0023_service_requests;
mod m0024_college_news;
mod m0031_ended_memberships;
mod m0032_reapplications;

use sea_orm_migration::prelude::*;

pub struct Migrator;

/// What is added to and never changed, beside the audit.
pub const ONLY_GROW: &[&str] = &["board_log_entry", "score_formula"];

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(chassis::database::ChassisTables),
            Box::new(m0001_campaigns::Campaigns),
            Box::new(m0002_applications::Applications),
            Box::new(m0003_documents::Documents),
            Box::new(m0004_submissions::Submissions),
            Box::new(m0005_campaign_versions::CampaignVersions),
            Box::new(m0006_application_course::ApplicationCourse),
            Box::new(m0007_form_revisions::FormRevisions),
            Box::new(m0008_dictionary_versions::DictionaryVersions),
            Box::new(m0009_news::News),
            Box::new(m0010_disclosures::Disclosures),
            Box::new(m0011_memberships::Memberships),
            Box::new(chassis::stream::StreamTables),
            Box::new(chassis::stream::TraceColumns),
            Box::new(chassis::dead::DeadEvents),
            Box::new(chassis::database::AuditOnlyGrows),
            Box::new(m0012_document_checks::DocumentChecks),
            Box::new(m0013_application_kinds::ApplicationKinds),
            Box::new(m0014_organisations::Organisations),
            Box::new(m0015_room_after_withdrawal::RoomAfterWithdrawal),
            Box::new(m0016_attempts::Attempts),
            Box::new(m0017_test_started::TestStarted),
            Box::new(m0018_colleges::Colleges),
            Box::new(m0019_board_actions::BoardActions),
            Box::new(m0020_score_formulas::ScoreFormulas),
            Box::new(m0021_application_choices::ApplicationChoices),
            Box::new(m0022_entrance_exams::EntranceExams),
            Box::new(m0023_service_requests::ServiceRequests),
            Box::new(m0024_college_news::CollegeNews),
            Box::new(m0031_ended_memberships::EndedMemberships),
            Box::new(m0032_reapplications::Reapplications),
        ]
    }
}
