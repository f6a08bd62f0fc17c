//! Sessions and the pairs of tokens of their generations.

use chassis::clock::to_us;
use chassis::database::{Together, Tx, execute, for_update, query_all, query_one};
use chassis::identifier::Bin;
use chassis::{Error, Result};
use jiff::Timestamp;
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{Place, count, id, limit, maybe_time, odd, time};
use crate::domain::session::{Holder, KeptToken, Session, State};

const COLUMNS: &str = "id, account_id, signatory_id, signatory_bin, created_us, ends_us, ended_us, generation, access_expires_us, refresh_expires_us";

/// A pair of tokens as kept.
pub struct Pair<'a> {
    pub access_hash: &'a str,
    pub refresh_hash: &'a str,
}

fn insert(all: &mut Together, session: &Session) {
    let sql = format!(
        "INSERT INTO session ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8, $9)"
    );
    let (account, signatory, bin) = match session.holder {
        Holder::Account(account) => (Some(account), None, None),
        Holder::Signatory { id, organisation } => (None, Some(id), Some(organisation)),
    };
    all.add(
        &sql,
        [
            session.id.to_string().into(),
            account.map(|id| id.to_string()).into(),
            signatory.map(|id| id.to_string()).into(),
            bin.map(|bin| bin.to_string()).into(),
            to_us(session.created).into(),
            to_us(session.ends).into(),
            session.generation.into(),
            to_us(session.access_expires).into(),
            to_us(session.refresh_expires).into(),
        ],
    );
}

/// A session from its beginning, with its first pair.
pub fn open(all: &mut Together, session: &Session, pair: &Pair<'_>) {
    insert(all, session);
    all.add(INSERT_PAIR, pair_row(session, pair));
}

/// A new pair of the session's generation, and until when it is good.
pub async fn add_pair(tx: &Tx, session: &Session, pair: &Pair<'_>) -> Result<()> {
    execute(tx, INSERT_PAIR, pair_row(session, pair)).await?;
    execute(
        tx,
        "UPDATE session SET generation = $2, access_expires_us = $3, refresh_expires_us = $4 WHERE id = $1",
        [
            session.id.to_string().into(),
            session.generation.into(),
            to_us(session.access_expires).into(),
            to_us(session.refresh_expires).into(),
        ],
    )
    .await?;
    Ok(())
}

const INSERT_PAIR: &str = "INSERT INTO session_token
        (refresh_hash, access_hash, session_id, generation, access_expires_us, refresh_expires_us)
     VALUES ($1, $2, $3, $4, $5, $6)";

fn pair_row(session: &Session, pair: &Pair<'_>) -> [Value; 6] {
    [
        pair.refresh_hash.into(),
        pair.access_hash.into(),
        session.id.to_string().into(),
        session.generation.into(),
        to_us(session.access_expires).into(),
        to_us(session.refresh_expires).into(),
    ]
}

pub async fn find<C: ConnectionTrait>(on: &C, session: Uuid) -> Result<Option<Session>> {
    let sql = format!("SELECT {COLUMNS} FROM session WHERE id = $1");
    query_one(on, &sql, [session.to_string().into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Locked until the end of the transaction.
pub async fn lock(tx: &Tx, session: Uuid) -> Result<Option<Session>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM session WHERE id = $1{}",
        for_update(tx)
    );
    query_one(tx, &sql, [session.to_string().into()])
        .await?
        .as_ref()
        .map(read)
        .transpose()
}

/// Locks a session that a caller token names. The token may be a minute old: who was signed out since
/// changes nothing.
///
/// # Errors
/// `SESSION_ENDED` where it can't be used any more.
pub async fn lock_active(tx: &Tx, session: Uuid, now: Timestamp) -> Result<()> {
    let live = lock(tx, session).await?;
    if live.is_some_and(|live| live.state(now) == State::Active) {
        Ok(())
    } else {
        Err(Error::Unauthenticated("SESSION_ENDED"))
    }
}

/// The session of a refresh token, and the token as kept.
pub async fn by_refresh_token<C: ConnectionTrait>(
    on: &C,
    refresh_hash: &str,
) -> Result<Option<(Uuid, KeptToken)>> {
    let sql = "SELECT session_id, generation, refresh_expires_us FROM session_token WHERE refresh_hash = $1";
    let row = query_one(on, sql, [refresh_hash.into()]).await?;
    row.map(|row| {
        let token = KeptToken {
            generation: row.try_get("", "generation")?,
            refresh_expires: time(&row, "refresh_expires_us")?,
        };
        Ok((id(&row, "session_id")?, token))
    })
    .transpose()
}

/// What an access token leads to.
pub struct AccessToken {
    pub session: Session,
    pub expires: Timestamp,
    pub used: bool,
}

pub async fn by_access_token<C: ConnectionTrait>(
    on: &C,
    access_hash: &str,
) -> Result<Option<AccessToken>> {
    let columns = COLUMNS
        .split(", ")
        .map(|column| format!("s.{column}"))
        .collect::<Vec<_>>()
        .join(", ");
    let sql = format!(
        "SELECT {columns}, t.access_expires_us AS token_expires_us, t.used FROM session_token t
         JOIN session s ON s.id = t.session_id WHERE t.access_hash = $1"
    );
    let row = query_one(on, &sql, [access_hash.into()]).await?;
    row.map(|row| {
        Ok(AccessToken {
            session: read(&row)?,
            expires: time(&row, "token_expires_us")?,
            used: row.try_get("", "used")?,
        })
    })
    .transpose()
}

/// Notes that the pair arrived: one of its tokens was shown to us.
pub async fn mark_used(tx: &Tx, hash: &str) -> Result<()> {
    let sql = "UPDATE session_token SET used = TRUE WHERE (access_hash = $1 OR refresh_hash = $1) AND used = FALSE";
    execute(tx, sql, [hash.into()]).await?;
    Ok(())
}

/// Whether any pair of this generation ever arrived.
pub async fn was_used<C: ConnectionTrait>(on: &C, session: Uuid, generation: i64) -> Result<bool> {
    let sql = "SELECT COUNT(*) AS n FROM session_token WHERE session_id = $1 AND generation = $2 AND used = TRUE";
    Ok(count(on, sql, [session.to_string().into(), generation.into()]).await? > 0)
}

/// False where it had ended before.
pub async fn end(tx: &Tx, session: Uuid, now: Timestamp) -> Result<bool> {
    let sql = "UPDATE session SET ended_us = $2 WHERE id = $1 AND ended_us IS NULL";
    let done = execute(tx, sql, [session.to_string().into(), to_us(now).into()]).await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every session of a signatory; returns how many there were.
pub async fn end_of_signatory(tx: &Tx, signatory: Uuid, now: Timestamp) -> Result<u64> {
    let sql = "UPDATE session SET ended_us = $2 WHERE signatory_id = $1
               AND ended_us IS NULL AND ends_us > $2 AND refresh_expires_us > $2";
    let values = [signatory.to_string().into(), to_us(now).into()];
    Ok(execute(tx, sql, values).await?.rows_affected())
}

/// Ends every session of the account but one; returns how many there were.
pub async fn end_others(tx: &Tx, account: Uuid, kept: Uuid, now: Timestamp) -> Result<u64> {
    let sql = "UPDATE session SET ended_us = $3 WHERE account_id = $1 AND id <> $2
               AND ended_us IS NULL AND ends_us > $3 AND refresh_expires_us > $3";
    let values = [
        account.to_string().into(),
        kept.to_string().into(),
        to_us(now).into(),
    ];
    Ok(execute(tx, sql, values).await?.rows_affected())
}

/// Ends every session of the account; returns how many there were.
pub async fn end_all(tx: &Tx, account: Uuid, now: Timestamp) -> Result<u64> {
    end_others(tx, account, Uuid::nil(), now).await
}

/// The account's sessions that can still be used, newest first.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    account: Uuid,
    now: Timestamp,
    after: Option<&Place>,
    rows: u64,
) -> Result<Vec<Session>> {
    let mut values = vec![
        account.to_string().into(),
        to_us(now).into(),
        limit(rows).into(),
    ];
    let place = after.map_or("", |_| " AND (created_us, id) < ($4, $5)");
    if let Some((created_us, id)) = after {
        values.extend([(*created_us).into(), id.as_str().into()]);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM session WHERE account_id = $1 AND ended_us IS NULL
         AND ends_us > $2 AND refresh_expires_us > $2{place} ORDER BY created_us DESC, id DESC LIMIT $3"
    );
    query_all(on, &sql, values)
        .await?
        .iter()
        .map(read)
        .collect()
}

/// Tokens of sessions that are over lead nowhere.
pub async fn forget_tokens(tx: &Tx, ended_before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM session_token WHERE session_id IN
               (SELECT id FROM session WHERE ends_us < $1 OR ended_us < $1)";
    Ok(execute(tx, sql, [to_us(ended_before).into()])
        .await?
        .rows_affected())
}

pub async fn forget(tx: &Tx, ended_before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM session WHERE ends_us < $1";
    Ok(execute(tx, sql, [to_us(ended_before).into()])
        .await?
        .rows_affected())
}

/// Which of these can still be used.
pub async fn active_of<C: ConnectionTrait>(
    on: &C,
    sessions: &[Uuid],
    now: Timestamp,
) -> Result<Vec<Uuid>> {
    let mut active = Vec::new();
    // PostgreSQL takes 65 535 places in a statement, SQLite 32 766.
    for some in sessions.chunks(1000) {
        let mut values: Vec<sea_orm::Value> = vec![to_us(now).into()];
        values.extend(some.iter().map(|session| session.to_string().into()));
        let places: Vec<String> = (2..=values.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT id FROM session WHERE ended_us IS NULL AND ends_us > $1
             AND refresh_expires_us > $1 AND id IN ({})",
            places.join(", ")
        );
        for row in query_all(on, &sql, values).await? {
            active.push(id(&row, "id")?);
        }
    }
    Ok(active)
}

fn holder(row: &QueryResult) -> Result<Holder> {
    if row.try_get::<Option<String>>("", "account_id")?.is_some() {
        return Ok(Holder::Account(id(row, "account_id")?));
    }
    let bin: String = row.try_get("", "signatory_bin")?;
    Ok(Holder::Signatory {
        id: id(row, "signatory_id")?,
        organisation: Bin::parse(&bin).map_err(|_| odd("signatory_bin"))?,
    })
}

fn read(row: &QueryResult) -> Result<Session> {
    Ok(Session {
        id: id(row, "id")?,
        holder: holder(row)?,
        created: time(row, "created_us")?,
        ends: time(row, "ends_us")?,
        ended: maybe_time(row, "ended_us")?,
        generation: row.try_get("", "generation")?,
        access_expires: time(row, "access_expires_us")?,
        refresh_expires: time(row, "refresh_expires_us")?,
    })
}
