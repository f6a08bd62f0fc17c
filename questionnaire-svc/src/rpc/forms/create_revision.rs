//! Makes a revision of a form that is not published yet. Everything wrong with it is told at once.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{find, message};
use crate::Context;
use crate::domain::form::{self, Content};
use crate::domain::schema;
use crate::rpc::name;
use crate::store::form_revision::{self, Kept};

pub async fn create_revision(
    ctx: &Context,
    request: Request<pb::CreateFormRevisionRequest>,
) -> Result<pb::FormRevision> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let id = name::form("parent", &pb.parent)?;
    let now = ctx.clock.now();
    let content = parse(ctx, &pb, id, now).await?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateFormRevision",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(revision) => return Ok(revision),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let last = form::shipped(id).map(|form| form.revision).max();
    let programme = form_revision::hold_form(tx, id, &content.programme, last.unwrap_or(0)).await?;
    if programme != content.programme {
        return Err(Violations::one("form_revision.programme", "IMMUTABLE").into());
    }
    let kept = Kept {
        id: ctx.ids.uuid().to_string(),
        form: id.to_owned(),
        number: None,
        content,
        create_time: now,
        publish_time: None,
    };
    form_revision::insert(tx, &kept).await?;
    let answer = message::of(&kept, &find::compiled(&kept)?);
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "CreateFormRevision",
        &answer.name,
        "DRAFT",
    )
    .await?;
    write.commit(answer).await
}

async fn parse(
    ctx: &Context,
    pb: &pb::CreateFormRevisionRequest,
    id: &str,
    now: jiff::Timestamp,
) -> Result<Content> {
    let mut violations = Violations::new();
    if !chassis::name::is_slug(id) || !(3..=40).contains(&id.len()) {
        violations.add("parent", "INVALID_FORMAT");
    }
    let Some(sent) = &pb.form_revision else {
        violations.add("form_revision", "REQUIRED");
        return Err(Error::from(violations));
    };
    let content = message::read(&mut violations, sent);
    let shipped = form::shipped(id).next();
    if shipped.is_some_and(|form| form.programme != content.programme) {
        violations.add("form_revision.programme", "IMMUTABLE");
    }
    let dictionaries = ctx.catalogue.dictionaries(ctx.db.read(), now).await?;
    let told: Vec<String> = violations.iter().map(|it| it.field.clone()).collect();
    for violation in schema::violations(&content, &dictionaries) {
        let is_told = |field: &String| violation.field.starts_with(field.as_str());
        if !told.iter().any(is_told) {
            violations.push(violation);
        }
    }
    violations.into_result()?;
    Ok(content)
}
