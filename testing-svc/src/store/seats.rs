//! Seats of sessions: taken by one conditional update, given back exactly once.

use chassis::Result;
use chassis::audit;
use chassis::caller::Caller;
use chassis::clock::{Clock, to_us};
use chassis::database::{Tx, execute, for_update, query_all, query_one};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{one_row, row};
use crate::domain::booking;

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

/// Takes a seat, if need be one that an expired hold still has. False where every seat is taken.
pub async fn take(tx: &Tx, clock: &Clock, session: Uuid) -> Result<bool> {
    if take_free(tx, session).await? {
        return Ok(true);
    }
    Ok(release_expired(tx, clock, session).await? > 0 && take_free(tx, session).await?)
}

async fn take_free(tx: &Tx, session: Uuid) -> Result<bool> {
    let done = execute(
        tx,
        "UPDATE test_sessions SET taken = taken + 1, version = version + 1
         WHERE id = $1 AND taken < capacity",
        [session.to_string().into()],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Gives one seat back. The caller has just ended the booking that had it.
pub async fn give_back(tx: &Tx, session: Uuid) -> Result<()> {
    give(tx, session, 1).await
}

async fn give(tx: &Tx, session: Uuid, seats: i32) -> Result<()> {
    let done = execute(
        tx,
        "UPDATE test_sessions SET taken = taken - $2, version = version + 1 WHERE id = $1",
        [session.to_string().into(), seats.into()],
    )
    .await?;
    one_row(&done)
}

/// Ends the expired holds of a session and gives their seats back: in the call of whoever needs a
/// seat, and in the job. The update decides which holds end here, so each seat returns once.
pub async fn release_expired(tx: &Tx, clock: &Clock, session: Uuid) -> Result<i32> {
    lock(tx, &[session]).await?;
    let ended = query_all(
        tx,
        "UPDATE bookings SET state = 'HOLD_EXPIRED', version = version + 1
         WHERE session = $1 AND state = 'HELD' AND hold_until_us <= $2
         RETURNING id, campaign",
        [session.to_string().into(), to_us(clock.now()).into()],
    )
    .await?;
    let this_service = Caller::Service(crate::NAME.into());
    for found in &ended {
        let name = booking::name(
            &row::get::<String>(found, "campaign")?,
            row::uuid(found, "id")?,
        );
        audit::record(
            tx,
            clock,
            &this_service,
            "ExpireHold",
            &name,
            "HOLD_EXPIRED",
        )
        .await?;
    }
    let seats = i32::try_from(ended.len()).unwrap_or(i32::MAX);
    if seats > 0 {
        give(tx, session, seats).await?;
    }
    Ok(seats)
}

/// Sessions that have expired holds.
pub async fn with_expired_holds<C: ConnectionTrait>(
    on: &C,
    now: jiff::Timestamp,
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
