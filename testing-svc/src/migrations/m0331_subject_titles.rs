//! What subjects are called, as submissions told it: a permit shows words and not codes.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &["CREATE TABLE subject_titles (
        campaign TEXT NOT NULL, subject TEXT NOT NULL, title TEXT NOT NULL,
        PRIMARY KEY (campaign, subject))"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
