//! Who signs for organisations, and every signature that was taken of them. What a certificate says of a
//! person is sealed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use chassis::identifier::{Bin, Iin};
use chassis::mask::Masked;
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sealed::{self, Table};
use super::{Place, id, limit, maybe_time, odd, time};
use crate::domain::signature::SignerRole;
use crate::domain::signing_organisation::Signatory;
use crate::sealing::Sealer;

const COLUMNS: &str = "id, bin, role, created_us, blocked_us, personal, data_key, master_key";

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Personal {
    iin: String,
    common_name: String,
}

/// The signatory of this organisation and person, with the role and the name of today: there is one,
/// however many sign in at once. Locked until the end of the transaction, so whoever blocks them waits, or is
/// seen here.
pub async fn keep(
    sealer: &Sealer,
    tx: &Tx,
    mut signatory: Signatory,
    person_index: &str,
    now: Timestamp,
) -> Result<Signatory> {
    let bin = signatory.organisation.to_string();
    let sql = "INSERT INTO signatory (id, bin, person_index, role, created_us)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (bin, person_index) DO UPDATE SET role = excluded.role
               RETURNING id, created_us, blocked_us";
    let values = [
        signatory.id.to_string().into(),
        bin.into(),
        person_index.into(),
        signatory.role.as_str().into(),
        to_us(now).into(),
    ];
    let row = query_one(tx, sql, values).await?;
    let row = row.ok_or_else(|| odd("id"))?;
    signatory.id = id(&row, "id")?;
    signatory.created = time(&row, "created_us")?;
    signatory.blocked = maybe_time(&row, "blocked_us")?;
    let personal = Personal {
        iin: signatory.iin.map(|iin| iin.reveal()).unwrap_or_default(),
        common_name: signatory.common_name.reveal().clone(),
    };
    let sealed = sealer.seal(Table::Signatory.home(signatory.id), &personal)?;
    let sql = "UPDATE signatory SET personal = $2, data_key = $3, master_key = $4 WHERE id = $1";
    let values = [
        signatory.id.to_string().into(),
        sealed.content.into(),
        sealed.data_key.into(),
        sealed.master_key.into(),
    ];
    execute(tx, sql, values).await?;
    Ok(signatory)
}

pub async fn find<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    signatory: Uuid,
) -> Result<Option<Signatory>> {
    let sql = format!("SELECT {COLUMNS} FROM signatory WHERE id = $1");
    let row = query_one(on, &sql, [signatory.to_string().into()]).await?;
    row.as_ref().map(|row| read(sealer, row)).transpose()
}

/// Locked until the end of the transaction.
pub async fn lock(sealer: &Sealer, tx: &Tx, signatory: Uuid) -> Result<Option<Signatory>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signatory WHERE id = $1{}",
        for_update(tx)
    );
    let row = query_one(tx, &sql, [signatory.to_string().into()]).await?;
    row.as_ref().map(|row| read(sealer, row)).transpose()
}

/// Of an organisation, newest first.
pub async fn list<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    bin: Bin,
    after: Option<&Place>,
    rows: u64,
) -> Result<Vec<Signatory>> {
    let (us, last) = after.cloned().unwrap_or((i64::MAX, String::new()));
    let sql = format!(
        "SELECT {COLUMNS} FROM signatory
         WHERE bin = $1 AND (created_us < $2 OR (created_us = $2 AND id < $3))
         ORDER BY created_us DESC, id DESC LIMIT $4"
    );
    let values = [
        bin.to_string().into(),
        us.into(),
        last.into(),
        limit(rows).into(),
    ];
    let found = query_all(on, &sql, values).await?;
    found.iter().map(|row| read(sealer, row)).collect()
}

/// Since when they sign no more; `None` lets them again.
pub async fn block(tx: &Tx, signatory: Uuid, blocked: Option<Timestamp>) -> Result<()> {
    let sql = "UPDATE signatory SET blocked_us = $2 WHERE id = $1";
    let values = [signatory.to_string().into(), blocked.map(to_us).into()];
    execute(tx, sql, values).await?;
    Ok(())
}

fn read(sealer: &Sealer, row: &QueryResult) -> Result<Signatory> {
    let id = id(row, "id")?;
    let sealed = sealed::of(row)?.ok_or_else(|| odd("personal"))?;
    let personal: Personal = sealer.open(Table::Signatory.home(id), &sealed)?;
    let text = |column: &str| row.try_get::<String>("", column);
    Ok(Signatory {
        id,
        organisation: Bin::parse(&text("bin")?).map_err(|_| odd("bin"))?,
        role: SignerRole::from_name(&text("role")?).ok_or_else(|| odd("role"))?,
        iin: Iin::parse(&personal.iin).ok(),
        common_name: Masked::new(personal.common_name),
        created: time(row, "created_us")?,
        blocked: maybe_time(row, "blocked_us")?,
    })
}

/// A signature as it was taken: what it was about, and what its certificate said then.
pub struct TakenSignature<'a> {
    pub id: Uuid,
    pub about: &'a str,
    pub signatory: &'a Signatory,
    /// SHA-256 of what was signed.
    pub content_hash: &'a str,
    pub cms: &'a [u8],
    pub serial: &'a str,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub taken: Timestamp,
}

/// What is sealed: the certificate in the signature names a person.
#[derive(Serialize)]
struct Words<'a> {
    cms: String,
    serial: &'a str,
}

pub async fn keep_signature(sealer: &Sealer, tx: &Tx, taken: &TakenSignature<'_>) -> Result<()> {
    let words = Words {
        cms: BASE64.encode(taken.cms),
        serial: taken.serial,
    };
    let sealed = sealer.seal(Table::TakenSignature.home(taken.id), &words)?;
    let sql = "INSERT INTO taken_signature (id, about, signatory_id, bin, role, content_hash,
               not_before_us, not_after_us, taken_us, personal, data_key, master_key)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    let values = [
        taken.id.to_string().into(),
        taken.about.into(),
        taken.signatory.id.to_string().into(),
        taken.signatory.organisation.to_string().into(),
        taken.signatory.role.as_str().into(),
        taken.content_hash.into(),
        to_us(taken.not_before).into(),
        to_us(taken.not_after).into(),
        to_us(taken.taken).into(),
        sealed.content.into(),
        sealed.data_key.into(),
        sealed.master_key.into(),
    ];
    execute(tx, sql, values).await?;
    Ok(())
}
