//! ListRooms: of a centre, oldest first.

use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListRoomsRequest>,
) -> Result<pb::ListRoomsResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let center = parse::test_center(&mut violations, "parent", &pb.parent);
    let bound = ["rooms", &pb.parent];
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    let (Some(center), true) = (center, violations.is_empty()) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    store::test_center::find(db, center)
        .await?
        .ok_or(Error::NotFound(pb.parent))?;
    let mut rows = store::room::list(db, center, page.after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |room| room.id);
    Ok(pb::ListRoomsResponse {
        rooms: rows.iter().map(written).collect(),
        next_page_token,
    })
}
