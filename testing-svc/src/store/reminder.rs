//! Reminders in the database: which are due, and which were told.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::{Tx, execute, query_all};
use jiff::{SignedDuration, Timestamp};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::row;

/// Booked seats whose session starts within `lead` and whose person was not reminded of that. Who
/// booked later than that needs no reminder: they have just been told.
pub async fn due<C: ConnectionTrait>(
    on: &C,
    lead: SignedDuration,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT b.id FROM test_sessions s JOIN bookings b ON b.session = s.id
         WHERE b.state IN ('BOOKED', 'CHECKED_IN') AND s.start_us > $1 AND s.start_us <= $1 + $2
            AND b.confirmed_us <= s.start_us - $2
            AND NOT EXISTS (SELECT 1 FROM reminders r
                WHERE r.booking = b.id AND r.session = s.id AND r.lead_us = $2)
         ORDER BY s.start_us, b.id LIMIT {limit}"
    );
    let rows = query_all(on, &sql, [to_us(now).into(), us(lead).into()]).await?;
    rows.iter().map(|found| row::uuid(found, "id")).collect()
}

/// False where it was told before.
pub async fn tell(
    tx: &Tx,
    booking: Uuid,
    session: Uuid,
    lead: SignedDuration,
    now: Timestamp,
) -> Result<bool> {
    let done = execute(
        tx,
        "INSERT INTO reminders (booking, session, lead_us, told_us) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
        [
            booking.to_string().into(),
            session.to_string().into(),
            us(lead).into(),
            to_us(now).into(),
        ],
    )
    .await?;
    Ok(done.rows_affected() == 1)
}

fn us(lead: SignedDuration) -> i64 {
    i64::try_from(lead.as_micros()).unwrap_or(i64::MAX)
}
