//! CreateRoom: by the exam desk.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{read_accessible_seats, read_equipment, read_seats, written};
use crate::domain::room::Room;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn create(ctx: &Context, request: Request<pb::CreateRoomRequest>) -> Result<pb::Room> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let room = read(ctx, &pb)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateRoom",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(room) => return Ok(room),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    store::test_center::find(tx, room.center)
        .await?
        .ok_or(Error::NotFound(pb.parent))?;
    store::room::insert(tx, &room).await?;
    let (name, seats) = (room.name(), format!("{} seats", room.seats));
    audit::record(tx, &ctx.clock, &caller, "CreateRoom", &name, &seats).await?;
    write.commit(written(&room)).await
}

fn read(ctx: &Context, pb: &pb::CreateRoomRequest) -> Result<Room> {
    let mut violations = Violations::new();
    let center = parse::test_center(&mut violations, "parent", &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    let Some(room) = &pb.room else {
        violations.add("room", "REQUIRED");
        return Err(violations.into());
    };
    let title = parse::localized(&mut violations, "room.title", room.title.clone());
    read_seats(&mut violations, room);
    read_accessible_seats(&mut violations, room.accessible_seats, room.seats);
    let equipment = read_equipment(&mut violations, &room.equipment);
    let (Some(center), true) = (center, violations.is_empty()) else {
        return Err(violations.into());
    };
    Ok(Room {
        id: ctx.ids.uuid(),
        center,
        title,
        seats: room.seats,
        accessible_seats: room.accessible_seats,
        equipment,
        version: 1,
    })
}
