//! Documents while their store misbehaves: the right bytes or a clear no, and nothing left behind.

use bytes::Bytes;
use chassis::blob::Blobs;
use chassis::blob::testing::{Asked, Fault, PART_BYTES, S3, local_with_room};
use http::Method;
use jiff::SignedDuration;
use proto::questionnaire::v1::document::State;
use questionnaire_svc::config::Config;
use tonic::Code;
use tonic_types::StatusExt;

use crate::candidate::{Candidate, parts};
use crate::paper;
use crate::world::{World, reason};

const PDF: &str = "application/pdf";
/// How long an upload may take.
const TERM: SignedDuration = SignedDuration::from_mins(50);

/// Levels are the process's: who looks at one is alone with it.
static SWEEPING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn in_a_bucket() -> (S3, World) {
    let s3 = S3::start(&chassis::testing::clock()).await;
    let world = World::storing(Config::default(), |_| Blobs::s3(&s3.settings()).unwrap()).await;
    (s3, world)
}

async fn announces(candidate: &Candidate<'_>, bytes: &[u8]) -> String {
    let application = match candidate.opens().await {
        Ok(application) => application.name,
        Err(refused) => crate::world::metadata(&refused, "application"),
    };
    let announced = candidate.announces(&application, "education", "DIPLOMA", PDF, bytes);
    announced.await.unwrap().name
}

/// A PDF of so many bytes and a few more.
fn pdf(size: usize) -> Vec<u8> {
    paper::pdf(&"x".repeat(size))
}

#[tokio::test]
async fn documents_of_every_size_live_in_a_bucket() {
    let (s3, world) = in_a_bucket().await;
    let candidate = world.candidate(1);
    for (number, size) in [1000, PART_BYTES, 20_900_000].into_iter().enumerate() {
        let bytes = pdf(size);
        let name = announces(&candidate, &bytes).await;
        let sent = candidate.sends(&name, &bytes).await.unwrap();
        assert_eq!(sent.state(), State::Clean);
        let (read, media_type) = candidate.downloads(&name).await.unwrap();
        assert!(read == bytes && media_type == PDF);
        assert_eq!(s3.keys().len(), number + 1);
    }
    assert_eq!((s3.open_uploads(), world.loose().await), (0, 0));
    let kept_as = s3.kept_as(&s3.keys()[0]);
    assert_eq!(kept_as.0, "application/octet-stream");
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_no_part_in_the_bucket() {
    let (s3, world) = in_a_bucket().await;
    let candidate = world.candidate(1);
    let bytes = pdf(2 * PART_BYTES + 1000);
    let name = announces(&candidate, &bytes).await;
    let broken = candidate.sends_parts(parts(&name, &bytes)).await;
    assert_eq!(reason(&broken.unwrap_err()), "UPLOAD_BROKEN_OFF");
    assert_eq!((s3.open_uploads(), s3.keys().len()), (0, 0));
    assert_eq!(world.loose().await, 0);
}

#[tokio::test]
async fn a_store_that_is_away_is_told_in_the_callers_words_and_the_upload_can_be_repeated() {
    let (s3, world) = in_a_bucket().await;
    let candidate = world.candidate(1);
    for size in [1000, 2 * PART_BYTES + 1000] {
        let bytes = pdf(size);
        let name = announces(&candidate, &bytes).await;
        for fault in [Fault::Unwell, Fault::Silence] {
            s3.go_wrong(move |asked: &Asked| (asked.method == Method::PUT).then_some(fault));
            let refused = candidate.sends(&name, &bytes).await.unwrap_err();
            assert_eq!(refused.code(), Code::Unavailable);
            let details = refused.get_error_details();
            assert!(details.retry_info().is_some());
            assert!(!details.localized_message().unwrap().message.is_empty());
            s3.be_well();
            assert_eq!((s3.open_uploads(), s3.keys().len()), (0, 0));
            assert_eq!(world.loose().await, 0);
        }
        let sent = candidate.sends(&name, &bytes).await.unwrap();
        assert_eq!(sent.state(), State::Clean);
        assert!(candidate.downloads(&name).await.unwrap().0 == bytes);
        candidate.deletes(&name).await.unwrap();
    }
}

#[tokio::test]
async fn parts_that_nobody_could_throw_away_are_swept_with_their_row() {
    let (s3, world) = in_a_bucket().await;
    let candidate = world.candidate(1);
    let bytes = pdf(2 * PART_BYTES + 1000);
    let name = announces(&candidate, &bytes).await;
    // The store takes the first part and nothing more.
    let mut parts = 0;
    s3.go_wrong(move |asked| {
        parts += usize::from(asked.query.contains("partNumber"));
        (parts > 1).then_some(Fault::Unwell)
    });
    candidate.sends(&name, &bytes).await.unwrap_err();
    assert_eq!((s3.open_uploads(), world.loose().await), (1, 1));
    s3.be_well();
    world.clock.advance(TERM);
    world.run_job("sweep").await;
    assert_eq!(s3.open_uploads(), 1, "an upload may last as long");
    world.clock.advance(SignedDuration::from_millis(1));
    world.run_job("sweep").await;
    assert_eq!((s3.open_uploads(), world.loose().await), (0, 0));
}

#[tokio::test]
async fn bytes_that_changed_in_the_store_are_not_handed_out() {
    let (s3, world) = in_a_bucket().await;
    let candidate = world.candidate(1);
    let bytes = pdf(1_000_000);
    let name = announces(&candidate, &bytes).await;
    candidate.sends(&name, &bytes).await.unwrap();
    let mut changed = bytes.clone();
    changed[500_000] ^= 1;
    let key = s3.keys()[0].clone();
    for other in [Some(Bytes::from(changed)), None] {
        s3.tamper(&key, other);
        let refused = candidate.downloads(&name).await.unwrap_err();
        assert_eq!(refused.code(), Code::Internal);
    }
    s3.tamper(&key, Some(bytes.clone().into()));
    assert!(candidate.downloads(&name).await.unwrap().0 == bytes);
    s3.go_wrong(|_| Some(Fault::WrongByte));
    let refused = candidate.downloads(&name).await.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
}

#[tokio::test]
async fn blobs_that_nobody_knows_are_swept_from_the_bucket_and_missing_bytes_reported() {
    let _alone = SWEEPING.lock().await;
    let (s3, world) = in_a_bucket().await;
    // The bucket dates by a clock that stands still, an hour behind what comes.
    let candidate = world.candidate(1);
    let bytes = pdf(1000);
    let mut names = Vec::new();
    for _ in 0..3 {
        let name = announces(&candidate, &bytes).await;
        candidate.sends(&name, &bytes).await.unwrap();
        names.push(name);
    }
    let kept = s3.keys();
    for number in 0..5 {
        s3.tamper(&format!("0000/{number}"), Some(Bytes::from_static(b"left")));
        s3.tamper(&format!("zzzz/{number}"), Some(Bytes::from_static(b"left")));
    }
    world.clock.advance(TERM);
    world.run_job("sweep-store").await;
    assert_eq!(s3.keys().len(), 13, "they may be on their way");
    world.clock.advance(SignedDuration::from_millis(1));
    world.run_job("sweep-store").await;
    assert_eq!(s3.keys(), kept);
    let metric = || {
        let metrics = chassis::telemetry::metrics();
        let line = metrics
            .lines()
            .find(|line| line.contains("documents_without_bytes"));
        line.map(|line| line.rsplit(' ').next().unwrap().to_owned())
    };
    assert!(metric().is_some());
    s3.tamper(&kept[1], None);
    let refused = candidate.downloads(&names[1]).await;
    assert!(refused.is_err() || candidate.downloads(&names[0]).await.is_err());
    world.run_job("sweep-store").await;
    assert_ne!(metric().unwrap(), "0");
}

#[tokio::test]
async fn a_store_that_is_mostly_unknown_is_left_alone() {
    let _alone = SWEEPING.lock().await;
    let (s3, world) = in_a_bucket().await;
    for number in 0..21 {
        s3.tamper(
            &format!("somebody/{number}"),
            Some(Bytes::from_static(b"theirs")),
        );
    }
    world.clock.advance(SignedDuration::from_hours(2));
    world.run_job("sweep-store").await;
    assert_eq!(s3.keys().len(), 21);
    s3.tamper("somebody/0", None);
    world.run_job("sweep-store").await;
    assert_eq!(
        s3.keys().len(),
        0,
        "a few are of a deployment that went wrong"
    );
}

#[tokio::test]
async fn unknown_files_are_swept_from_a_folder_too() {
    let _alone = SWEEPING.lock().await;
    let world = World::new().await;
    let candidate = world.candidate(1);
    let bytes = pdf(1000);
    let name = announces(&candidate, &bytes).await;
    candidate.sends(&name, &bytes).await.unwrap();
    let folder = world.database.folder.path().join("documents/lost");
    std::fs::create_dir_all(&folder).unwrap();
    for (file, date) in [
        ("old", "2026-06-01T04:00:00Z"),
        ("young", "2026-06-01T04:30:00Z"),
    ] {
        let path = folder.join(file);
        std::fs::write(&path, b"left").unwrap();
        let date: jiff::Timestamp = date.parse().unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(date.into()).unwrap();
    }
    world.run_job("sweep-store").await;
    assert!(!folder.join("old").exists() && folder.join("young").exists());
    assert!(candidate.downloads(&name).await.unwrap().0 == bytes);
}

#[tokio::test]
async fn a_full_disk_is_told_and_keeps_nothing_half_written() {
    let room = |folder: &std::path::Path| local_with_room(folder, 6_000_000).unwrap();
    let world = World::storing(Config::default(), room).await;
    let candidate = world.candidate(1);
    let small = pdf(1_000_000);
    let kept = announces(&candidate, &small).await;
    candidate.sends(&kept, &small).await.unwrap();
    for size in [5_100_000, 12_000_000] {
        let large = pdf(size);
        let name = announces(&candidate, &large).await;
        let refused = candidate.sends(&name, &large).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unavailable);
        assert!(refused.get_error_details().localized_message().is_some());
        assert_eq!((world.blobs(), world.loose().await), (1, 0), "{size}");
    }
    assert!(candidate.downloads(&kept).await.unwrap().0 == small);
}

#[tokio::test]
async fn what_a_killed_process_left_half_written_is_swept() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    candidate.opens().await.unwrap();
    world
        .sql("INSERT INTO loose_blob (blob, loose_us) VALUES ('a/b', 0)")
        .await
        .unwrap();
    let folder = world.database.folder.path().join("documents/a");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("b#1"), b"half").unwrap();
    world.run_job("sweep").await;
    assert_eq!((world.blobs(), world.loose().await), (0, 0));
}
