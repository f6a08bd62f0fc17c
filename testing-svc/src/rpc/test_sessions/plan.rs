//! What a session takes from its surroundings: a place that is open, a room that is free and large
//! enough. The same for a new session and for a changed one.

use chassis::database::Tx;
use chassis::violation::Violations;
use chassis::{Error, Result};
use uuid::Uuid;

use crate::domain::closure::Closure;
use crate::domain::quota::{Kind, Quota};
use crate::domain::refusal::Refusal;
use crate::domain::session::Session;
use crate::domain::{room, test_center};
use crate::{Context, store};

/// Locks the place, so that nobody closes it or makes the room smaller meanwhile.
pub async fn lock(tx: &Tx, session: &Session, others: Option<Uuid>) -> Result<()> {
    store::test_center::lock(tx, session.center)
        .await?
        .ok_or_else(|| Error::NotFound(test_center::name(session.center)))?;
    // Two rooms in one order, so that two changes across each other don't wait for each other.
    let mut rooms: Vec<Uuid> = session.room.into_iter().chain(others).collect();
    rooms.sort_by_key(Uuid::to_string);
    for id in rooms {
        let found = store::room::lock(tx, id).await?;
        found.ok_or_else(|| Error::NotFound(room::name(session.center, id)))?;
    }
    Ok(())
}

/// Whether the plan fits its locked place, and is closed by nobody.
pub async fn check(tx: &Tx, session: &Session, quotas: &[Quota]) -> Result<()> {
    let mut violations = Violations::new();
    if let Some(id) = session.room {
        let found = store::room::find(tx, id).await?;
        let room = found.ok_or_else(|| Error::NotFound(room::name(session.center, id)))?;
        if room.center != session.center {
            violations.add("session.room", "OTHER_CENTER");
        }
        if session.capacity > room.seats {
            violations.add("session.capacity", "OVER_ROOM_SEATS");
        }
        for (at, quota) in quotas.iter().enumerate() {
            let accessible = quota.kind == Kind::AccessibleWorkstation;
            if accessible && quota.size > room.accessible_seats {
                violations.add(format!("session.quotas[{at}].size"), "OVER_ROOM_SEATS");
            }
        }
        in_room(&mut violations, session);
    }
    violations.into_result()?;
    match store::closure::upon(tx, session).await? {
        Some(closure) => Err(closed(&closure)),
        None => Ok(()),
    }
}

fn in_room(violations: &mut Violations, session: &Session) {
    for (field, time) in [
        ("session.start_time", session.start),
        ("session.end_time", session.end),
    ] {
        if !room::is_on_grid(time) {
            violations.add(field, "OFF_GRID");
        }
    }
    if session.end.duration_since(session.start) > room::LONGEST {
        violations.add("session.end_time", "OUT_OF_RANGE");
    }
}

fn closed(closure: &Closure) -> Error {
    let closure = closure.name();
    Refusal::PlaceClosed { closure }.into()
}

/// Takes the room for a saved session, or tells who has it.
pub async fn take_room(ctx: &Context, tx: &Tx, session: &Session) -> Result<()> {
    let Some(other) = store::room::take(tx, session).await? else {
        return Ok(());
    };
    let other = store::test_session::find(tx, other, ctx.clock.now()).await?;
    let other = other.map_or_else(|| session.clone(), |offer| offer.session);
    Err(Refusal::RoomTaken {
        session: other.name(),
        start: other.start,
        end: other.end_with(other.extra_time_percent),
    }
    .into())
}
