//! Quotas of sessions in the database. What is taken of them is changed in [`super::seats`] only.

use std::collections::HashMap;

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::row;
use crate::domain::quota::{Kind, Quota, Release};

/// The quotas of these sessions, by the ids of their sessions and their own. An expired hold holds
/// nothing, whether or not it has been swept up.
pub async fn of<C: ConnectionTrait>(
    on: &C,
    sessions: &[Uuid],
    now: Timestamp,
) -> Result<HashMap<Uuid, Vec<Quota>>> {
    let mut quotas = HashMap::<Uuid, Vec<Quota>>::new();
    if sessions.is_empty() {
        return Ok(quotas);
    }
    let mut values: Vec<Value> = vec![to_us(now).into()];
    values.extend(sessions.iter().map(|id| Value::from(id.to_string())));
    let places: Vec<String> = (2..=values.len()).map(|at| format!("${at}")).collect();
    let sql = format!(
        "SELECT q.session, q.id, q.kind, q.value, q.size, q.taken, q.release_us,
            (SELECT s.start_us FROM test_sessions s WHERE s.id = q.session) AS start_us,
            (SELECT COUNT(*) FROM booking_quotas n JOIN bookings h ON h.id = n.booking
             WHERE n.session = q.session AND n.quota = q.id
                AND h.state = 'HELD' AND h.hold_until_us <= $1) AS expired
         FROM session_quotas q WHERE q.session IN ({}) ORDER BY q.session, q.id",
        places.join(", ")
    );
    for found in query_all(on, &sql, values).await? {
        let session = row::uuid(&found, "session")?;
        quotas.entry(session).or_default().push(read(&found, now)?);
    }
    Ok(quotas)
}

/// The quotas of one session.
pub async fn of_one<C: ConnectionTrait>(
    on: &C,
    session: Uuid,
    now: Timestamp,
) -> Result<Vec<Quota>> {
    let found = of(on, &[session], now).await?.remove(&session);
    Ok(found.unwrap_or_default())
}

pub async fn insert(tx: &Tx, session: Uuid, quota: &Quota) -> Result<()> {
    execute(
        tx,
        "INSERT INTO session_quotas (session, id, kind, value, size, taken, release_us)
         VALUES ($1, $2, $3, $4, $5, 0, $6)",
        [
            session.to_string().into(),
            quota.id.as_str().into(),
            quota.kind.as_str().into(),
            quota.value.as_str().into(),
            quota.size.into(),
            notice(quota),
        ],
    )
    .await?;
    Ok(())
}

/// False where more are taken than there would be.
pub async fn resize(tx: &Tx, session: Uuid, quota: &Quota) -> Result<bool> {
    let done = execute(
        tx,
        "UPDATE session_quotas SET size = $3, release_us = $4
         WHERE session = $1 AND id = $2 AND taken <= $3",
        [
            session.to_string().into(),
            quota.id.as_str().into(),
            quota.size.into(),
            notice(quota),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// False where some are taken.
pub async fn remove(tx: &Tx, session: Uuid, id: &str) -> Result<bool> {
    let done = execute(
        tx,
        "DELETE FROM session_quotas WHERE session = $1 AND id = $2 AND taken = 0",
        [session.to_string().into(), id.into()],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

fn notice(quota: &Quota) -> Value {
    let us = |notice: SignedDuration| i64::try_from(notice.as_micros()).unwrap_or(i64::MAX);
    quota.release.notice.map(us).into()
}

pub(super) fn read(found: &QueryResult, now: Timestamp) -> Result<Quota> {
    let notice: Option<i64> = row::get(found, "release_us")?;
    let notice = notice.map(SignedDuration::from_micros);
    let (taken, expired): (i32, i64) = (row::get(found, "taken")?, row::get(found, "expired")?);
    Ok(Quota {
        id: row::get(found, "id")?,
        kind: row::word(found, "kind", Kind::from_word)?,
        value: row::get(found, "value")?,
        size: row::get(found, "size")?,
        taken: taken - i32::try_from(expired).unwrap_or(0),
        release: Release::at(notice, row::time(found, "start_us")?, now),
    })
}
