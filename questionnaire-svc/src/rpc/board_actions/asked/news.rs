//! What acts on news of the college ask for.

use chassis::clock::from_pb;
use chassis::identifier::Bin;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;

use crate::Context;
use crate::domain::board_action::{Act, Of};
use crate::domain::news::Written;
use crate::rpc::{etag, name, wire};

pub fn written(
    ctx: &Context,
    violations: &mut Violations,
    college: Bin,
    asked: &pb::WriteNews,
) -> Of {
    let path = "write_news.news_item";
    let sent = asked.news_item.clone().unwrap_or_default();
    let publish_time = sent.publish_time.as_ref().and_then(|time| {
        let field = format!("{path}.publish_time");
        violations.take(&field, from_pb(time).ok_or("OUT_OF_RANGE"))
    });
    let written = Written {
        title: wire::labels(sent.title.as_ref()),
        body: wire::labels(sent.body.as_ref()),
        pinned: sent.pinned,
        publish_time,
    };
    violations.extend(written.by(college).violations(path));
    let field = "write_news.current_etag";
    let object = if sent.name.is_empty() {
        if !asked.current_etag.is_empty() {
            violations.add(field, "NOT_ASKED");
        }
        format!("newsItems/{}", ctx.ids.uuid())
    } else {
        named(violations, &format!("{path}.name"), &sent.name);
        etag::check_needed(violations, field, &asked.current_etag);
        sent.name
    };
    Of {
        object,
        object_etag: asked.current_etag.clone(),
        act: Act::WriteNews(written),
    }
}

pub fn retired(violations: &mut Violations, asked: &pb::RetireNews) -> Of {
    named(violations, "retire_news.news_item", &asked.news_item);
    let field = "retire_news.current_etag";
    etag::check_needed(violations, field, &asked.current_etag);
    Of {
        object: asked.news_item.clone(),
        object_etag: asked.current_etag.clone(),
        act: Act::RetireNews {},
    }
}

fn named(violations: &mut Violations, field: &str, name: &str) {
    let id = name::id_of("newsItems/*", name).ok_or(name::reason(name));
    violations.take(field, id);
}
