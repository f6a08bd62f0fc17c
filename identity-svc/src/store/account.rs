//! Accounts. The IIN and the e-mail address are found and kept unique by their keyed hashes; they and
//! who the person is are sealed.

use chassis::Result;
use chassis::caller::Role;
use chassis::clock::to_us;
use chassis::database::{Together, Tx, Which, execute, for_update, query_all, query_one};
use chassis::mask::{Email, Masked};
use chassis::text::Language;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, SqlErr};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::papers::KeptPapers;
use super::sealed::{self, Table};
use super::{Place, id, language, limit, odd, role, time};
use crate::domain::account::{Account, BirthDateSource, Person};
use crate::sealing::Sealer;

const COLUMNS: &str =
    "id, language, birth_date_source, created_us, version, personal, data_key, master_key";

/// What is sealed.
#[derive(Serialize, Deserialize)]
pub(super) struct Personal {
    pub iin: String,
    pub email: String,
    pub family_name: String,
    pub given_name: String,
    pub patronymic: String,
    pub birth_date: String,
    pub birth_place: String,
    /// Records of before people without an IIN have no such part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub papers: Option<KeptPapers>,
}

/// The keyed hashes by which an account is unique.
pub struct Indexes<'a> {
    pub iin: &'a str,
    pub email: &'a str,
}

/// False where an account with this IIN or this address is there already.
pub async fn insert(
    sealer: &Sealer,
    tx: &Tx,
    account: &Account,
    indexes: &Indexes<'_>,
    password_hash: &Masked<String>,
) -> Result<bool> {
    let sealed = sealer.seal(Table::Account.home(account.id), &personal(account))?;
    let done = execute(
        tx,
        "INSERT INTO account (id, iin_index, email_index, password_hash, language, birth_date_source,
            created_us, version, personal, data_key, master_key,
            iin, email, family_name, given_name, patronymic, birth_date, birth_place)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', '', '', '', '', '', '')
         ON CONFLICT DO NOTHING",
        [
            account.id.to_string().into(),
            indexes.iin.into(),
            indexes.email.into(),
            password_hash.reveal().as_str().into(),
            account.language.code().into(),
            account.person.birth_date_source.as_str().into(),
            to_us(account.created).into(),
            account.version.into(),
            sealed.content.into(),
            sealed.data_key.into(),
            sealed.master_key.into(),
        ],
    )
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    for role in &account.roles {
        role::grant(tx, account.id, *role, account.created).await?;
    }
    Ok(true)
}

pub async fn find<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    account: Uuid,
) -> Result<Option<Account>> {
    let sql = format!("SELECT {COLUMNS} FROM account WHERE id = $1");
    let row = query_one(on, &sql, [account.to_string().into()]).await?;
    whole(sealer, on, row).await
}

/// Locked until the end of the transaction.
pub async fn lock(sealer: &Sealer, tx: &Tx, account: Uuid) -> Result<Option<Account>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM account WHERE id = $1{}",
        for_update(tx)
    );
    let row = query_one(tx, &sql, [account.to_string().into()]).await?;
    whole(sealer, tx, row).await
}

/// The accounts that stand in the way of a new one: none, one, or two different ones.
pub async fn with_either_index<C: ConnectionTrait>(
    on: &C,
    indexes: &Indexes<'_>,
) -> Result<Vec<Uuid>> {
    let sql = "SELECT id FROM account WHERE iin_index = $1 OR email_index = $2 ORDER BY id";
    let rows = query_all(on, sql, [indexes.iin.into(), indexes.email.into()]).await?;
    rows.iter().map(|row| id(row, "id")).collect()
}

/// Who has an IIN, and whether they may keep it.
pub struct Holder {
    pub id: Uuid,
    pub is_proven: bool,
    pub email_index: String,
}

/// Locked until the end of the transaction: whoever proves the same IIN waits, and then finds nobody here.
pub async fn lock_holder(tx: &Tx, iin_index: &str) -> Result<Option<Holder>> {
    let sql = format!(
        "SELECT id, iin_proven_us, email_index FROM account WHERE iin_index = $1{}",
        for_update(tx)
    );
    let row = query_one(tx, &sql, [iin_index.into()]).await?;
    row.map(|row| {
        Ok(Holder {
            id: id(&row, "id")?,
            is_proven: row.try_get::<Option<i64>>("", "iin_proven_us")?.is_some(),
            email_index: row.try_get("", "email_index")?,
        })
    })
    .transpose()
}

/// The IIN is proven by a signature.
pub async fn save_iin_proven(tx: &Tx, account: Uuid, now: Timestamp) -> Result<()> {
    let sql = "UPDATE account SET iin_proven_us = $2 WHERE id = $1";
    execute(tx, sql, [account.to_string().into(), to_us(now).into()]).await?;
    Ok(())
}

/// Sets an account apart: no login leads to it, and the IIN is not in it any more. False where it is proven.
pub async fn release(sealer: &Sealer, tx: &Tx, account: &Account, now: Timestamp) -> Result<bool> {
    let without_iin = Personal {
        iin: String::new(),
        ..personal(account)
    };
    let sealed = sealer.seal(Table::Account.home(account.id), &without_iin)?;
    // No index is of these letters: they are hexadecimal digits.
    let nobodys = format!("released {}", account.id);
    let sql =
        "UPDATE account SET iin_index = $2, email_index = $2, released_us = $3, personal = $4,
                   data_key = $5, master_key = $6, version = version + 1
               WHERE id = $1 AND iin_proven_us IS NULL";
    let values = [
        account.id.to_string().into(),
        nobodys.into(),
        to_us(now).into(),
        sealed.content.into(),
        sealed.data_key.into(),
        sealed.master_key.into(),
    ];
    Ok(execute(tx, sql, values).await?.rows_affected() == 1)
}

/// Whose login this is, and the hash of the password.
pub async fn credentials<C: ConnectionTrait>(
    on: &C,
    indexes: &Indexes<'_>,
) -> Result<Option<(Uuid, Masked<String>)>> {
    let sql = "SELECT id, password_hash FROM account WHERE iin_index = $1 OR email_index = $2";
    let row = query_one(on, sql, [indexes.iin.into(), indexes.email.into()]).await?;
    row.map(|row| {
        Ok((
            id(&row, "id")?,
            Masked::new(row.try_get("", "password_hash")?),
        ))
    })
    .transpose()
}

/// The hash of an account's password.
pub async fn password_hash<C: ConnectionTrait>(
    on: &C,
    account: Uuid,
) -> Result<Option<Masked<String>>> {
    let sql = "SELECT password_hash FROM account WHERE id = $1";
    let row = query_one(on, sql, [account.to_string().into()]).await?;
    row.map(|row| Ok(Masked::new(row.try_get("", "password_hash")?)))
        .transpose()
}

/// Whether this is the hash of the account's password still; it stays so until the end of the
/// transaction.
pub async fn lock_password_hash(tx: &Tx, account: Uuid, hash: &Masked<String>) -> Result<bool> {
    let mut alone = Together::default();
    let unchanged = lock_password_hash_with(&mut alone, account, hash);
    Ok(alone.run(tx).await?.of(unchanged) > 0)
}

/// The same among statements that go together: one row where it is this hash still.
pub fn lock_password_hash_with(all: &mut Together, account: Uuid, hash: &Masked<String>) -> Which {
    let values = [account.to_string().into(), hash.reveal().as_str().into()];
    all.lock("account WHERE id = $1 AND password_hash = $2", values)
}

/// Keeps a hash instead of the one it was checked against; false where another is kept by now.
pub async fn save_password_hash(
    tx: &Tx,
    account: Uuid,
    before: &Masked<String>,
    after: &Masked<String>,
) -> Result<bool> {
    let sql = "UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
    let hashes = [before, after].map(|hash| hash.reveal().as_str().into());
    let [before, after] = hashes;
    let done = execute(tx, sql, [account.to_string().into(), before, after]).await?;
    Ok(done.rows_affected() == 1)
}

/// Another password, whatever was there before.
pub async fn replace_password_hash(tx: &Tx, account: Uuid, hash: &Masked<String>) -> Result<()> {
    let sql = "UPDATE account SET password_hash = $2 WHERE id = $1";
    let values = [account.to_string().into(), hash.reveal().as_str().into()];
    execute(tx, sql, values).await?;
    Ok(())
}

/// Another address, by which the account is found from now on. False where another account has it:
/// nothing else can be done in the transaction then.
pub async fn save_email(
    sealer: &Sealer,
    tx: &Tx,
    account: &Account,
    email_index: &str,
) -> Result<bool> {
    let sealed = sealer.seal(Table::Account.home(account.id), &personal(account))?;
    let sql = "UPDATE account SET email_index = $2, personal = $3, data_key = $4, master_key = $5,
                   version = version + 1 WHERE id = $1";
    let values = [
        account.id.to_string().into(),
        email_index.into(),
        sealed.content.into(),
        sealed.data_key.into(),
        sealed.master_key.into(),
    ];
    match execute(tx, sql, values)
        .await
        .map_err(|error| (error.sql_err(), error))
    {
        Ok(_) => Ok(true),
        Err((Some(SqlErr::UniqueConstraintViolation(_)), _)) => Ok(false),
        Err((_, error)) => Err(error.into()),
    }
}

pub async fn save_language(tx: &Tx, account: Uuid, language: Language) -> Result<()> {
    let sql = "UPDATE account SET language = $2, version = version + 1 WHERE id = $1";
    execute(
        tx,
        sql,
        [account.to_string().into(), language.code().into()],
    )
    .await?;
    Ok(())
}

/// Notes that the account, or its roles, changed.
pub async fn touch(tx: &Tx, account: Uuid) -> Result<()> {
    let sql = "UPDATE account SET version = version + 1 WHERE id = $1";
    execute(tx, sql, [account.to_string().into()]).await?;
    Ok(())
}

/// Newest first; with a role, only accounts that have it; with a login, only the one that has it.
pub async fn list<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    role: Option<Role>,
    login: Option<&Indexes<'_>>,
    after: Option<&Place>,
    rows: u64,
) -> Result<Vec<Account>> {
    let mut values: Vec<sea_orm::Value> = vec![limit(rows).into()];
    let mut conditions = vec!["1 = 1".to_owned()];
    if let Some(role) = role {
        values.push(role.as_str().into());
        conditions.push(format!(
            "id IN (SELECT account_id FROM account_role WHERE role = ${})",
            values.len()
        ));
    }
    if let Some(login) = login {
        values.extend([login.iin.into(), login.email.into()]);
        let (iin, email) = (values.len() - 1, values.len());
        conditions.push(format!("(iin_index = ${iin} OR email_index = ${email})"));
    }
    if let Some((created_us, id)) = after {
        values.extend([(*created_us).into(), id.as_str().into()]);
        let (time, id) = (values.len() - 1, values.len());
        conditions.push(format!("(created_us, id) < (${time}, ${id})"));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM account WHERE {} ORDER BY created_us DESC, id DESC LIMIT $1",
        conditions.join(" AND ")
    );
    let mut accounts = Vec::new();
    for row in query_all(on, &sql, values).await? {
        accounts.extend(whole(sealer, on, Some(row)).await?);
    }
    Ok(accounts)
}

async fn whole<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    row: Option<QueryResult>,
) -> Result<Option<Account>> {
    let Some(row) = row else { return Ok(None) };
    let mut account = read(sealer, &row)?;
    account.roles = role::of(on, account.id).await?;
    Ok(Some(account))
}

fn personal(account: &Account) -> Personal {
    let person = &account.person;
    Personal {
        iin: account.iin.reveal().clone(),
        email: account.email.reveal().to_owned(),
        family_name: person.family_name.reveal().clone(),
        given_name: person.given_name.reveal().clone(),
        patronymic: person.patronymic.reveal().clone(),
        birth_date: person.birth_date.reveal().to_string(),
        birth_place: person.birth_place.reveal().clone(),
        papers: person.papers.as_ref().map(KeptPapers::of),
    }
}

fn read(sealer: &Sealer, row: &QueryResult) -> Result<Account> {
    let id = id(row, "id")?;
    let sealed = sealed::of(row)?.ok_or_else(|| odd("personal"))?;
    let personal: Personal = sealer.open(Table::Account.home(id), &sealed)?;
    let source: String = row.try_get("", "birth_date_source")?;
    let born = personal.birth_date.parse();
    Ok(Account {
        id,
        iin: Masked::new(personal.iin),
        email: Email::parse(&personal.email).map_err(|_| odd("email"))?,
        language: language(row)?,
        person: Person {
            family_name: Masked::new(personal.family_name),
            given_name: Masked::new(personal.given_name),
            patronymic: Masked::new(personal.patronymic),
            birth_date: Masked::new(born.map_err(|_| odd("birth_date"))?),
            birth_date_source: BirthDateSource::from_name(&source)
                .ok_or_else(|| odd("birth_date_source"))?,
            birth_place: Masked::new(personal.birth_place),
            papers: personal.papers.map(KeptPapers::read).transpose()?,
        },
        roles: Vec::new(),
        created: time(row, "created_us")?,
        version: row.try_get("", "version")?,
    })
}
