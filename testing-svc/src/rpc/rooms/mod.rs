//! Rooms: where sessions take place, and when.

mod create;
mod get;
mod list;
mod list_slots;
mod update;

use std::sync::Arc;

use chassis::name;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};

use super::{enums, parse, wishes};
use crate::Context;
use crate::domain::room::{MOST_MARKS, Room};
use crate::domain::session::MOST_SEATS;

#[derive(Clone)]
pub struct Rooms(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::rooms_server::Rooms for Rooms {
    async fn create_room(
        &self,
        request: Request<pb::CreateRoomRequest>,
    ) -> Result<Response<pb::Room>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_room(
        &self,
        request: Request<pb::GetRoomRequest>,
    ) -> Result<Response<pb::Room>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_rooms(
        &self,
        request: Request<pb::ListRoomsRequest>,
    ) -> Result<Response<pb::ListRoomsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn update_room(
        &self,
        request: Request<pb::UpdateRoomRequest>,
    ) -> Result<Response<pb::Room>, Status> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }

    async fn list_room_slots(
        &self,
        request: Request<pb::ListRoomSlotsRequest>,
    ) -> Result<Response<pb::ListRoomSlotsResponse>, Status> {
        Ok(Response::new(list_slots::list(&self.0, request).await?))
    }
}

fn written(room: &Room) -> pb::Room {
    pb::Room {
        name: room.name(),
        title: Some(enums::localized(&room.title)),
        seats: room.seats,
        accessible_seats: room.accessible_seats,
        equipment: room.equipment.clone(),
        etag: parse::written_etag(room.version),
    }
}

fn read_seats(violations: &mut Violations, room: &pb::Room) {
    if room.seats == 0 {
        violations.add("room.seats", "REQUIRED");
    } else if !(1..=MOST_SEATS).contains(&room.seats) {
        violations.add("room.seats", "OUT_OF_RANGE");
    }
}

fn read_accessible_seats(violations: &mut Violations, accessible: i32, seats: i32) {
    if accessible < 0 {
        violations.add("room.accessible_seats", "OUT_OF_RANGE");
    } else if accessible > seats {
        violations.add("room.accessible_seats", "OVER_ROOM_SEATS");
    }
}

/// The marks, each once and sorted.
fn read_equipment(violations: &mut Violations, marks: &[String]) -> Vec<String> {
    if marks.len() > MOST_MARKS {
        let most = [("max", MOST_MARKS.to_string())];
        violations.add_with("room.equipment", "TOO_MANY", most);
    }
    for (at, mark) in marks.iter().enumerate() {
        if !name::is_id(mark) {
            violations.add(format!("room.equipment[{at}]"), "INVALID_FORMAT");
        }
    }
    let mut marks = marks.to_vec();
    marks.sort();
    marks.dedup();
    marks
}
