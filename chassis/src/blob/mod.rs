//! Documents as blobs: streamed in, readable only once committed, held against their hash when read.
//!
//! | file | what it gives |
//! |---|---|
//! | [`config`] | which store, as settings |
//! | [`upload`] | a blob on its way in |
//! | [`reading`] | a blob on its way out, piece by piece, verified |
//! | [`s3`] | the S3-compatible store: its settings, credentials and look at the start |
//! | `testing` | an S3 server and a full disk for tests (a feature) |

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use object_store::aws::AmazonS3;
use object_store::local::LocalFileSystem;
use object_store::multipart::MultipartStore;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::error::{Error, Result};

pub mod config;
pub mod reading;
pub mod s3;
#[cfg(feature = "testing")]
pub mod testing;
pub mod upload;

pub use reading::Content;
pub use s3::S3Settings;
pub use upload::Upload;

#[derive(Clone, Debug)]
pub struct Blobs(Store);

#[derive(Clone, Debug)]
enum Store {
    /// A folder of this machine.
    Folder {
        files: Arc<dyn ObjectStore>,
        root: PathBuf,
    },
    /// A bucket of an S3-compatible server.
    Bucket(AmazonS3),
}

/// A blob as its store lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub key: String,
    /// By the clock of the store.
    pub modified: Timestamp,
}

impl Blobs {
    /// A local folder, made where there is none.
    pub fn local(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} can't be made", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(folder)?
            .with_automatic_cleanup(true)
            .with_fsync(true);
        Ok(Self(Store::Folder {
            files: Arc::new(store),
            root: folder.to_owned(),
        }))
    }

    /// A bucket. The server is not asked: see [`Blobs::check`].
    pub fn s3(settings: &S3Settings) -> anyhow::Result<Self> {
        s3::open(settings).map(|bucket| Self(Store::Bucket(bucket)))
    }

    /// Whether the store is what the settings say, as far as can be told: asked once, at the start.
    ///
    /// # Errors
    /// If the server says that there is no such bucket, or that our credentials are not good. A
    /// server that does not answer is no error: it may come back, and much goes on without it.
    pub async fn check(&self) -> anyhow::Result<()> {
        match &self.0 {
            Store::Folder { .. } => Ok(()),
            Store::Bucket(bucket) => s3::check(bucket).await,
        }
    }

    fn store(&self) -> &dyn ObjectStore {
        match &self.0 {
            Store::Folder { files, .. } => files,
            Store::Bucket(bucket) => bucket,
        }
    }

    /// Begins a blob of at most so many bytes under a key of its own. Nothing can be read there
    /// before [`Upload::commit`].
    pub async fn begin(&self, key: &str, most: u64) -> Result<Upload> {
        match &self.0 {
            Store::Folder { files, .. } => Upload::to_folder(files, key, most).await,
            Store::Bucket(bucket) => Upload::to_bucket(bucket, key, most).await,
        }
    }

    /// The whole blob.
    ///
    /// # Errors
    /// Also where the bytes are not those that were noted.
    pub async fn read(&self, key: &str, content: &Content) -> Result<Bytes> {
        reading::whole(self, key, content).await
    }

    /// The blob in small pieces. The last ones come only after all of them were held against the
    /// hash: who reads to the end has the right bytes.
    pub fn stream(&self, key: &str, content: Content) -> BoxStream<'static, Result<Bytes>> {
        reading::stream(self.clone(), key, content)
    }

    pub async fn has(&self, key: &str) -> Result<bool> {
        match self.store().head(&Key::from(key)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(out_of_reach(error)),
        }
    }

    /// Removes a blob, and what a process that died left of it on its way into a folder. Removing
    /// what is not there is no error.
    pub async fn remove(&self, key: &str) -> Result<()> {
        if let Store::Folder { root, .. } = &self.0 {
            // The name that the store gives to the first, and so to our only, upload under a key.
            let half = root.join(format!("{key}#1"));
            match tokio::fs::remove_file(half).await {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(Error::Unavailable(error.into()));
                }
                _ => {}
            }
        }
        match self.store().delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(out_of_reach(error)),
        }
    }

    /// Throws away the parts of an upload that nobody will finish: see [`Upload::parts`].
    pub async fn remove_parts(&self, key: &str, parts: &str) -> Result<()> {
        let Store::Bucket(bucket) = &self.0 else {
            return Ok(());
        };
        let id = parts.to_owned();
        match bucket.abort_multipart(&Key::from(key), &id).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(out_of_reach(error)),
        }
    }

    /// The blobs after a key, in the order of the bytes of their keys, at most so many.
    pub async fn list(&self, after: &str, most: usize) -> Result<Vec<Found>> {
        let mut listed = match after {
            "" => self.store().list(None),
            after => self.store().list_with_offset(None, &Key::from(after)),
        };
        // A bucket lists in this order, a folder in none: then the first ones are kept aside.
        let is_sorted = matches!(self.0, Store::Bucket(_));
        let mut first = BTreeMap::new();
        while let Some(blob) = listed.next().await {
            let blob = blob.map_err(out_of_reach)?;
            let modified = Timestamp::from_microsecond(blob.last_modified.timestamp_micros());
            first.insert(blob.location.to_string(), modified.unwrap_or_default());
            if first.len() > most {
                first.pop_last();
            }
            if is_sorted && first.len() == most {
                break;
            }
        }
        let found = |(key, modified)| Found { key, modified };
        Ok(first.into_iter().map(found).collect())
    }
}

/// A store that doesn't answer, refuses us or is full: none of it is the caller's doing.
fn out_of_reach(error: object_store::Error) -> Error {
    Error::Unavailable(anyhow::Error::new(error).context("the document store"))
}
