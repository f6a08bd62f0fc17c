//! ListRoomSlots: the timetable of a room, the next first.

use chassis::clock::{from_us, to_pb, to_us};
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::wishes;
use crate::domain::session::Session;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListRoomSlotsRequest>,
) -> Result<pb::ListRoomSlotsResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let room = wishes::room(&mut violations, "parent", &pb.parent);
    let earliest = parse::optional_time(
        &mut violations,
        "earliest_end_time",
        pb.earliest_end_time.as_ref(),
    );
    let bound = format!("{earliest:?}");
    let page = Page::<(i64, String)>::parse(
        &mut violations,
        pb.page_size,
        &pb.page_token,
        &["slots", &pb.parent, &bound],
    );
    let (Some((center, room)), true) = (room, violations.is_empty()) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    store::room::find(db, room)
        .await?
        .filter(|room| room.center == center)
        .ok_or(Error::NotFound(pb.parent))?;
    let earliest = earliest.unwrap_or(from_us(0));
    let (after, limit) = (page.after.clone(), page.limit());
    let mut rows =
        store::room::timetable(db, room, earliest, after, limit, ctx.clock.now()).await?;
    let next_page_token = page.next(&mut rows, |session| {
        (to_us(session.start), session.id.to_string())
    });
    Ok(pb::ListRoomSlotsResponse {
        slots: rows.iter().map(slot).collect(),
        next_page_token,
    })
}

fn slot(session: &Session) -> pb::RoomSlot {
    pb::RoomSlot {
        session: session.name(),
        start_time: Some(to_pb(session.start)),
        end_time: Some(to_pb(session.end_with(session.extra_time_percent))),
    }
}
