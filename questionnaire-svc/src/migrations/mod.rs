//! The tables of questionnaire-svc, forward only, one idea per file.

mod m0001_campaigns;
mod m0002_applications;
mod m0003_documents;
mod m0004_submissions;

use sea_orm_migration::prelude::*;

pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(chassis::database::ChassisTables),
            Box::new(chassis::stream::StreamTables),
            Box::new(m0001_campaigns::Campaigns),
            Box::new(m0002_applications::Applications),
            Box::new(m0003_documents::Documents),
            Box::new(m0004_submissions::Submissions),
        ]
    }
}
