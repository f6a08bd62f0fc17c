//! Organisations that sign, by their BIN.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{limit, odd, time};
use crate::domain::signature::SignerRole;
use crate::domain::signing_organisation::{Kind, SigningOrganisation, SigningRule, Title};

const COLUMNS: &str =
    "bin, title_kk, title_ru, title_en, kind, allowed_roles, signing_rules, created_us, version";

/// False where the BIN is registered already.
pub async fn insert(tx: &Tx, organisation: &SigningOrganisation) -> Result<bool> {
    let sql = format!(
        "INSERT INTO signing_organisation ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)
         ON CONFLICT DO NOTHING"
    );
    let values = [
        organisation.bin.to_string().into(),
        organisation.title.kk.as_str().into(),
        organisation.title.ru.as_str().into(),
        organisation.title.en.as_str().into(),
        organisation.kind.as_str().into(),
        organisation.roles_in_words().into(),
        rules_in_words(organisation).into(),
        to_us(organisation.created).into(),
    ];
    Ok(execute(tx, &sql, values).await?.rows_affected() == 1)
}

pub async fn find<C: ConnectionTrait>(on: &C, bin: Bin) -> Result<Option<SigningOrganisation>> {
    let sql = format!("SELECT {COLUMNS} FROM signing_organisation WHERE bin = $1");
    let row = query_one(on, &sql, [bin.to_string().into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Locked until the end of the transaction.
pub async fn lock(tx: &Tx, bin: Bin) -> Result<Option<SigningOrganisation>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signing_organisation WHERE bin = $1{}",
        for_update(tx)
    );
    let row = query_one(tx, &sql, [bin.to_string().into()]).await?;
    row.as_ref().map(read).transpose()
}

/// Saves what can change, as the next version.
pub async fn save(tx: &Tx, organisation: &mut SigningOrganisation) -> Result<()> {
    let sql =
        "UPDATE signing_organisation SET title_kk = $2, title_ru = $3, title_en = $4, kind = $5,
               allowed_roles = $6, signing_rules = $7, version = version + 1 WHERE bin = $1";
    let values = [
        organisation.bin.to_string().into(),
        organisation.title.kk.as_str().into(),
        organisation.title.ru.as_str().into(),
        organisation.title.en.as_str().into(),
        organisation.kind.as_str().into(),
        organisation.roles_in_words().into(),
        rules_in_words(organisation).into(),
    ];
    execute(tx, sql, values).await?;
    organisation.version += 1;
    Ok(())
}

pub async fn list<C: ConnectionTrait>(
    on: &C,
    after: Option<&str>,
    rows: u64,
) -> Result<Vec<SigningOrganisation>> {
    let sql =
        format!("SELECT {COLUMNS} FROM signing_organisation WHERE bin > $1 ORDER BY bin LIMIT $2");
    let values = [after.unwrap_or_default().into(), limit(rows).into()];
    let found = query_all(on, &sql, values).await?;
    found.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<SigningOrganisation> {
    let text = |column: &str| row.try_get::<String>("", column);
    Ok(SigningOrganisation {
        bin: Bin::parse(&text("bin")?).map_err(|_| odd("bin"))?,
        title: Title {
            kk: text("title_kk")?,
            ru: text("title_ru")?,
            en: text("title_en")?,
        },
        kind: Kind::from_name(&text("kind")?).ok_or_else(|| odd("kind"))?,
        allowed_roles: roles_of(&text("allowed_roles")?),
        signing_rules: text("signing_rules")?
            .lines()
            .map(rule_of)
            .collect::<Result<_>>()?,
        created: time(row, "created_us")?,
        version: row.try_get("", "version")?,
    })
}

/// A rule a line.
fn rules_in_words(organisation: &SigningOrganisation) -> String {
    let rules = organisation.signing_rules.iter();
    rules
        .map(SigningRule::in_words)
        .collect::<Vec<_>>()
        .join("\n")
}

fn rule_of(line: &str) -> Result<SigningRule> {
    let (act, roles) = line.split_once(": ").ok_or_else(|| odd("signing_rules"))?;
    Ok(SigningRule {
        act: act.to_owned(),
        roles: roles_of(roles),
    })
}

/// A role that a newer version wrote is one that this one can't honour.
fn roles_of(words: &str) -> Vec<SignerRole> {
    words.split(' ').filter_map(SignerRole::from_name).collect()
}
