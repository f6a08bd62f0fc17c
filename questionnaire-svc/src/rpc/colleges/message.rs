//! The profile of a college ⇄ its message.

use chassis::clock::to_pb;
use proto::questionnaire::v1 as pb;

use crate::domain::college::College;
use crate::rpc::{etag, wire};
use crate::store::college::Kept;

pub fn of(kept: &Kept) -> pb::College {
    let it = &kept.college;
    pb::College {
        name: format!("colleges/{}", kept.bin),
        title: Some(wire::to_text(&it.title)),
        region: it.region.clone(),
        address: Some(wire::to_text(&it.address)),
        board_phone: it.board_phone.clone(),
        board_email: it.board_email.clone(),
        website: it.website.clone(),
        about: Some(wire::to_text(&it.about)),
        update_time: Some(to_pb(kept.update_time)),
        etag: etag::of(kept.version),
    }
}

pub fn read(pb: &pb::College) -> College {
    let trimmed = |text: &str| text.trim().to_owned();
    College {
        title: wire::labels(pb.title.as_ref()),
        region: pb.region.clone(),
        address: wire::labels(pb.address.as_ref()),
        board_phone: trimmed(&pb.board_phone),
        board_email: trimmed(&pb.board_email),
        website: trimmed(&pb.website),
        about: wire::labels(pb.about.as_ref()),
    }
}
