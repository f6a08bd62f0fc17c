//! Lists the versions of a dictionary, newest first; the one that came with the service is the oldest.

use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use super::newest::number;
use crate::Context;
use crate::domain::dictionary::Dictionaries;
use crate::rpc::name;
use crate::store::dictionary;

/// The key of the last one seen: its number, and from when it holds.
type Key = (i32, Option<Timestamp>);

pub async fn list_versions(
    ctx: &Context,
    request: Request<pb::ListDictionaryVersionsRequest>,
) -> Result<pb::ListDictionaryVersionsResponse> {
    let pb = request.into_inner();
    let id = name::dictionary("parent", &pb.parent)?;
    let mut violations = Violations::new();
    let page = Page::<Key>::parse(&mut violations, pb.page_size, &pb.page_token, &[&pb.parent]);
    violations.into_result()?;

    let (below, mut until) = page.after.unwrap_or((i32::MAX, None));
    let imported = dictionary::list(ctx.db.read(), id, Some(below), page.limit()).await?;
    let shipped = Dictionaries::shipped().find(id);
    if imported.is_empty() && shipped.is_none() && page.after.is_none() {
        return Err(Error::NotFound(pb.parent));
    }
    let mut found: Vec<(Key, pb::DictionaryVersion)> = Vec::new();
    for kept in &imported {
        let key = (kept.number, Some(kept.start_time));
        found.push((key, message::version(kept, until)));
        until = Some(kept.start_time);
    }
    if let Some(shipped) = shipped.filter(|it| number(it) < below) {
        let key = (number(shipped), None);
        found.push((key, message::shipped_version(shipped, until)));
    }
    let next_page_token = page.next(&mut found, |(key, _)| *key);
    Ok(pb::ListDictionaryVersionsResponse {
        versions: found.into_iter().map(|(_, version)| version).collect(),
        next_page_token,
    })
}
