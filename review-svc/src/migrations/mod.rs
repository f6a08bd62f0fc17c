//! The tables of review-svc, forward only, one idea per file.

mod m0001_review_tasks;
mod m0002_decisions;
mod m0003_decision_log;
mod m0004_course_of_a_task;
mod m0005_experts;
mod m0006_section_verdicts;
mod m0007_review_policies;
mod m0008_saved_filters;
mod m0009_work_calendars;
mod m0010_set_aside;
mod m0011_enquiries;

use sea_orm_migration::prelude::*;

pub struct Migrator;

/// What is added to and never changed, beside the audit: decisions and their log.
pub const ONLY_GROW: &[&str] = &["decision", "decision_log_entry"];

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(chassis::database::ChassisTables),
            Box::new(m0001_review_tasks::ReviewTasks),
            Box::new(m0002_decisions::Decisions),
            Box::new(m0003_decision_log::DecisionLog),
            Box::new(m0004_course_of_a_task::CourseOfATask),
            Box::new(m0005_experts::Experts),
            Box::new(m0006_section_verdicts::SectionVerdicts),
            Box::new(m0007_review_policies::ReviewPolicies),
            Box::new(m0008_saved_filters::SavedFilters),
            Box::new(m0009_work_calendars::WorkCalendars),
            Box::new(chassis::stream::StreamTables),
            Box::new(chassis::stream::TraceColumns),
            Box::new(chassis::dead::DeadEvents),
            Box::new(chassis::database::AuditOnlyGrows),
            Box::new(m0010_set_aside::SetAside),
            Box::new(m0011_enquiries::Enquiries),
        ]
    }
}
