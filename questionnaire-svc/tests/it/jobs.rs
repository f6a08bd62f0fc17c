//! Clock-driven work: drafts that expire, sweeping, checks that were cut short.

use jiff::SignedDuration;
use proto::questionnaire::v1::application::State;
use proto::questionnaire::v1::document::State as DocumentState;
use proto::questionnaire::v1::{self as pb};

use crate::candidate::parts;
use crate::paper;
use crate::world::{CLOSE, World, reason};

/// How long an upload may take.
const TERM: SignedDuration = SignedDuration::from_mins(50);

#[tokio::test]
async fn drafts_expire_when_the_window_is_over_and_nothing_else_does() {
    let world = World::new().await;
    let (draft, submitted) = (world.candidate(1), world.candidate(2));
    let left = draft.opens().await.unwrap().name;
    let sent = submitted.has_submitted().await.name;
    world.at("2026-06-30T18:59:59.999Z");
    world.run_job("expire-drafts").await;
    assert_eq!(
        draft.application(&left).await.unwrap().state(),
        State::Draft
    );
    world.at(CLOSE);
    world.run_job("expire-drafts").await;
    world.run_job("expire-drafts").await;
    assert_eq!(
        draft.application(&left).await.unwrap().state(),
        State::Expired
    );
    assert_eq!(
        submitted.application(&sent).await.unwrap().state(),
        State::Submitted
    );
    assert_eq!(
        reason(&draft.withdraws(&left).await.unwrap_err()),
        "APPLICATION_DECIDED"
    );
}

#[tokio::test]
async fn what_was_announced_and_never_sent_is_forgotten_after_its_term() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let kept = candidate
        .uploads_pdf(&application, "education", "DIPLOMA")
        .await;
    let bytes = paper::pdf("never sent");
    let announced = candidate.announces(
        &application,
        "education",
        "DIPLOMA",
        "application/pdf",
        &bytes,
    );
    let announced = announced.await.unwrap().name;
    candidate
        .sends_parts(parts(&announced, &bytes))
        .await
        .unwrap_err();
    let documents = async || {
        let request = pb::ListDocumentsRequest {
            parent: application.clone(),
            ..Default::default()
        };
        let listed = candidate
            .documents()
            .list_documents(request)
            .await
            .unwrap()
            .into_inner();
        listed
            .documents
            .into_iter()
            .map(|it| it.name)
            .collect::<Vec<_>>()
    };
    world.clock.advance(TERM);
    world.run_job("sweep").await;
    assert_eq!(documents().await.len(), 2);
    world.clock.advance(SignedDuration::from_millis(1));
    world.run_job("sweep").await;
    assert_eq!(documents().await, vec![kept.clone()]);
    assert!(candidate.downloads(&kept).await.is_ok());
}

#[tokio::test]
async fn a_blob_that_no_document_names_is_swept() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let document = candidate
        .uploads_pdf(&application, "education", "DIPLOMA")
        .await;
    // As if the service had stopped between the commit of a deletion and the removal of the bytes.
    world
        .sql("INSERT INTO loose_blob (blob, loose_us) SELECT blob, 0 FROM document")
        .await
        .unwrap();
    world.sql("DELETE FROM document").await.unwrap();
    assert_eq!(world.blobs(), 1);
    world.run_job("sweep").await;
    assert_eq!(
        (
            world.blobs(),
            world.count("SELECT COUNT(*) AS n FROM loose_blob").await
        ),
        (0, 0)
    );
    assert_eq!(
        reason(&candidate.downloads(&document).await.unwrap_err()),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn a_check_that_was_cut_short_is_done_again() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let document = candidate
        .uploads_pdf(&application, "education", "DIPLOMA")
        .await;
    world
        .sql("UPDATE document SET state = 'SCANNING'")
        .await
        .unwrap();
    let refused = candidate.downloads(&document).await.unwrap_err();
    assert_eq!(reason(&refused), "DOCUMENT_NOT_READY");
    world.run_job("check-documents").await;
    assert!(candidate.downloads(&document).await.is_err());
    world.clock.advance(SignedDuration::from_mins(6));
    world.run_job("check-documents").await;
    assert!(candidate.downloads(&document).await.is_ok());

    // Bytes that turn out to be no document are let go of.
    world
        .sql("UPDATE document SET state = 'SCANNING', media_type = 'image/png', check_due_us = 0")
        .await
        .unwrap();
    world.run_job("check-documents").await;
    let request = pb::GetDocumentRequest { name: document };
    let after = candidate
        .documents()
        .get_document(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(after.state(), DocumentState::Uploading);
    assert_eq!(world.blobs(), 0);
}

#[tokio::test]
async fn answers_to_old_request_ids_are_forgotten() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    candidate.opens().await.unwrap();
    let kept = "SELECT COUNT(*) AS n FROM once";
    assert_eq!(world.count(kept).await, 2);
    world.clock.advance(SignedDuration::from_hours(24));
    world.run_job("forget-answers").await;
    assert_eq!(world.count(kept).await, 2);
    world.clock.advance(SignedDuration::from_millis(1));
    world.run_job("forget-answers").await;
    assert_eq!(world.count(kept).await, 0);
}
