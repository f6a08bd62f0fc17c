//! What acts on news of the college ask for.

use chassis::identifier::Bin;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;

use super::named;
use crate::Context;
use crate::domain::board_action::{Act, Of};
use crate::rpc::etag;
use crate::rpc::news::message;

const ITEM: &str = "newsItems/*";

pub fn written(
    ctx: &Context,
    violations: &mut Violations,
    college: Bin,
    asked: &pb::WriteNews,
) -> Of {
    let path = "write_news.news_item";
    let sent = asked.news_item.clone().unwrap_or_default();
    let written = message::written(violations, path, &sent);
    violations.extend(written.by(college).violations(path));
    let field = "write_news.current_etag";
    let object = if sent.name.is_empty() {
        if !asked.current_etag.is_empty() {
            violations.add(field, "NOT_ASKED");
        }
        format!("newsItems/{}", ctx.ids.uuid())
    } else {
        named(violations, &format!("{path}.name"), ITEM, &sent.name);
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
    named(violations, "retire_news.news_item", ITEM, &asked.news_item);
    let field = "retire_news.current_etag";
    etag::check_needed(violations, field, &asked.current_etag);
    Of {
        object: asked.news_item.clone(),
        object_etag: asked.current_etag.clone(),
        act: Act::RetireNews {},
    }
}
