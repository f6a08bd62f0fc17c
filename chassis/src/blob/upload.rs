//! A blob on its way in. Whatever breaks off leaves nothing behind: an upload that is dropped before
//! its commit throws away what it has sent, and what a dead process left is found by its row.

use std::mem;
use std::sync::Arc;

use anyhow::anyhow;
use bytes::Bytes;
use object_store::aws::AmazonS3;
use object_store::multipart::{MultipartStore, PartId};
use object_store::path::Path as Key;
use object_store::{
    Attribute, Attributes, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
    WriteMultipart,
};

use super::out_of_reach;
use crate::error::{Error, Result};

/// The least that S3 takes as a part that is not the last; all of ours but the last are so large,
/// because some servers want them equal. What is not larger goes in one request.
const PART_BYTES: usize = 5 * 1024 * 1024;

pub struct Upload {
    way: Way,
    size: u64,
    most: u64,
}

enum Way {
    Folder(WriteMultipart),
    Whole {
        bucket: AmazonS3,
        key: Key,
        waiting: Vec<Bytes>,
    },
    Parts(Parts),
}

/// A multipart upload of S3, begun.
struct Parts {
    bucket: AmazonS3,
    key: Key,
    id: String,
    waiting: Vec<Bytes>,
    waiting_bytes: usize,
    sent: Vec<PartId>,
    is_open: bool,
}

impl Upload {
    pub(super) async fn to_folder(
        files: &Arc<dyn ObjectStore>,
        key: &str,
        most: u64,
    ) -> Result<Self> {
        let upload = files.put_multipart(&Key::from(key)).await;
        let way = Way::Folder(WriteMultipart::new(upload.map_err(out_of_reach)?));
        Ok(Self { way, size: 0, most })
    }

    pub(super) async fn to_bucket(bucket: &AmazonS3, key: &str, most: u64) -> Result<Self> {
        let (bucket, key) = (bucket.clone(), Key::from(key));
        let way = if most <= PART_BYTES as u64 {
            let waiting = Vec::new();
            Way::Whole {
                bucket,
                key,
                waiting,
            }
        } else {
            let begun = bucket.create_multipart_opts(&key, harmless().into()).await;
            Way::Parts(Parts {
                id: begun.map_err(out_of_reach)?,
                bucket,
                key,
                waiting: Vec::new(),
                waiting_bytes: 0,
                sent: Vec::new(),
                is_open: true,
            })
        };
        Ok(Self { way, size: 0, most })
    }

    /// What [`super::Blobs::remove_parts`] needs after this process died, where there is something
    /// to remove. To be noted before the first byte.
    pub fn parts(&self) -> Option<&str> {
        match &self.way {
            Way::Parts(parts) => Some(&parts.id),
            Way::Folder(_) | Way::Whole { .. } => None,
        }
    }

    /// # Errors
    /// If the store is out of reach or full. `INTERNAL` where it is more than was said.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        if self.size > self.most {
            return Err(Error::Internal(anyhow!("a blob grew over its limit")));
        }
        match &mut self.way {
            Way::Folder(file) => {
                // At most two parts wait in memory.
                file.wait_for_capacity(2).await.map_err(out_of_reach)?;
                file.put(bytes);
                Ok(())
            }
            Way::Whole { waiting, .. } => {
                waiting.push(bytes);
                Ok(())
            }
            Way::Parts(parts) => parts.write(bytes).await,
        }
    }

    /// Makes the blob readable. Durable when this returns.
    pub async fn commit(self) -> Result<()> {
        let size = self.size;
        match self.way {
            Way::Folder(file) => file.finish().await.map(drop).map_err(out_of_reach),
            Way::Whole {
                bucket,
                key,
                waiting,
            } => {
                let options = PutOptions {
                    // Keys are made anew each time: nothing of another's is ever written over.
                    mode: PutMode::Create,
                    attributes: harmless(),
                    ..Default::default()
                };
                let bytes = PutPayload::from_iter(waiting);
                let put = bucket.put_opts(&key, bytes, options).await;
                settle(&bucket, &key, size, put.map(drop)).await
            }
            Way::Parts(parts) => parts.finish(size).await,
        }
    }

    pub async fn abort(self) -> Result<()> {
        match self.way {
            Way::Folder(file) => file.abort().await.map_err(out_of_reach),
            Way::Whole { .. } => Ok(()),
            Way::Parts(mut parts) => {
                parts.is_open = false;
                let thrown = parts.bucket.abort_multipart(&parts.key, &parts.id).await;
                thrown.map_err(out_of_reach)
            }
        }
    }
}

impl Parts {
    async fn write(&mut self, mut bytes: Bytes) -> Result<()> {
        while !bytes.is_empty() {
            let room = PART_BYTES - self.waiting_bytes;
            let taken = bytes.split_to(room.min(bytes.len()));
            self.waiting_bytes += taken.len();
            self.waiting.push(taken);
            if self.waiting_bytes == PART_BYTES {
                self.send().await?;
            }
        }
        Ok(())
    }

    /// The store tries again by itself: a part is the same each time.
    async fn send(&mut self) -> Result<()> {
        self.waiting_bytes = 0;
        let bytes = PutPayload::from_iter(mem::take(&mut self.waiting));
        let number = self.sent.len();
        let sent = self.bucket.put_part(&self.key, &self.id, number, bytes);
        self.sent.push(sent.await.map_err(out_of_reach)?);
        Ok(())
    }

    async fn finish(mut self, size: u64) -> Result<()> {
        if self.waiting_bytes > 0 {
            self.send().await?;
        }
        let sent = mem::take(&mut self.sent);
        let joined = self.bucket.complete_multipart(&self.key, &self.id, sent);
        let joined = joined.await.map(drop);
        settle(&self.bucket, &self.key, size, joined).await?;
        self.is_open = false;
        Ok(())
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if mem::take(&mut self.is_open) {
            let (bucket, key, id) = (self.bucket.clone(), self.key.clone(), self.id.clone());
            runtime.spawn(async move {
                if let Err(error) = bucket.abort_multipart(&key, &id).await {
                    tracing::warn!(%error, "the parts of an upload stay for the sweep");
                }
            });
        }
    }
}

/// A commit whose answer was lost may have been done, and its repetition then fails: what counts is
/// whether the blob is there, under a key that nobody else has.
async fn settle(
    bucket: &AmazonS3,
    key: &Key,
    size: u64,
    outcome: object_store::Result<()>,
) -> Result<()> {
    let Err(error) = outcome else {
        return Ok(());
    };
    match bucket.head(key).await {
        Ok(there) if there.size == size => Ok(()),
        _ => Err(out_of_reach(error)),
    }
}

/// Whoever gets a blob from the bucket directly downloads it, whatever it is, and shows nothing.
fn harmless() -> Attributes {
    let mut attributes = Attributes::new();
    attributes.insert(Attribute::ContentType, "application/octet-stream".into());
    attributes.insert(Attribute::ContentDisposition, "attachment".into());
    attributes
}
