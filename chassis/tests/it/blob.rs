//! Documents in both stores: whole or not at all, the right bytes or none, nothing left behind.

use bytes::Bytes;
use chassis::Error;
use chassis::blob::testing::{Asked, Fault, PART_BYTES, S3, local_with_room};
use chassis::blob::{Blobs, Content};
use futures_util::TryStreamExt;
use http::Method;
use ring::digest::{SHA256, digest};
use tempfile::TempDir;

use crate::world::until;

const KEY: &str = "0197-application/0197-document";

fn content(bytes: &[u8]) -> Content {
    Content {
        size_bytes: bytes.len() as u64,
        sha256: hex::encode(digest(&SHA256, bytes)),
    }
}

/// Bytes that differ from place to place.
fn bytes(size: usize) -> Bytes {
    (0..size)
        .map(|at| (at % 251) as u8 ^ (at >> 13) as u8)
        .collect()
}

async fn keep(blobs: &Blobs, key: &str, bytes: &Bytes) -> Result<(), Error> {
    let mut upload = blobs.begin(key, bytes.len() as u64).await?;
    let mut rest = bytes.clone();
    while !rest.is_empty() {
        upload.write(rest.split_to(rest.len().min(100_000))).await?;
    }
    upload.commit().await
}

async fn streamed(blobs: &Blobs, content: &Content) -> (usize, Result<(), Error>) {
    let mut pieces = blobs.stream(KEY, content.clone());
    let mut read = 0;
    loop {
        match pieces.try_next().await {
            Ok(Some(piece)) => read += piece.len(),
            Ok(None) => return (read, Ok(())),
            Err(error) => return (read, Err(error)),
        }
    }
}

struct Stores {
    s3: S3,
    bucket: Blobs,
    folder: Blobs,
    on_disk: TempDir,
}

impl Stores {
    async fn new() -> Self {
        let s3 = S3::start(&chassis::testing::clock()).await;
        let on_disk = tempfile::tempdir().unwrap();
        Self {
            bucket: Blobs::s3(&s3.settings()).unwrap(),
            folder: Blobs::local(on_disk.path()).unwrap(),
            s3,
            on_disk,
        }
    }

    fn both(&self) -> [&Blobs; 2] {
        [&self.bucket, &self.folder]
    }

    /// Files in the folder, those of unfinished uploads too.
    fn files(&self) -> usize {
        fn files(folder: &std::path::Path) -> usize {
            let entries = std::fs::read_dir(folder).unwrap();
            let paths = entries.map(|entry| entry.unwrap().path());
            paths
                .map(|path| if path.is_dir() { files(&path) } else { 1 })
                .sum()
        }
        files(self.on_disk.path())
    }
}

#[tokio::test]
async fn what_was_committed_is_read_back_byte_by_byte() {
    let stores = Stores::new().await;
    let sizes = [1, 100_000, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES + 77];
    for blobs in stores.both() {
        for size in sizes {
            let bytes = bytes(size);
            let content = content(&bytes);
            keep(blobs, KEY, &bytes).await.unwrap();
            assert_eq!(blobs.read(KEY, &content).await.unwrap(), bytes);
            let pieces: Vec<Bytes> = blobs.stream(KEY, content).try_collect().await.unwrap();
            assert_eq!(pieces.concat(), bytes);
            assert!(pieces.iter().all(|piece| piece.len() <= 256 * 1024));
            assert!(blobs.has(KEY).await.unwrap());
            blobs.remove(KEY).await.unwrap();
            blobs.remove(KEY).await.unwrap();
            assert!(!blobs.has(KEY).await.unwrap());
        }
    }
    assert_eq!((stores.s3.open_uploads(), stores.files()), (0, 0));
}

#[tokio::test]
async fn nothing_can_be_read_before_the_commit_and_nothing_is_left_without_one() {
    let stores = Stores::new().await;
    let (small, large) = (bytes(1000), bytes(2 * PART_BYTES + 5));
    for blobs in stores.both() {
        for bytes in [&small, &large] {
            for is_dropped in [false, true] {
                let mut upload = blobs.begin(KEY, bytes.len() as u64).await.unwrap();
                upload.write(bytes.clone()).await.unwrap();
                assert!(!blobs.has(KEY).await.unwrap());
                match is_dropped {
                    // As when the caller goes away.
                    true => drop(upload),
                    false => upload.abort().await.unwrap(),
                }
                until("nothing is left", || {
                    stores.s3.open_uploads() == 0
                        && stores.s3.keys().is_empty()
                        && stores.files() == 0
                })
                .await;
            }
        }
    }
}

#[tokio::test]
async fn an_upload_does_not_grow_over_its_limit() {
    let stores = Stores::new().await;
    for blobs in stores.both() {
        let mut upload = blobs.begin(KEY, 1000).await.unwrap();
        upload.write(bytes(1000)).await.unwrap();
        let grown = upload.write(bytes(1)).await;
        assert!(matches!(grown, Err(Error::Internal(_))));
        upload.abort().await.unwrap();
    }
}

#[tokio::test]
async fn blobs_are_listed_in_the_order_of_their_keys_from_page_to_page() {
    let stores = Stores::new().await;
    let mut keys: Vec<String> = (0..250).map(|n| format!("a{}/{:03}", n % 7, n)).collect();
    for blobs in stores.both() {
        for key in &keys {
            keep(blobs, key, &bytes(1)).await.unwrap();
        }
    }
    keys.sort_unstable();
    for blobs in stores.both() {
        let mut listed: Vec<String> = Vec::new();
        loop {
            let after = listed.last().cloned().unwrap_or_default();
            let page = blobs.list(&after, 110).await.unwrap();
            assert!(page.len() <= 110);
            if page.is_empty() {
                break;
            }
            listed.extend(page.into_iter().map(|found| found.key));
        }
        assert_eq!(listed, keys);
    }
    let dated = stores.bucket.list("", 1).await.unwrap();
    assert_eq!(dated[0].modified, chassis::testing::clock().now());
}

#[tokio::test]
async fn other_bytes_than_those_that_came_are_never_handed_on_whole() {
    let stores = Stores::new().await;
    let good = bytes(2 * PART_BYTES);
    let content = content(&good);
    let mut flipped = good.to_vec();
    flipped[good.len() / 2] ^= 1;
    let longer = [good.as_ref(), b"x"].concat();
    for other in [
        Some(Bytes::from(flipped)),
        Some(good.slice(..good.len() - 1)),
        Some(Bytes::from(longer)),
        None,
    ] {
        stores.s3.tamper(KEY, other.clone());
        let file = stores.on_disk.path().join(KEY);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        match &other {
            Some(other) => std::fs::write(&file, other).unwrap(),
            None => std::fs::remove_file(&file).unwrap(),
        }
        for blobs in stores.both() {
            let read = blobs.read(KEY, &content).await;
            assert!(matches!(read, Err(Error::Internal(_))), "{read:?}");
            let (read, end) = streamed(blobs, &content).await;
            assert!(matches!(end, Err(Error::Internal(_))), "{end:?}");
            assert!(read < good.len());
        }
    }
}

#[tokio::test]
async fn what_a_dead_process_left_of_an_upload_is_removed_with_its_blob() {
    let stores = Stores::new().await;
    let file = stores.on_disk.path().join(format!("{KEY}#1"));
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, b"half").unwrap();
    assert_eq!(stores.folder.list("", 10).await.unwrap(), []);
    stores.folder.remove(KEY).await.unwrap();
    assert_eq!(stores.files(), 0);

    let mut upload = stores.bucket.begin(KEY, 20_000_000).await.unwrap();
    let parts = upload.parts().unwrap().to_owned();
    upload.write(bytes(PART_BYTES)).await.unwrap();
    // Nobody can tell the store any more.
    stores.s3.go_wrong(|_| Some(Fault::Unwell));
    let before = stores.s3.asked().len();
    drop(upload);
    until("the tries are over", || {
        stores.s3.asked().len() == before + 3
    })
    .await;
    assert_eq!(stores.s3.open_uploads(), 1);
    stores.s3.be_well();
    stores.bucket.remove_parts(KEY, &parts).await.unwrap();
    stores.bucket.remove_parts(KEY, &parts).await.unwrap();
    assert_eq!(stores.s3.open_uploads(), 0);
}

#[tokio::test]
async fn a_server_that_is_not_well_for_a_moment_is_asked_again() {
    let stores = Stores::new().await;
    for size in [1000, 2 * PART_BYTES + 5] {
        let bytes = bytes(size);
        // Every request fails twice before it is taken.
        let mut failed = 0;
        stores.s3.go_wrong(move |_| {
            failed = (failed + 1) % 3;
            (failed != 0).then_some(Fault::Unwell)
        });
        keep(&stores.bucket, KEY, &bytes).await.unwrap();
        let read = stores.bucket.read(KEY, &content(&bytes)).await.unwrap();
        assert_eq!(read, bytes);
        stores.bucket.remove(KEY).await.unwrap();
    }
    assert_eq!(stores.s3.open_uploads(), 0);
}

#[tokio::test]
async fn a_store_that_is_away_is_unavailable_in_time_and_keeps_nothing() {
    let stores = Stores::new().await;
    for fault in [Fault::Unwell, Fault::Silence] {
        for size in [1000, 2 * PART_BYTES + 5] {
            let at = move |asked: &Asked| (asked.method == Method::PUT).then_some(fault);
            stores.s3.go_wrong(at);
            let begun = std::time::Instant::now();
            let kept = keep(&stores.bucket, KEY, &bytes(size)).await;
            assert!(matches!(kept, Err(Error::Unavailable(_))), "{kept:?}");
            assert!(begun.elapsed() < std::time::Duration::from_secs(40));
            until("nothing is left", || {
                stores.s3.keys().is_empty() && stores.s3.open_uploads() == 0
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_has_happened() {
    let stores = Stores::new().await;
    for size in [1000, 2 * PART_BYTES + 5] {
        let bytes = bytes(size);
        let is_commit = |asked: &Asked| {
            (asked.method == Method::PUT && asked.query.is_empty())
                || (asked.method == Method::POST && asked.query.starts_with("uploadId"))
        };
        stores
            .s3
            .go_wrong(move |asked| is_commit(asked).then_some(Fault::AnswerLost));
        keep(&stores.bucket, KEY, &bytes).await.unwrap();
        stores.s3.be_well();
        let read = stores.bucket.read(KEY, &content(&bytes)).await.unwrap();
        assert_eq!(read, bytes);
        stores.bucket.remove(KEY).await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_is_read_to_its_end_and_a_wrong_one_is_none() {
    let stores = Stores::new().await;
    let bytes = bytes(1_000_000);
    let content = content(&bytes);
    keep(&stores.bucket, KEY, &bytes).await.unwrap();
    let mut cuts = 0;
    stores.s3.go_wrong(move |_| {
        cuts += 1;
        (cuts <= 2).then_some(Fault::Cut)
    });
    assert_eq!(stores.bucket.read(KEY, &content).await.unwrap(), bytes);
    stores.s3.go_wrong(|_| Some(Fault::Cut));
    let read = stores.bucket.read(KEY, &content).await;
    assert!(matches!(read, Err(Error::Unavailable(_))), "{read:?}");
    stores.s3.go_wrong(|_| Some(Fault::WrongByte));
    let read = stores.bucket.read(KEY, &content).await;
    assert!(matches!(read, Err(Error::Internal(_))), "{read:?}");
}

#[tokio::test]
async fn a_start_with_wrong_settings_ends_and_one_without_the_server_does_not() {
    let stores = Stores::new().await;
    stores.bucket.check().await.unwrap();
    let settings = stores.s3.settings();
    let said = async |settings| {
        let blobs = Blobs::s3(&settings).unwrap();
        format!("{:#}", blobs.check().await.unwrap_err())
    };
    let other = chassis::blob::S3Settings {
        bucket: "another-bucket".into(),
        ..settings.clone()
    };
    assert!(said(other).await.ends_with("there is no such bucket"));
    let region = chassis::blob::S3Settings {
        region: "mars-1".into(),
        ..settings.clone()
    };
    assert!(said(region).await.contains("refuses us"));
    let (_, secret) = stores.s3.credentials();
    let good = std::fs::read(&secret).unwrap();
    std::fs::write(&secret, "another secret").unwrap();
    assert!(said(settings.clone()).await.contains("refuses us"));
    // A secret that was put right is taken up without a restart.
    std::fs::write(&secret, good).unwrap();
    stores.bucket.check().await.unwrap();
    std::fs::write(&secret, " \n").unwrap();
    let empty = Blobs::s3(&settings).unwrap_err();
    assert!(empty.to_string().ends_with("is empty"), "{empty}");

    stores.s3.go_wrong(|_| Some(Fault::Unwell));
    stores.bucket.check().await.unwrap();
}

#[tokio::test]
async fn whoever_opens_the_bucket_downloads_and_is_shown_nothing() {
    let stores = Stores::new().await;
    for size in [10, PART_BYTES + 1] {
        keep(&stores.bucket, KEY, &bytes(size)).await.unwrap();
        let kept_as = stores.s3.kept_as(KEY);
        assert_eq!(
            kept_as,
            ("application/octet-stream".into(), "attachment".into())
        );
        stores.bucket.remove(KEY).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_ever_written_over() {
    let stores = Stores::new().await;
    let (first, second) = (bytes(1000), bytes(999));
    keep(&stores.bucket, KEY, &first).await.unwrap();
    assert!(keep(&stores.bucket, KEY, &second).await.is_err());
    let read = stores.bucket.read(KEY, &content(&first)).await.unwrap();
    assert_eq!(read, first);
}

#[tokio::test]
async fn a_disk_that_fills_up_keeps_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let disk = local_with_room(folder.path(), 6_000_000).unwrap();
    keep(&disk, "a/fits", &bytes(2_000_000)).await.unwrap();
    let kept = keep(&disk, "a/does-not", &bytes(8_000_000)).await;
    assert!(matches!(kept, Err(Error::Unavailable(_))), "{kept:?}");
    let files = || std::fs::read_dir(folder.path().join("a")).unwrap().count();
    until("only the first is left", || files() == 1).await;
    keep(&disk, "a/fits-too", &bytes(1000)).await.unwrap();
}
