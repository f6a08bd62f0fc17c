//! Seats of sessions and their quotas: taken by conditional updates, given back exactly once.
//!
//! Whoever changes a seat holds the lock of its session, so quotas need no lock of their own.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{one_row, row};

/// What came of taking a seat.
#[must_use]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    Yes,
    /// Every seat is taken.
    Full,
    /// Every seat of this quota is taken.
    QuotaFull(String),
}

/// Locks sessions in the order of their ids, so that two moves across each other don't wait for
/// each other.
pub async fn lock(tx: &Tx, sessions: &[Uuid]) -> Result<()> {
    let mut ids: Vec<String> = sessions.iter().map(Uuid::to_string).collect();
    ids.sort();
    ids.dedup();
    let sql = format!(
        "SELECT id FROM test_sessions WHERE id = $1{}",
        for_update(tx)
    );
    for id in ids {
        query_one(tx, &sql, [id.into()]).await?;
    }
    Ok(())
}

/// Takes a seat and one of each quota, or nothing at all.
pub async fn take(tx: &Tx, session: Uuid, quotas: &[String]) -> Result<Taken> {
    let done = execute(
        tx,
        "UPDATE test_sessions SET taken = taken + 1
         WHERE id = $1 AND taken < capacity AND closed = FALSE",
        [session.to_string().into()],
    )
    .await?;
    if done.rows_affected() == 0 {
        return Ok(Taken::Full);
    }
    for (at, quota) in quotas.iter().enumerate() {
        let done = execute(
            tx,
            "UPDATE session_quotas SET taken = taken + 1
             WHERE session = $1 AND id = $2 AND taken < size",
            [session.to_string().into(), quota.as_str().into()],
        )
        .await?;
        if done.rows_affected() == 0 {
            give(tx, session, 1, &quotas[..at]).await?;
            return Ok(Taken::QuotaFull(quota.clone()));
        }
    }
    Ok(Taken::Yes)
}

/// Notes which quotas a booking has.
pub async fn note(tx: &Tx, booking: Uuid, session: Uuid, quotas: &[String]) -> Result<()> {
    for quota in quotas {
        execute(
            tx,
            "INSERT INTO booking_quotas (booking, session, quota) VALUES ($1, $2, $3)",
            [
                booking.to_string().into(),
                session.to_string().into(),
                quota.as_str().into(),
            ],
        )
        .await?;
    }
    Ok(())
}

/// Gives back the seat of a booking that has just ended or been moved, with its quotas.
pub async fn give_back(tx: &Tx, session: Uuid, booking: Uuid) -> Result<()> {
    let had = query_all(
        tx,
        "DELETE FROM booking_quotas WHERE booking = $1 AND session = $2 RETURNING quota",
        [booking.to_string().into(), session.to_string().into()],
    )
    .await?;
    let had: Result<Vec<String>> = had.iter().map(|found| row::get(found, "quota")).collect();
    give(tx, session, 1, &had?).await
}

/// Gives back what was just taken and is noted for no booking.
pub async fn untake(tx: &Tx, session: Uuid, quotas: &[String]) -> Result<()> {
    give(tx, session, 1, quotas).await
}

async fn give(tx: &Tx, session: Uuid, seats: i32, quotas: &[String]) -> Result<()> {
    let done = execute(
        tx,
        "UPDATE test_sessions SET taken = taken - $2 WHERE id = $1",
        [session.to_string().into(), seats.into()],
    )
    .await?;
    one_row(&done)?;
    for quota in quotas {
        let done = execute(
            tx,
            "UPDATE session_quotas SET taken = taken - 1 WHERE session = $1 AND id = $2",
            [session.to_string().into(), quota.as_str().into()],
        )
        .await?;
        one_row(&done)?;
    }
    Ok(())
}

/// Ends the expired holds of a locked session and gives their seats back. The update decides which
/// holds end here, so each seat returns once. Gives the bookings that ended.
pub async fn end_expired(tx: &Tx, session: Uuid, now: Timestamp) -> Result<Vec<Uuid>> {
    let ended = query_all(
        tx,
        "UPDATE bookings SET state = 'HOLD_EXPIRED', version = version + 1
         WHERE session = $1 AND state = 'HELD' AND hold_until_us <= $2
         RETURNING id",
        [session.to_string().into(), to_us(now).into()],
    )
    .await?;
    let mut bookings = Vec::new();
    for found in &ended {
        let booking = row::uuid(found, "id")?;
        give_back(tx, session, booking).await?;
        bookings.push(booking);
    }
    // By age, as they were taken: the engines return them in no order.
    bookings.sort();
    Ok(bookings)
}

/// Sessions that have expired holds.
pub async fn with_expired_holds<C: ConnectionTrait>(
    on: &C,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT DISTINCT session FROM bookings WHERE state = 'HELD' AND hold_until_us <= $1
         ORDER BY session LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [to_us(now).into()]).await?;
    rows.iter()
        .map(|found| row::uuid(found, "session"))
        .collect()
}
