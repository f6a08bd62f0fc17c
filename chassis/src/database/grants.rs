//! What the role that serves may do, where another one owns the tables.

use std::str::FromStr;

use anyhow::{Context, ensure};
use sea_orm::ConnectionTrait;

use super::Database;

/// What every service only adds to.
const ONLY_GROW: &str = "audit";

/// A role of PostgreSQL, by a name that needs no quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role(String);

impl FromStr for Role {
    type Err = anyhow::Error;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let is_plain = name
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_');
        let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
        ensure!(
            is_plain && starts_well && name.len() <= 63,
            "a role is written in small letters, digits and underscores"
        );
        Ok(Self(name.to_owned()))
    }
}

/// Gives the role what serving needs. `only_grow` are the service's own tables that are never
/// changed, beside the audit: there it may read and add.
///
/// # Errors
/// If there is no such role, or the database is SQLite, which knows none.
pub async fn grant(db: &Database, role: &Role, only_grow: &[&str]) -> anyhow::Result<()> {
    ensure!(
        db.is_postgres(),
        "SQLite has no roles: leave the serving role out"
    );
    let Role(role) = role;
    let growing = std::iter::once(ONLY_GROW).chain(only_grow.iter().copied());
    let growing = growing.collect::<Vec<_>>().join(", ");
    let steps = [
        format!("GRANT USAGE ON SCHEMA public TO {role}"),
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"),
        format!("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}"),
        format!("REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {growing} FROM {role}"),
        format!("REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON seaql_migrations FROM {role}"),
    ];
    let tx = db.begin().await?;
    for step in steps {
        tx.execute_unprepared(&step)
            .await
            .with_context(|| format!("the role {role} was not given what it needs"))?;
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_a_plain_name() {
        assert!("irikteu_serves".parse::<Role>().is_ok());
        for bad in [
            "",
            "1st",
            "Admin",
            "a b",
            "x;drop",
            "\"q\"",
            &"a".repeat(64),
        ] {
            assert!(bad.parse::<Role>().is_err(), "{bad}");
        }
    }
}
