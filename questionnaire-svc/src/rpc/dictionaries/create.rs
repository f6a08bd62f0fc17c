//! Makes a dictionary without entries: its first version.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::domain::dictionary::Dictionaries;
use crate::domain::refusal::Refusal;
use crate::rpc::wire;
use crate::store::dictionary::{self, Kept};
use crate::{Context, catalogue};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateDictionaryRequest>,
) -> Result<pb::Dictionary> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = pb.dictionary_id.as_str();
    if id.is_empty() {
        violations.add("dictionary_id", "REQUIRED");
    } else if !chassis::name::is_slug(id) || !(3..=40).contains(&id.len()) {
        violations.add("dictionary_id", "INVALID_FORMAT");
    }
    let sent = pb.dictionary.clone().unwrap_or_default();
    let title = wire::labels(sent.title.as_ref());
    if !title.is_complete() {
        violations.add("dictionary.title", "REQUIRED");
    }
    for text in [&title.kk, &title.ru, &title.en] {
        violations.optional_text("dictionary.title", text, 200);
    }
    violations.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateDictionary",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(dictionary) => return Ok(dictionary),
        Once::Begun(write) => write,
    };
    let now = ctx.clock.now();
    let kept = Kept {
        dictionary: id.to_owned(),
        number: 1,
        title,
        entries: Vec::new(),
        start_time: now,
        create_time: now,
    };
    let is_shipped = Dictionaries::shipped().find(id).is_some();
    if is_shipped || !dictionary::insert(write.tx(), &kept).await? {
        return Err(Refusal::DictionaryExists.into());
    }
    let answer = message::of(&catalogue::of(kept), 1);
    audit::record(
        write.tx(),
        &ctx.clock,
        &caller,
        "CreateDictionary",
        &answer.name,
        "",
    )
    .await?;
    write.commit(answer).await
}
