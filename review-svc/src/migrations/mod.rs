//! The tables of review-svc, forward only, one idea per file.

mod m0001_review_tasks;
mod m0002_decisions;
mod m0003_decision_log;

use sea_orm_migration::prelude::*;

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(chassis::database::ChassisTables),
            Box::new(chassis::stream::StreamTables),
            Box::new(m0001_review_tasks::ReviewTasks),
            Box::new(m0002_decisions::Decisions),
            Box::new(m0003_decision_log::DecisionLog),
        ]
    }
}
