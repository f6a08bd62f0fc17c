//! UpdateRoom: by the exam desk. The seats can't become fewer than a coming session needs.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{read_accessible_seats, read_equipment, read_seats, wishes, written};
use crate::domain::refusal::Refusal;
use crate::domain::room::Room;
use crate::rpc::mask::Mask;
use crate::rpc::parse;
use crate::{Context, store};

const CHANGEABLE: &[&str] = &["title", "seats", "accessible_seats", "equipment"];

pub async fn update(ctx: &Context, request: Request<pb::UpdateRoomRequest>) -> Result<pb::Room> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let wanted = pb.room.clone().unwrap_or_default();
    let (center, id, mask) = read(&pb, &wanted)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "UpdateRoom",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(room) => return Ok(room),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let mut room = store::room::lock(tx, id)
        .await?
        .filter(|room| room.center == center)
        .ok_or_else(|| Error::NotFound(wanted.name.clone()))?;
    parse::fresh(&wanted.name, &wanted.etag, room.version)?;
    change(&mut room, &wanted, &mask)?;
    if let Some(session) = store::room::outgrown(tx, &room, ctx.clock.now()).await? {
        return Err(Refusal::RoomInUse {
            session: session.name(),
        }
        .into());
    }
    store::room::save(tx, &room).await?;
    room.version += 1;
    let (name, seats) = (room.name(), format!("{} seats", room.seats));
    audit::record(tx, &ctx.clock, &caller, "UpdateRoom", &name, &seats).await?;
    write.commit(written(&room)).await
}

fn read(pb: &pb::UpdateRoomRequest, wanted: &pb::Room) -> Result<(Uuid, Uuid, Mask)> {
    let mut violations = Violations::new();
    parse::request_id(&mut violations, &pb.request_id);
    let name = wishes::room(&mut violations, "room.name", &wanted.name);
    let mask = Mask::read(&mut violations, pb.update_mask.as_ref(), CHANGEABLE);
    parse::inner_etag(&mut violations, "room.etag", &wanted.etag);
    if mask.has("title") {
        parse::localized(&mut violations, "room.title", wanted.title.clone());
    }
    if mask.has("seats") {
        read_seats(&mut violations, wanted);
    }
    if mask.has("equipment") {
        read_equipment(&mut violations, &wanted.equipment);
    }
    match name {
        Some((center, id)) if violations.is_empty() => Ok((center, id, mask)),
        _ => Err(violations.into()),
    }
}

fn change(room: &mut Room, wanted: &pb::Room, mask: &Mask) -> Result<()> {
    let mut violations = Violations::new();
    if mask.has("title") {
        room.title = parse::localized(&mut violations, "room.title", wanted.title.clone());
    }
    if mask.has("seats") {
        room.seats = wanted.seats;
    }
    if mask.has("accessible_seats") {
        room.accessible_seats = wanted.accessible_seats;
    }
    if mask.has("equipment") {
        room.equipment = read_equipment(&mut violations, &wanted.equipment);
    }
    read_accessible_seats(&mut violations, room.accessible_seats, room.seats);
    violations.into_result()
}
