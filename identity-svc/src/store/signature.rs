//! Signatures of acts of organisations: facts in the open, the whole of it and the number of the certificate
//! sealed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all, query_one};
use chassis::identifier::Bin;
use chassis::mask::Masked;
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::sealed::{self, Table};
use super::{id, maybe_time, odd, time};
use crate::domain::signature::{ActSignature, SignerRole};
use crate::sealing::Sealer;

const COLUMNS: &str = "id, signatory_id, bin, purpose, content_hash, cms_hash, role, issuer,
    not_before_us, not_after_us, stated_us, received_us, personal, data_key, master_key";

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Words {
    cms: String,
    serial: String,
}

/// False where the same signature of the same bytes for the same purpose is there.
pub async fn insert(sealer: &Sealer, tx: &Tx, signature: &ActSignature) -> Result<bool> {
    let words = Words {
        cms: BASE64.encode(signature.cms.reveal()),
        serial: signature.serial.clone(),
    };
    let sealed = sealer.seal(Table::Signature.home(signature.id), &words)?;
    let sql = format!(
        "INSERT INTO signature ({COLUMNS})
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
         ON CONFLICT DO NOTHING"
    );
    let values = [
        signature.id.to_string().into(),
        signature.signatory.to_string().into(),
        signature.organisation.to_string().into(),
        signature.purpose.as_str().into(),
        signature.content_hash.as_str().into(),
        signature.cms_hash.as_str().into(),
        signature.role.as_str().into(),
        signature.issuer.as_str().into(),
        to_us(signature.not_before).into(),
        to_us(signature.not_after).into(),
        signature.stated.map(to_us).into(),
        to_us(signature.received).into(),
        sealed.content.into(),
        sealed.data_key.into(),
        sealed.master_key.into(),
    ];
    Ok(execute(tx, &sql, values).await?.rows_affected() == 1)
}

/// The same signature, where it was brought before: by the hash of what was signed, the hash of the
/// signature, and the purpose.
pub async fn same<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    same: [&String; 3],
) -> Result<Option<ActSignature>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM signature
         WHERE content_hash = $1 AND cms_hash = $2 AND purpose = $3"
    );
    let row = query_one(on, &sql, same.map(|it| it.as_str().into())).await?;
    row.as_ref().map(|row| read(sealer, row)).transpose()
}

pub async fn find<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    signature: Uuid,
) -> Result<Option<ActSignature>> {
    let sql = format!("SELECT {COLUMNS} FROM signature WHERE id = $1");
    let row = query_one(on, &sql, [signature.to_string().into()]).await?;
    row.as_ref().map(|row| read(sealer, row)).transpose()
}

/// Those of these that are there.
pub async fn find_all<C: ConnectionTrait>(
    sealer: &Sealer,
    on: &C,
    signatures: &[Uuid],
) -> Result<Vec<ActSignature>> {
    let places: Vec<String> = (1..=signatures.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "SELECT {COLUMNS} FROM signature WHERE id IN ({})",
        places.join(", ")
    );
    let ids = signatures.iter().map(|it| it.to_string().into());
    let rows = query_all(on, &sql, ids).await?;
    rows.iter().map(|row| read(sealer, row)).collect()
}

fn read(sealer: &Sealer, row: &QueryResult) -> Result<ActSignature> {
    let id = id(row, "id")?;
    let sealed = sealed::of(row)?.ok_or_else(|| odd("personal"))?;
    let words: Words = sealer.open(Table::Signature.home(id), &sealed)?;
    let text = |column: &str| row.try_get::<String>("", column);
    Ok(ActSignature {
        id,
        signatory: super::id(row, "signatory_id")?,
        organisation: Bin::parse(&text("bin")?).map_err(|_| odd("bin"))?,
        purpose: text("purpose")?,
        content_hash: text("content_hash")?,
        cms_hash: text("cms_hash")?,
        role: SignerRole::from_name(&text("role")?).ok_or_else(|| odd("role"))?,
        serial: words.serial,
        issuer: text("issuer")?,
        not_before: time(row, "not_before_us")?,
        not_after: time(row, "not_after_us")?,
        stated: maybe_time(row, "stated_us")?,
        received: time(row, "received_us")?,
        cms: Masked::new(BASE64.decode(&words.cms).map_err(|_| odd("personal"))?),
    })
}
