//! A saved filter as the contract shows it; its conditions are kept in the contract's own bytes.

use chassis::clock::to_pb as time;
use chassis::error::{Error, Result};
use prost::Message;
use proto::review::v1 as pb;

use crate::store::saved_filter::Saved;

pub fn to_pb(saved: Saved) -> Result<pb::SavedFilter> {
    Ok(pb::SavedFilter {
        name: format!("savedFilters/{}", saved.id),
        filter: Some(conditions(&saved)?),
        title: saved.title,
        create_time: Some(time(saved.create_time)),
    })
}

pub fn conditions(saved: &Saved) -> Result<pb::TaskFilter> {
    pb::TaskFilter::decode(saved.filter.as_slice()).map_err(|error| Error::Internal(error.into()))
}
