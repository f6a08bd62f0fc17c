//! Saves a section: what is wrong is refused, every violation at once; what is missing is kept and
//! told.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;
use serde_json::Value;
use tonic::Request;

use super::{certificate, message};
use crate::Context;
use crate::domain::document;
use crate::domain::form::SectionForm;
use crate::domain::limit;
use crate::domain::readiness::FilledSection;
use crate::domain::receive::{Received, Source, under};
use crate::domain::refusal::Refusal;
use crate::rpc::filling::Filling;
use crate::rpc::name::ApplicationName;
use crate::rpc::{access, etag, rebase, wire};
use crate::store::application::Kept;
use crate::store::section;

/// Where the answers are in the request; the paths of violations begin with it.
const ANSWERS: &str = "section.answers";

pub async fn update(
    ctx: &Context,
    request: Request<pb::UpdateSectionRequest>,
) -> Result<pb::Section> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let sent = pb.section.clone().unwrap_or_default();
    let (name, id, raw) = parse(&pb, &sent)?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "UpdateSection",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(section) => return Ok(section),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let mut kept = access::lock_filled(tx, &caller, &name).await?;
    let now = ctx.clock.now();
    rebase::bring_up(ctx, tx, &mut kept, now).await?;
    let mut filling = Filling::read(ctx, tx, &kept, now).await?;
    let revision = filling.form.clone();
    let form = revision
        .section(&id)
        .ok_or_else(|| Error::NotFound(sent.name.clone()))?;
    may_save(&kept, &filling, form, &sent, now)?;
    if limit::check(&raw).is_empty() {
        filling.look_up(tx, form, &raw).await?;
    }
    let received = receive(&filling, form, raw)?;

    let saved = save(ctx, tx, &mut kept, form, received, now).await?;
    filling.put(&form.id, saved);
    let answer = message::of(&kept, &filling, form);
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "UpdateSection",
        &answer.name,
        &answer.etag,
    )
    .await?;
    write.commit(answer).await
}

fn parse(
    pb: &pb::UpdateSectionRequest,
    sent: &pb::Section,
) -> Result<(ApplicationName, String, Value)> {
    let mut violations = Violations::new();
    let paths = pb
        .update_mask
        .as_ref()
        .map(|mask| mask.paths.as_slice())
        .unwrap_or_default();
    if paths.iter().any(|path| path != "answers" && path != "*") {
        violations.add("update_mask", "INVALID_UPDATE_MASK");
    }
    if sent.answers.is_none() {
        violations.add(ANSWERS, "REQUIRED");
    }
    etag::check(&mut violations, "section.etag", &sent.etag);
    let name = match ApplicationName::parse_child("section.name", "sections", &sent.name) {
        Ok(name) => Some(name),
        Err(Error::Invalid(wrong)) => {
            violations.extend(wrong);
            None
        }
        Err(error) => return Err(error),
    };
    let raw = wire::to_json(sent.answers.clone().unwrap_or_default());
    match name {
        Some((name, id)) if violations.is_empty() => Ok((name, id, raw)),
        _ => Err(violations.into()),
    }
}

fn may_save(
    kept: &Kept,
    filling: &Filling,
    form: &SectionForm,
    sent: &pb::Section,
    now: Timestamp,
) -> Result<()> {
    kept.application
        .may_edit(&form.id, &filling.campaign, now)?;
    let before = filling.sections.get(&form.id);
    etag::must_be_current(
        &sent.etag,
        before.map_or(0, |before| before.version),
        &sent.name,
    )?;
    match before {
        Some(before) if before.filled.source == Source::LanguageResult => {
            Err(Refusal::SectionVerified.into())
        }
        _ => Ok(()),
    }
}

/// The answers as they will be kept, or all that is wrong with them.
fn receive(filling: &Filling, form: &SectionForm, raw: Value) -> Result<Received> {
    let mut received = form.receive(raw, &filling.known(Source::Applicant));
    let references = form.document_references(&received.answers);
    let (wrong, _) = document::judge(&form.id, &references, filling.documents());
    received.wrong.extend(wrong);
    if received.wrong.is_empty() {
        return Ok(received);
    }
    Err(under(ANSWERS, received.wrong).into())
}

async fn save(
    ctx: &Context,
    tx: &Tx,
    kept: &mut Kept,
    form: &SectionForm,
    received: Received,
    now: Timestamp,
) -> Result<section::Kept> {
    if form.id == certificate::SECTION {
        if !received.is_blank {
            certificate::declare(ctx, tx, kept, now).await?;
        } else if let Some(result) = kept.waiting_result.take() {
            // The applicant made room for the result that came while their own answers stood here.
            return certificate::fill(ctx, tx, kept, &result, now).await;
        }
    }
    let filled = FilledSection {
        answers: received.answers,
        source: Source::Applicant,
    };
    section::save(tx, &kept.id, &form.id, filled, now).await
}
