//! Asks for the application back after it was submitted, to correct some sections.

use std::collections::BTreeSet;

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit, outbox};
use proto::events::v1::CorrectionWanted;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::form::FormRevision;
use crate::rpc::name::ApplicationName;
use crate::rpc::{access, etag, filling};
use crate::store::application;

/// More than any form has.
const MOST_SECTIONS: usize = 20;
const LONGEST_NOTE: usize = 2000;

pub async fn ask(
    ctx: &Context,
    request: Request<pb::AskForCorrectionRequest>,
) -> Result<pb::Application> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let name = ApplicationName::parse("name", &pb.name)?;
    let mut violations = Violations::new();
    etag::check(&mut violations, "etag", &pb.etag);
    let note = violations.text("note", &pb.note, LONGEST_NOTE);
    if pb.sections.is_empty() {
        violations.add("sections", "REQUIRED");
    }
    if pb.sections.len() > MOST_SECTIONS {
        let max = [("max", MOST_SECTIONS.to_string())];
        violations.add_with("sections", "TOO_MANY", max);
    }
    violations.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "AskForCorrection",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(application) => return Ok(application),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let mut kept = access::lock_own(tx, &caller, &name).await?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;
    let sections = sections(&*filling::form_of(ctx, tx, &kept).await?, &pb.sections)?;
    let now = ctx.clock.now();
    let campaign = filling::campaign_of(ctx, tx, &kept).await?;
    kept.application
        .ask_for_correction(sections.clone(), note, &campaign, now)?;
    application::save(tx, &mut kept).await?;
    let event = CorrectionWanted {
        application: kept.name(),
        submission: kept.submission_name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        sections,
        ask_time: Some(to_pb(now)),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await?;
    let detail = event.sections.join(", ");
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "AskForCorrection",
        &kept.name(),
        &detail,
    )
    .await?;
    write.commit(message::of(&kept)).await
}

/// The sections in the order of the form, each once.
fn sections(form: &FormRevision, sent: &[String]) -> Result<Vec<String>> {
    let mut violations = Violations::new();
    for (at, id) in sent.iter().enumerate() {
        if form.section(id).is_none() {
            violations.add(format!("sections[{at}]"), "UNKNOWN_VALUE");
        }
    }
    violations.into_result()?;
    let named: BTreeSet<_> = sent.iter().collect();
    let ids = form.sections.iter().map(|section| &section.id);
    Ok(ids.filter(|id| named.contains(id)).cloned().collect())
}
