//! Sends an application for review and freezes what was sent. Out of a correction it is the
//! resubmission.

use std::collections::BTreeSet;

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Result, audit, outbox};
use jiff::Timestamp;
use proto::events::v1::application_decided::Outcome;
use proto::events::v1::{ApplicationAccepted, ApplicationDecided, ApplicationSubmitted, SeatNeeds};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{attempt, choices, message};
use crate::Context;
use crate::domain::campaign::Acceptance;
use crate::domain::frozen::{Frozen, FrozenCheck, FrozenDocument, FrozenSection};
use crate::domain::readiness::Readiness;
use crate::domain::receive::Source;
use crate::events::application_decided;
use crate::rpc::filling::Filling;
use crate::rpc::name::ApplicationName;
use crate::rpc::{access, etag, rebase, wire};
use crate::store::application::Kept;
use crate::store::{application, application_number, campaign, document, submission};

pub async fn submit(
    ctx: &Context,
    request: Request<pb::SubmitApplicationRequest>,
) -> Result<pb::Application> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let name = ApplicationName::parse("name", &pb.name)?;
    let mut violations = Violations::new();
    etag::check(&mut violations, "etag", &pb.etag);
    violations.into_result()?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "SubmitApplication",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(application) => return Ok(application),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    // Held as it is: the version that it is judged by is the one that is looked at.
    campaign::hold(tx, &name.campaign).await?;
    let mut kept = access::lock_own(tx, &caller, &name).await?;
    etag::must_be_current(&pb.etag, kept.version, &pb.name)?;
    let now = ctx.clock.now();
    rebase::bring_up(ctx, tx, &mut kept, now).await?;
    let mut filling = Filling::read(ctx, tx, &kept, now).await?;
    // What closes meanwhile is seen now, and nothing closes from here on.
    filling.hold_specialties(tx).await?;
    let readiness = filling.readiness(&pb.accepted_declarations);
    kept.application
        .submit(readiness.violations(), &filling.campaign, now)?;
    declarations(&filling, &pb.accepted_declarations)?;
    attempt::take(tx, &mut kept, &filling.campaign, now).await?;

    let id = ctx.ids.uuid().to_string();
    let (frozen, shown) = freeze(&kept, &filling, &readiness, &pb.accepted_declarations, now);
    submission::insert(tx, &kept.id, &id, &frozen).await?;
    for document in shown {
        document::hold(tx, &document).await?;
    }
    kept.submission = Some(id);
    kept.campaign_version = filling.campaign_version;
    application::save(tx, &mut kept).await?;
    let event = event(&kept, &filling, now);
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await?;
    match filling.campaign.rules.acceptance {
        Acceptance::ByExpert => {}
        Acceptance::OnSubmission { .. } => accepted(ctx, tx, &kept).await?,
        Acceptance::ByBoards => choices::make(ctx, tx, &kept, &filling, now).await?,
    }
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "SubmitApplication",
        &kept.name(),
        &event.submission,
    )
    .await?;
    if filling.campaign.rules.acceptance == Acceptance::ByBoards {
        application_number::take(tx, &mut kept, filling.campaign.year()).await?;
    }
    write.commit(message::of(&kept)).await
}

/// Every declaration of the campaign is accepted, and no other is named.
fn declarations(filling: &Filling, accepted: &[String]) -> Result<()> {
    let mut violations = filling.campaign.missing_declarations(accepted);
    let known = |code: &String| {
        filling
            .campaign
            .declarations
            .iter()
            .any(|known| known.code == *code)
    };
    for (at, _) in accepted
        .iter()
        .enumerate()
        .filter(|(_, code)| !known(code))
        .take(20)
    {
        violations.add(format!("accepted_declarations[{at}]"), "UNKNOWN_VALUE");
    }
    violations.into_result()
}

/// Everything that the decision will be about, and the ids of the documents that the answers name.
fn freeze(
    kept: &Kept,
    filling: &Filling,
    readiness: &Readiness,
    accepted: &[String],
    now: Timestamp,
) -> (Frozen, Vec<String>) {
    let mut named = BTreeSet::new();
    let mut sections = Vec::new();
    for form in &filling.form.sections {
        let Some(section) = filling.sections.get(&form.id) else {
            continue;
        };
        let answers = &section.filled.answers;
        named.extend(
            form.document_references(answers)
                .into_iter()
                .map(|reference| reference.name),
        );
        sections.push(FrozenSection {
            id: form.id.clone(),
            answers: answers.clone(),
            verified: section.filled.source == Source::LanguageResult,
            version: section.version,
            update_time: Some(section.update_time),
        });
    }
    let shown = filling
        .kept_documents
        .iter()
        .filter(|kept| named.contains(&kept.document.name));
    let shown: Vec<_> = shown.collect();
    let document = |kept: &&document::Kept| {
        FrozenDocument::of(
            &kept.document,
            kept.version,
            kept.create_time,
            kept.upload_time,
        )
    };
    let accepted: BTreeSet<String> = accepted.iter().cloned().collect();
    let frozen = Frozen {
        application: kept.name(),
        applicant: kept.applicant(),
        number: kept.application.submission_count,
        submit_time: now,
        form_revision: kept.form_revision.clone(),
        campaign_version: filling.campaign_version,
        sections,
        documents: shown.iter().map(document).collect(),
        checks: readiness.checks.iter().map(FrozenCheck::from).collect(),
        experience: readiness.experience.clone(),
        accepted_declarations: accepted.into_iter().collect(),
    };
    (
        frozen,
        shown.into_iter().map(|kept| kept.id.clone()).collect(),
    )
}

fn event(kept: &Kept, filling: &Filling, now: Timestamp) -> ApplicationSubmitted {
    ApplicationSubmitted {
        application: kept.name(),
        submission: kept.submission_name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        submission_number: i32::try_from(kept.application.submission_count).unwrap_or(i32::MAX),
        submit_time: Some(to_pb(now)),
        correction_working_days: filling.campaign.rules.correction_working_days,
        direction: filling.direction(),
        without_review: !filling.campaign.is_reviewed(),
        seat_needs: filling.seat_needs().map(|needs| SeatNeeds {
            subject_title: filling.subject_title(&needs).map(wire::to_text),
            subject: needs.subject,
            language: needs.language,
            accessible: needs.accessible,
        }),
    }
}

/// Accepted in the same transaction, so nobody sees it submitted and not accepted. The person is told
/// once (M3), however often it is changed after.
async fn accepted(ctx: &Context, tx: &Tx, kept: &Kept) -> Result<()> {
    let decide_time = kept.decide_time.map(to_pb);
    let event = ApplicationAccepted {
        application: kept.name(),
        submission: kept.submission_name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        review_task: String::new(),
        decide_time,
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await?;
    if kept.application.submission_count > 1 {
        return Ok(());
    }
    let decided = ApplicationDecided {
        outcome: Outcome::AcceptedOnSubmission.into(),
        decide_time,
        ..Default::default()
    };
    application_decided::tell(ctx, tx, kept, decided).await
}
