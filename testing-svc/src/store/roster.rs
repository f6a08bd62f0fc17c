//! Rosters in the database: who sits a session, by candidate numbers.

use chassis::Result;
use chassis::clock::to_us;
use chassis::database::query_all;
use jiff::Timestamp;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{booking, row};
use crate::store::booking::Seat;

/// The states of those on a roster.
pub(super) const ON_IT: &str = "('BOOKED', 'CHECKED_IN', 'STARTED', 'COMPLETED', 'NO_SHOW')";

/// Where a list of a roster goes on: after this number, and this booking of it.
pub type Place = (String, String);

/// Those who are booked, whatever became of it, in the order of their numbers.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    session: Uuid,
    after: Option<Place>,
    limit: u64,
    now: Timestamp,
) -> Result<Vec<(String, Seat)>> {
    let (number, id) = after.unwrap_or_default();
    // Who is on the page first, by two narrow tables: everything else is read of these alone.
    let sql = format!(
        "WITH page AS (SELECT COALESCE(e.candidate_number, '') AS candidate_number, b.id
            FROM bookings b
            JOIN eligibilities e ON e.campaign = b.campaign AND e.account = b.account
            WHERE b.session = $2 AND b.state IN {ON_IT}
                AND (COALESCE(e.candidate_number, ''), b.id) > ($3, $4)
            ORDER BY COALESCE(e.candidate_number, ''), b.id LIMIT {limit})
         {} JOIN page ON page.id = b.id
         WHERE $1 > 0 ORDER BY page.candidate_number, page.id",
        booking::select("page.candidate_number, ")
    );
    let values = [
        to_us(now).into(),
        session.to_string().into(),
        number.into(),
        id.into(),
    ];
    let rows = query_all(on, &sql, values).await?;
    rows.iter()
        .map(|found| Ok((row::get(found, "candidate_number")?, booking::read(found)?)))
        .collect()
}
