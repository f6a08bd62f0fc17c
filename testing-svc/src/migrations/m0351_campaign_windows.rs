//! When campaigns close, as far as it was heard of: unused promo codes end with them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: &[&str] = &["CREATE TABLE campaign_windows (
        campaign TEXT PRIMARY KEY, close_us BIGINT NOT NULL, version BIGINT NOT NULL)"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        super::run(manager, TABLES).await
    }
}
