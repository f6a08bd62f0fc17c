//! Documents: real ones are taken, and every way to send a wrong one has its own reason.

use image::ImageFormat;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::document::State;
use proto::questionnaire::v1::documents_client::DocumentsClient;
use tonic::Code;

use crate::candidate::{Candidate, commit, download, education, parts};
use crate::paper;
use crate::world::{CLOSE, World, metadata, pairs, reason, violations};

const PDF: &str = "application/pdf";

async fn diploma(candidate: &Candidate<'_>, application: &str, bytes: &[u8]) -> pb::Document {
    candidate
        .announces(application, "education", "DIPLOMA", PDF, bytes)
        .await
        .unwrap()
}

async fn shown(candidate: &Candidate<'_>, name: &str) -> Result<pb::Document, tonic::Status> {
    let request = pb::GetDocumentRequest { name: name.into() };
    Ok(candidate
        .documents()
        .get_document(request)
        .await?
        .into_inner())
}

#[tokio::test]
async fn a_document_is_announced_sent_and_read_back_byte_by_byte() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let bytes = paper::pdf(&"x".repeat(300_000));
    let announced = diploma(&candidate, &application, &bytes).await;
    assert_eq!(
        (announced.state(), announced.upload_time),
        (State::Uploading, None)
    );
    let refused = candidate.downloads(&announced.name).await.unwrap_err();
    assert_eq!(reason(&refused), "DOCUMENT_NOT_READY");

    let sent = candidate.sends(&announced.name, &bytes).await.unwrap();
    assert_eq!(sent.state(), State::Clean);
    assert_eq!(
        candidate.downloads(&sent.name).await.unwrap(),
        (bytes.clone(), PDF.to_owned())
    );
    assert_eq!(shown(&candidate, &sent.name).await.unwrap(), sent);
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM loose_blob").await, 0);
    // The same bytes once more change nothing; others are refused.
    assert_eq!(candidate.sends(&sent.name, &bytes).await.unwrap(), sent);
    let mut other = bytes.clone();
    other[100] ^= 1;
    let refused = candidate.sends(&sent.name, &other).await.unwrap_err();
    assert_eq!(reason(&refused), "DOCUMENT_ALREADY_UPLOADED");
    assert_eq!(world.blobs(), 1);
}

#[tokio::test]
async fn pictures_are_taken_where_their_kind_takes_them() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    for (format, media_type) in [
        (ImageFormat::Png, "image/png"),
        (ImageFormat::Jpeg, "image/jpeg"),
    ] {
        let wide = paper::picture(format, 90, 60);
        let scan = candidate
            .uploads(&application, "education", "DIPLOMA", media_type, &wide)
            .await;
        assert_eq!(scan.unwrap().state(), State::Clean, "{media_type}");
        let photo = paper::picture(format, 300, 400);
        let photo = candidate
            .uploads(&application, "personal", "PHOTO", media_type, &photo)
            .await;
        assert_eq!(photo.unwrap().state(), State::Clean, "{media_type}");
        let refused = candidate
            .uploads(&application, "personal", "PHOTO", media_type, &wide)
            .await
            .unwrap_err();
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::InvalidArgument, "PHOTO_SHAPE_WRONG")
        );
        assert_eq!(
            (metadata(&refused, "width"), metadata(&refused, "height")),
            ("90".into(), "60".into())
        );
    }
}

#[tokio::test]
async fn everything_wrong_with_an_announcement_is_told_at_once() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let wrong = pb::Document {
        section: "education".into(),
        kind: "DIPLOMA".into(),
        file_name: "../../etc/passwd".into(),
        media_type: "application/zip".into(),
        size_bytes: 20_971_521,
        sha256: "xyz".into(),
        ..Default::default()
    };
    let refused = candidate
        .announces_as(&application, wrong.clone())
        .await
        .unwrap_err();
    let expected = [
        ("document.media_type", "MEDIA_TYPE_NOT_TAKEN"),
        ("document.size_bytes", "DOCUMENT_TOO_LARGE"),
        ("document.sha256", "INVALID_FORMAT"),
        ("document.file_name", "FILE_NAME_INVALID"),
    ];
    assert_eq!(violations(&refused), pairs(&expected));
    for size_bytes in [0, -1] {
        let empty = pb::Document {
            size_bytes,
            ..wrong.clone()
        };
        let refused = candidate
            .announces_as(&application, empty)
            .await
            .unwrap_err();
        assert!(
            violations(&refused).contains(&pairs(&[("document.size_bytes", "DOCUMENT_EMPTY")])[0])
        );
    }
}

#[tokio::test]
async fn each_bad_upload_has_its_own_reason_and_leaves_nothing_behind() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let good = paper::pdf("diploma");
    let sum = paper::sha256(&good);
    let size = good.len() as i64;
    let announced = diploma(&candidate, &application, &good).await.name;
    let sent = |bytes: &[u8], last: Option<pb::UploadDocumentRequest>| {
        let mut all = parts(&announced, bytes);
        all.extend(last);
        all
    };
    let mut flipped = good.clone();
    flipped[40] ^= 1;
    let longer = [good.as_slice(), b"more"].concat();
    let half = &good[..good.len() / 2];
    let corpus = [
        ("UPLOAD_BROKEN_OFF", sent(half, None)),
        ("UPLOAD_BROKEN_OFF", sent(&good, None)),
        ("UPLOAD_BROKEN_OFF", sent(b"", None)),
        (
            "UPLOAD_TOO_LARGE",
            sent(&longer, Some(commit(size + 4, &paper::sha256(&longer)))),
        ),
        ("UPLOAD_SIZE_MISMATCH", sent(half, Some(commit(size, &sum)))),
        (
            "UPLOAD_SIZE_MISMATCH",
            sent(&good, Some(commit(size - 1, &sum))),
        ),
        (
            "UPLOAD_SIZE_MISMATCH",
            sent(b"", Some(commit(0, &paper::sha256(b"")))),
        ),
        (
            "UPLOAD_HASH_MISMATCH",
            sent(&flipped, Some(commit(size, &sum))),
        ),
        (
            "UPLOAD_HASH_MISMATCH",
            sent(&good, Some(commit(size, &paper::sha256(&flipped)))),
        ),
    ];
    for (expected, parts) in corpus {
        let refused = candidate.sends_parts(parts).await.unwrap_err();
        assert_eq!(reason(&refused), expected);
        assert_eq!(
            shown(&candidate, &announced).await.unwrap().state(),
            State::Uploading
        );
        assert_eq!(world.blobs(), 0, "{expected}");
    }
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM loose_blob").await, 0);
    // After all that the right bytes are still taken.
    assert_eq!(
        candidate.sends(&announced, &good).await.unwrap().state(),
        State::Clean
    );
}

#[tokio::test]
async fn a_file_that_lies_about_its_type_is_refused() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let pdf = paper::pdf("diploma");
    let jpeg = paper::picture(ImageFormat::Jpeg, 30, 40);
    let png = paper::photo();
    let cut_png = &png[..png.len() - 20];
    let corpus: [(&str, &[u8], &str); 10] = [
        (
            PDF,
            b"MZ\x90\x00 this program cannot be run in DOS mode",
            "CONTENT_TYPE_MISMATCH",
        ),
        (PDF, b"PK\x03\x04 a zip", "CONTENT_TYPE_MISMATCH"),
        (PDF, &png, "CONTENT_TYPE_MISMATCH"),
        ("image/png", &pdf, "CONTENT_TYPE_MISMATCH"),
        ("image/png", &jpeg, "CONTENT_TYPE_MISMATCH"),
        (
            PDF,
            b"%PDF-1.7\nand nothing that a reader could open",
            "CONTENT_UNREADABLE",
        ),
        (PDF, &pdf[..pdf.len() / 4], "CONTENT_UNREADABLE"),
        (PDF, &pdf[..pdf.len() - 30], "CONTENT_UNREADABLE"),
        ("image/png", cut_png, "CONTENT_UNREADABLE"),
        ("image/jpeg", &jpeg[..20], "CONTENT_UNREADABLE"),
    ];
    for (media_type, bytes, expected) in corpus {
        let refused = candidate
            .uploads(&application, "education", "DIPLOMA", media_type, bytes)
            .await;
        let refused = refused.unwrap_err();
        assert_eq!(
            (refused.code(), reason(&refused).as_str()),
            (Code::InvalidArgument, expected),
            "{media_type}"
        );
        assert_eq!(metadata(&refused, "announced"), media_type);
    }
    let bomb = paper::bomb();
    let refused = candidate
        .uploads(&application, "education", "DIPLOMA", "image/png", &bomb)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "CONTENT_UNREADABLE");
    assert_eq!(world.blobs(), 0);
    assert_eq!(world.count("SELECT COUNT(*) AS n FROM loose_blob").await, 0);
    assert_eq!(
        world
            .count("SELECT COUNT(*) AS n FROM document WHERE state <> 'UPLOADING'")
            .await,
        0
    );
}

#[tokio::test]
async fn the_largest_document_is_taken() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let most = 20_971_520;
    let guess = paper::pdf(&"x".repeat(most - 1000)).len();
    let bytes = paper::pdf(&"x".repeat(most - 1000 + most - guess));
    assert_eq!(bytes.len(), most);
    let sent = candidate
        .uploads(&application, "education", "DIPLOMA", PDF, &bytes)
        .await
        .unwrap();
    assert_eq!(sent.state(), State::Clean);
}

#[tokio::test]
async fn only_the_owner_reaches_a_draft_and_the_review_what_was_submitted() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    candidate.fills_everything(&application).await;
    let unused = candidate
        .uploads_pdf(&application, "education", "DIPLOMA")
        .await;
    let request = || pb::ListDocumentsRequest {
        parent: application.clone(),
        ..Default::default()
    };
    let all = candidate
        .documents()
        .list_documents(request())
        .await
        .unwrap()
        .into_inner()
        .documents;
    assert_eq!(all.len(), 5);
    let readers = || [world.expert(), world.service("review-svc")];
    for reader in readers()
        .into_iter()
        .chain([world.candidate(2).connection()])
    {
        assert_eq!(
            reason(&download(reader.clone(), &all[0].name).await.unwrap_err()),
            "NOT_FOUND"
        );
        let refused = DocumentsClient::new(reader)
            .list_documents(request())
            .await
            .unwrap_err();
        assert_eq!(reason(&refused), "NOT_FOUND");
    }
    candidate.submits(&application).await.unwrap();
    for reader in readers() {
        assert!(download(reader.clone(), &all[0].name).await.is_ok());
        assert_eq!(
            reason(&download(reader.clone(), &unused).await.unwrap_err()),
            "NOT_FOUND"
        );
        let seen = DocumentsClient::new(reader)
            .list_documents(request())
            .await
            .unwrap()
            .into_inner();
        assert_eq!(seen.documents.len(), 4);
    }
    let refused = download(world.candidate(2).connection(), &all[0].name)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "NOT_FOUND");
}

#[tokio::test]
async fn documents_are_listed_by_section_from_page_to_page() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let mut expected = Vec::new();
    for _ in 0..3 {
        world.clock.advance(jiff::SignedDuration::from_secs(1));
        expected.push(
            candidate
                .uploads_pdf(&application, "education", "DIPLOMA")
                .await,
        );
    }
    candidate
        .uploads_pdf(&application, "employment", "EMPLOYMENT_EVIDENCE")
        .await;
    let mut request = pb::ListDocumentsRequest {
        parent: application,
        section: "education".into(),
        page_size: 2,
        page_token: String::new(),
    };
    let mut names = Vec::new();
    loop {
        let page = candidate
            .documents()
            .list_documents(request.clone())
            .await
            .unwrap()
            .into_inner();
        names.extend(page.documents.into_iter().map(|it| it.name));
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_deleted_document_is_gone_with_its_bytes_and_only_from_a_draft() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let document = candidate
        .uploads_pdf(&application, "education", "DIPLOMA")
        .await;
    candidate
        .saves(&application, "education", &education(&document))
        .await
        .unwrap();
    let stale = pb::DeleteDocumentRequest {
        name: document.clone(),
        etag: "v1".into(),
        request_id: world.request_id(),
    };
    let refused = candidate
        .documents()
        .delete_document(stale)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "STALE_ETAG");
    assert_eq!(world.blobs(), 1);
    assert_eq!(candidate.deletes(&document).await.unwrap().name, document);
    assert_eq!(
        (
            world.blobs(),
            world.count("SELECT COUNT(*) AS n FROM loose_blob").await
        ),
        (0, 0)
    );
    assert_eq!(
        reason(&shown(&candidate, &document).await.unwrap_err()),
        "NOT_FOUND"
    );
    let section = candidate.section(&application, "education").await.unwrap();
    assert_eq!(section.problems[0].reason, "DOCUMENT_UNKNOWN");

    let submitted = world.candidate(2).has_submitted().await.name;
    let request = pb::ListDocumentsRequest {
        parent: submitted,
        ..Default::default()
    };
    let other = world.candidate(2);
    let kept = other
        .documents()
        .list_documents(request)
        .await
        .unwrap()
        .into_inner()
        .documents;
    let refused = other.deletes(&kept[0].name).await.unwrap_err();
    assert_eq!(reason(&refused), "APPLICATION_FROZEN");
}

#[tokio::test]
async fn a_window_that_closes_during_an_upload_keeps_nothing() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let bytes = paper::pdf("diploma");
    let announced = diploma(&candidate, &application, &bytes).await.name;
    world.at(CLOSE);
    let refused = candidate.sends(&announced, &bytes).await.unwrap_err();
    assert_eq!(reason(&refused), "CAMPAIGN_CLOSED");
    let refused = candidate
        .announces(&application, "education", "DIPLOMA", PDF, &bytes)
        .await
        .unwrap_err();
    assert_eq!(reason(&refused), "CAMPAIGN_CLOSED");
    assert_eq!(world.blobs(), 0);
}

#[tokio::test]
async fn the_hundred_and_first_document_is_refused() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let bytes = paper::pdf("diploma");
    for _ in 0..100 {
        diploma(&candidate, &application, &bytes).await;
    }
    let refused = candidate
        .announces(&application, "education", "DIPLOMA", PDF, &bytes)
        .await
        .unwrap_err();
    assert_eq!(
        (reason(&refused), metadata(&refused, "limit")),
        ("DOCUMENT_LIMIT_REACHED".into(), "100".into())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_uploads_at_once_the_document_gets_one_and_no_bytes_stay_behind() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    let bytes = paper::pdf("diploma");
    let announced = diploma(&candidate, &application, &bytes).await.name;
    let calls = (0..10).map(|_| candidate.sends(&announced, &bytes));
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().any(Result::is_ok));
    for refused in answers.into_iter().filter_map(Result::err) {
        assert_eq!(reason(&refused), "DOCUMENT_ALREADY_UPLOADED");
    }
    assert_eq!(
        shown(&candidate, &announced).await.unwrap().state(),
        State::Clean
    );
    assert_eq!(
        (
            world.blobs(),
            world.count("SELECT COUNT(*) AS n FROM loose_blob").await
        ),
        (1, 0)
    );
}
