//! Rosters in the database: who sits a session, by candidate numbers.

use std::collections::HashMap;

use chassis::Result;
use chassis::database::query_all;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{booking, row};
use crate::domain::booking::State;
use crate::store::booking::Seat;

/// The states of those on a roster.
pub(super) const ON_IT: &str = "('BOOKED', 'CHECKED_IN', 'STARTED', 'COMPLETED', 'NO_SHOW')";

/// The same of a booking that was read.
fn is_on_it(state: State) -> bool {
    use State::{Booked, CheckedIn, Completed, NoShow, Started};
    matches!(state, Booked | CheckedIn | Started | Completed | NoShow)
}

/// Where a list of a roster goes on: after this number, and this booking of it.
pub type Place = (String, String);

/// Those who are booked for a session, whatever became of it, after a place, in the order of their numbers.
fn in_order() -> String {
    format!(
        "SELECT COALESCE(e.candidate_number, '') AS candidate_number, b.id
         FROM bookings b
         JOIN eligibilities e ON e.campaign = b.campaign AND e.account = b.account
         WHERE b.session = $1 AND b.state IN {ON_IT}
            AND (COALESCE(e.candidate_number, ''), b.id) > ($2, $3)
         ORDER BY COALESCE(e.candidate_number, ''), b.id"
    )
}

/// Their places, read of two narrow tables alone.
pub async fn places<C: ConnectionTrait>(
    on: &C,
    session: Uuid,
    after: Option<Place>,
    limit: u64,
) -> Result<Vec<Place>> {
    let (number, id) = after.unwrap_or_default();
    let sql = format!("{} LIMIT {limit}", in_order());
    let values = [session.to_string().into(), number.into(), id.into()];
    let rows = query_all(on, &sql, values).await?;
    let place = |found| Ok((row::get(found, "candidate_number")?, row::get(found, "id")?));
    rows.iter().map(place).collect()
}

/// Those at these places who are booked still, in the same order.
pub async fn at<C: ConnectionTrait>(
    on: &C,
    session: Uuid,
    places: &[Place],
) -> Result<Vec<(String, Seat)>> {
    let (mut values, mut seats) = (Vec::new(), HashMap::new());
    let ids: Vec<&str> = places.iter().map(|(_, id)| id.as_str()).collect();
    // By their ids alone: SQLite would rather go through all of a session that is named beside them.
    let sql = format!(
        "{} WHERE b.id IN {}",
        booking::select(""),
        row::places(&mut values, &ids)
    );
    for found in &query_all(on, &sql, values).await? {
        let seat = booking::read(found)?;
        if seat.booking.session == session && is_on_it(seat.booking.state) {
            seats.insert(seat.booking.id.to_string(), seat);
        }
    }
    let place = |(number, id): &Place| seats.remove(id).map(|seat| (number.clone(), seat));
    Ok(places.iter().filter_map(place).collect())
}

/// A page of a list: both at once, so that a page that is not full is the last.
pub async fn list<C: ConnectionTrait>(
    on: &C,
    session: Uuid,
    after: Option<Place>,
    limit: u64,
) -> Result<Vec<(String, Seat)>> {
    let (number, id) = after.unwrap_or_default();
    // Who is on the page first, by the narrow tables: everything else is read of these alone.
    let sql = format!(
        "WITH page AS ({} LIMIT {limit})
         {} JOIN page ON page.id = b.id ORDER BY page.candidate_number, page.id",
        in_order(),
        booking::select("page.candidate_number, ")
    );
    let values = [session.to_string().into(), number.into(), id.into()];
    let rows = query_all(on, &sql, values).await?;
    rows.iter()
        .map(|found| Ok((row::get(found, "candidate_number")?, booking::read(found)?)))
        .collect()
}
