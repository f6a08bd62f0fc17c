//! A saved filter as the contract shows it.

use chassis::clock::to_pb as time;
use proto::review::v1 as pb;

use crate::store::saved_filter::Saved;

pub fn to_pb(saved: Saved) -> pb::SavedFilter {
    pb::SavedFilter {
        name: format!("savedFilters/{}", saved.id),
        title: saved.title,
        filter: Some(saved.filter),
        create_time: Some(time(saved.create_time)),
    }
}
