//! What sending an application does, whoever sends it: its owner, or the board that opened it for them.

use std::collections::{BTreeMap, BTreeSet};

use chassis::clock::to_pb;
use chassis::database::Tx;
use chassis::identifier::Bin;
use chassis::{Error, Result, canonical, outbox};
use jiff::Timestamp;
use proto::events::v1::application_decided::Outcome;
use proto::events::v1::{ApplicationAccepted, ApplicationDecided, ApplicationSubmitted, SeatNeeds};
use sha2::{Digest, Sha256};

use super::{attempt, choices};
use crate::Context;
use crate::domain::campaign::Acceptance;
use crate::domain::frozen::{Frozen, FrozenCheck, FrozenDocument, FrozenSection};
use crate::domain::readiness::Readiness;
use crate::domain::receive::Source;
use crate::events::application_decided;
use crate::rpc::filling::Filling;
use crate::rpc::{organisations, rebase, wire};
use crate::store::application::Kept;
use crate::store::{Connection, application, application_number, document, section, submission};

/// Who sends an application.
#[derive(Clone, Copy)]
pub enum Sender {
    Applicant,
    /// The board of this college, for the applicant.
    Board(Bin),
}

/// Sends what is locked, in a transaction that holds its campaign as it is. Its number comes last: until
/// the end of the transaction others of its stripe wait for it.
///
/// # Errors
/// As [`crate::domain::application::Application::submit`].
pub async fn send(
    ctx: &Context,
    tx: &Tx,
    kept: &mut Kept,
    accepted_declarations: &[String],
    (sender, now): (Sender, Timestamp),
) -> Result<()> {
    rebase::bring_up(ctx, tx, kept, now).await?;
    let mut filling = Filling::read(ctx, tx, kept, now).await?;
    // What closes meanwhile is seen now, and nothing closes from here on.
    filling.hold_specialties(tx).await?;
    let readiness = filling.readiness(accepted_declarations);
    kept.application
        .submit(readiness.violations(), &filling.campaign, now)?;
    declarations(&filling, accepted_declarations)?;
    attempt::take(tx, kept, &filling.campaign, now).await?;

    let id = ctx.ids.uuid().to_string();
    let (frozen, shown) = freeze(kept, &filling, &readiness, accepted_declarations, now);
    submission::insert(tx, &kept.id, &id, &frozen).await?;
    for document in shown {
        document::hold(tx, &document).await?;
    }
    kept.submission = Some(id);
    kept.campaign_version = filling.campaign_version;
    application::save(tx, kept).await?;
    let mut event = event(kept, &filling, now);
    if let Sender::Board(bin) = sender {
        event.board_title = Some(organisations::title(tx, bin).await?);
    }
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await?;
    match filling.campaign.rules.acceptance {
        Acceptance::ByExpert => Ok(()),
        Acceptance::OnSubmission { .. } => accepted(ctx, tx, kept).await,
        Acceptance::ByBoards { .. } => {
            choices::make(ctx, tx, kept, &filling, now).await?;
            application_number::take(tx, kept, filling.campaign.year()).await
        }
    }
}

/// SHA-256 of all answers as canonical JSON, section by section: by it a board signs what it sends, and
/// no word of it.
pub async fn answers_sha256<C: Connection>(on: &C, kept: &Kept) -> Result<String> {
    let sections = section::all(on, &kept.id).await?;
    let answers: BTreeMap<_, _> = sections
        .into_iter()
        .map(|(id, kept)| (id, kept.filled.answers))
        .collect();
    let bytes = canonical::to_bytes(&answers).map_err(|error| Error::Internal(error.into()))?;
    Ok(hex::encode(Sha256::digest(bytes)))
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
        board_title: None,
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
