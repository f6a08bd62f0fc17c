//! A news item ⇄ its message.

use chassis::clock::{from_pb, to_pb};
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;

use crate::domain::news::{NewsItem, State, Written};
use crate::rpc::{etag, wire};
use crate::store::news_item::Kept;

pub fn of(kept: &Kept, now: Timestamp) -> pb::NewsItem {
    let item = &kept.item;
    let state = match item.state(now) {
        State::Draft => pb::news_item::State::Draft,
        State::Scheduled => pb::news_item::State::Scheduled,
        State::Published => pb::news_item::State::Published,
        State::Retired => pb::news_item::State::Retired,
    };
    pb::NewsItem {
        name: format!("newsItems/{}", kept.id),
        programme: item.programme.clone(),
        title: Some(wire::to_text(&item.title)),
        body: Some(wire::to_text(&item.body)),
        pinned: item.pinned,
        publish_time: item.publish_time.map(to_pb),
        state: state.into(),
        create_time: Some(to_pb(kept.create_time)),
        update_time: Some(to_pb(kept.update_time)),
        etag: etag::of(kept.version),
        college: item
            .college
            .map(|bin| format!("colleges/{bin}"))
            .unwrap_or_default(),
    }
}

/// The words that were sent, and from when they are seen. What is wrong with them is asked of the item.
pub fn written(violations: &mut Violations, path: &str, pb: &pb::NewsItem) -> Written {
    let publish_time = pb.publish_time.as_ref().and_then(|time| {
        let field = format!("{path}.publish_time");
        violations.take(&field, from_pb(time).ok_or("OUT_OF_RANGE"))
    });
    Written {
        title: wire::labels(pb.title.as_ref()),
        body: wire::labels(pb.body.as_ref()),
        pinned: pb.pinned,
        publish_time,
    }
}

/// The item of a programme that was sent, with everything wrong about it.
pub fn read(violations: &mut Violations, pb: &pb::NewsItem) -> NewsItem {
    let path = "news_item";
    let written = written(violations, path, pb);
    let item = written.of(pb.programme.trim(), None);
    violations.extend(item.violations(path));
    item
}
