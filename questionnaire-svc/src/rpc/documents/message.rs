//! A document as a message.

use chassis::clock::to_pb;
use proto::questionnaire::v1 as pb;

use crate::rpc::etag;
use crate::store::document::Kept;

pub fn of(kept: &Kept) -> pb::Document {
    let document = &kept.document;
    let state = format!("STATE_{}", document.state.code());
    pb::Document {
        name: document.name.clone(),
        section: document.section.clone(),
        kind: document.kind.clone(),
        file_name: document.file_name.clone(),
        media_type: document.media_type.clone(),
        size_bytes: i64::try_from(document.size_bytes).unwrap_or(i64::MAX),
        sha256: document.sha256.clone(),
        state: pb::document::State::from_str_name(&state)
            .unwrap_or_default()
            .into(),
        create_time: Some(to_pb(kept.create_time)),
        upload_time: kept.upload_time.map(to_pb),
        etag: etag::of(kept.version),
    }
}
