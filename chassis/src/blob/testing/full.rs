//! A folder on a disk with little room: what comes when it is full fails as on a real one.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use object_store::path::Path as Key;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

use crate::blob::{Blobs, Store};

/// A folder for so many bytes of new documents.
pub fn local_with_room(folder: &Path, bytes: u64) -> anyhow::Result<Blobs> {
    let blobs = Blobs::local(folder)?;
    Ok(match blobs.0 {
        Store::Folder { files, root } => Blobs(Store::Folder {
            files: Arc::new(Disk {
                files,
                room: Arc::new(AtomicU64::new(bytes)),
            }),
            root,
        }),
        bucket => Blobs(bucket),
    })
}

#[derive(Debug)]
struct Disk {
    files: Arc<dyn ObjectStore>,
    room: Arc<AtomicU64>,
}

impl fmt::Display for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with little room", self.files)
    }
}

#[derive(Debug)]
struct Writing {
    upload: Box<dyn MultipartUpload>,
    room: Arc<AtomicU64>,
}

fn take(room: &AtomicU64, bytes: usize) -> Result<()> {
    let taken = room.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |room| {
        room.checked_sub(bytes as u64)
    });
    let full = || object_store::Error::Generic {
        store: "LocalFileSystem",
        source: io::Error::from(ErrorKind::StorageFull).into(),
    };
    taken.map(drop).map_err(|_| full())
}

#[async_trait]
impl MultipartUpload for Writing {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        if let Err(full) = take(&self.room, data.content_length()) {
            return Box::pin(async { Err(full) });
        }
        self.upload.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.upload.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.upload.abort().await
    }
}

#[async_trait]
impl ObjectStore for Disk {
    async fn put_opts(
        &self,
        key: &Key,
        data: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        take(&self.room, data.content_length())?;
        self.files.put_opts(key, data, options).await
    }

    async fn put_multipart_opts(
        &self,
        key: &Key,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Writing {
            upload: self.files.put_multipart_opts(key, options).await?,
            room: self.room.clone(),
        }))
    }

    async fn get_opts(&self, key: &Key, options: GetOptions) -> Result<GetResult> {
        self.files.get_opts(key, options).await
    }

    fn delete_stream(
        &self,
        keys: BoxStream<'static, Result<Key>>,
    ) -> BoxStream<'static, Result<Key>> {
        self.files.delete_stream(keys)
    }

    fn list(&self, prefix: Option<&Key>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.files.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Key>) -> Result<ListResult> {
        self.files.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Key, to: &Key, options: CopyOptions) -> Result<()> {
        self.files.copy_opts(from, to, options).await
    }
}
