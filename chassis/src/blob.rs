//! Documents as blobs: streamed in, hashed on the way, readable only once committed.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload, WriteMultipart};
use ring::digest::{Context as Hash, SHA256};

use crate::error::{Error, Result};

#[derive(Clone, Debug)]
pub struct Blobs(Arc<dyn ObjectStore>);

impl Blobs {
    /// A local folder, made where there is none.
    pub fn local(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} can't be made", folder.display()))?;
        let store = LocalFileSystem::new_with_prefix(folder)?
            .with_automatic_cleanup(true)
            .with_fsync(true);
        Ok(Self(Arc::new(store)))
    }

    /// Begins a blob under a key. Nothing can be read there before [`Upload::commit`].
    pub async fn begin(&self, key: &str) -> Result<Upload> {
        let parts = self
            .0
            .put_multipart(&Key::from(key))
            .await
            .map_err(broken)?;
        Ok(Upload {
            parts: WriteMultipart::new(parts),
            hash: Hash::new(&SHA256),
            size: 0,
        })
    }

    pub async fn put(&self, key: &str, content: Bytes) -> Result<()> {
        self.0
            .put(&Key::from(key), PutPayload::from_bytes(content))
            .await
            .map(drop)
            .map_err(broken)
    }

    pub async fn read(&self, key: &str) -> Result<Bytes> {
        self.0
            .get(&Key::from(key))
            .await
            .map_err(broken)?
            .bytes()
            .await
            .map_err(broken)
    }

    pub async fn stream(&self, key: &str) -> Result<BoxStream<'static, Result<Bytes>>> {
        let found = self.0.get(&Key::from(key)).await.map_err(broken)?;
        Ok(found.into_stream().map_err(broken).boxed())
    }

    /// Removing what is not there is no error.
    pub async fn remove(&self, key: &str) -> Result<()> {
        match self.0.delete(&Key::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(broken(error)),
        }
    }
}

/// A blob on its way in.
pub struct Upload {
    parts: WriteMultipart,
    hash: Hash,
    size: u64,
}

impl Upload {
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.size += bytes.len() as u64;
        self.hash.update(&bytes);
        // At most two parts wait in memory.
        self.parts.wait_for_capacity(2).await.map_err(broken)?;
        self.parts.put(bytes);
        Ok(())
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// SHA-256 of what was written so far, in lower-case hex.
    pub fn sha256(&self) -> String {
        hex::encode(self.hash.clone().finish().as_ref())
    }

    pub async fn commit(self) -> Result<()> {
        self.parts.finish().await.map(drop).map_err(broken)
    }

    pub async fn abort(self) -> Result<()> {
        self.parts.abort().await.map_err(broken)
    }
}

fn broken(error: object_store::Error) -> Error {
    Error::Unavailable(anyhow::Error::new(error).context("the document store"))
}
