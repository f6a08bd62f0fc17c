//! Bytes on their way in: counted, hashed, and written where nobody can read them yet.

use bytes::Bytes;
use chassis::Result;
use chassis::blob::Upload;
use sha2::{Digest, Sha256};

use crate::Context;
use crate::domain::document::{Document, HEAD_BYTES, State};
use crate::store::loose_blob;

/// An upload under way.
pub struct Incoming {
    document: Document,
    hash: Sha256,
    size: u64,
    head: Vec<u8>,
    /// Where the bytes go; `None` where they are here already and are only compared.
    target: Option<(String, Upload)>,
}

impl Incoming {
    /// Notes the blob as loose before its first byte, so that the sweep finds what breaks off.
    pub async fn begin(ctx: &Context, application: &str, document: &Document) -> Result<Self> {
        let target = if document.state == State::Uploading {
            let blob = format!("{application}/{}", ctx.ids.uuid());
            let tx = ctx.db.begin().await?;
            loose_blob::insert(&tx, &blob, ctx.clock.now()).await?;
            ctx.db.commit(tx).await?;
            let upload = ctx.blobs.begin(&blob, document.size_bytes).await?;
            if let Some(parts) = upload.parts() {
                let tx = ctx.db.begin().await?;
                loose_blob::note_parts(&tx, &blob, parts).await?;
                ctx.db.commit(tx).await?;
            }
            Some((blob, upload))
        } else {
            None
        };
        Ok(Self {
            document: document.clone(),
            hash: Sha256::new(),
            size: 0,
            head: Vec::with_capacity(HEAD_BYTES),
            target,
        })
    }

    /// # Errors
    /// `UPLOAD_TOO_LARGE` before the byte too many is written.
    pub async fn take(&mut self, bytes: Bytes) -> Result<()> {
        self.size = self.size.saturating_add(bytes.len() as u64);
        self.document.may_receive(self.size)?;
        self.hash.update(&bytes);
        let wanted = HEAD_BYTES.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..wanted]);
        if let Some((_, upload)) = &mut self.target {
            upload.write(bytes).await?;
        }
        Ok(())
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn sha256(&self) -> String {
        hex::encode(self.hash.clone().finalize())
    }

    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Makes the bytes readable under the key that comes back. Where that fails they are thrown away.
    pub async fn keep(self, ctx: &Context) -> Result<Option<String>> {
        let Some((blob, upload)) = self.target else {
            return Ok(None);
        };
        let parts = upload.parts().map(str::to_owned);
        if let Err(error) = upload.commit().await {
            release(ctx, &blob, parts.as_deref()).await;
            return Err(error);
        }
        Ok(Some(blob))
    }

    /// Throws the bytes away. Where that fails, the sweep does it.
    pub async fn discard(self, ctx: &Context) {
        let Some((blob, upload)) = self.target else {
            return;
        };
        let parts = upload.parts().map(str::to_owned);
        if let Err(error) = upload.abort().await {
            tracing::warn!(?error, "an upload was not thrown away");
        }
        release(ctx, &blob, parts.as_deref()).await;
    }
}

/// Removes a loose blob now instead of at the next sweep. A failure is the sweep's to mend.
pub async fn release(ctx: &Context, blob: &str, parts: Option<&str>) {
    if let Err(error) = remove(ctx, blob, parts).await {
        tracing::warn!(?error, "a loose blob stays for the sweep");
    }
}

/// First the bytes, then the row: whatever breaks off in between is found again.
pub async fn remove(ctx: &Context, blob: &str, parts: Option<&str>) -> Result<()> {
    if let Some(parts) = parts {
        ctx.blobs.remove_parts(blob, parts).await?;
    }
    ctx.blobs.remove(blob).await?;
    let tx = ctx.db.begin().await?;
    loose_blob::remove(&tx, blob).await?;
    Ok(ctx.db.commit(tx).await?)
}
