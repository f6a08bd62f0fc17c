//! A blob on its way out: fetched in pieces, so that a slow reader holds no connection to the store,
//! and held against the size and hash that were noted when it came.

use std::collections::VecDeque;
use std::ops::Range;

use anyhow::anyhow;
use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt, stream};
use object_store::path::Path as Key;
use object_store::{GetOptions, GetRange};
use ring::digest::{Context as Hash, SHA256};

use super::{Blobs, out_of_reach};
use crate::error::{Error, Result};
use crate::telemetry;

/// What is fetched, and kept in memory, at a time. The store tries again by itself within a piece.
const PIECE_BYTES: u64 = 4 * 1024 * 1024;
/// What is handed on at a time: far below what fits into a message between services.
const CHUNK_BYTES: usize = 256 * 1024;

/// What a blob must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub size_bytes: u64,
    /// 64 lowercase hexadecimal digits.
    pub sha256: String,
}

/// A blob, read up to a place.
struct Reading {
    blobs: Blobs,
    key: Key,
    content: Content,
    hash: Hash,
    at: u64,
    /// The version that the pieces before were of.
    tag: Option<String>,
}

pub async fn whole(blobs: &Blobs, key: &str, content: &Content) -> Result<Bytes> {
    let mut reading = Reading::new(blobs.clone(), key, content.clone());
    let capacity = usize::try_from(content.size_bytes).unwrap_or_default();
    let mut bytes = BytesMut::with_capacity(capacity);
    while let Some(piece) = reading.next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.freeze())
}

pub fn stream(blobs: Blobs, key: &str, content: Content) -> BoxStream<'static, Result<Bytes>> {
    let reading = Reading::new(blobs, key, content);
    let pieces = stream::try_unfold(reading, |mut reading| async move {
        let piece = reading.next().await?;
        Ok::<_, Error>(piece.map(|piece| (piece, reading)))
    });
    let chunks = |piece: Bytes| stream::iter(chunks(piece).into_iter().map(Ok));
    pieces.map_ok(chunks).try_flatten().boxed()
}

fn chunks(mut piece: Bytes) -> VecDeque<Bytes> {
    let mut chunks = VecDeque::new();
    while !piece.is_empty() {
        chunks.push_back(piece.split_to(CHUNK_BYTES.min(piece.len())));
    }
    chunks
}

impl Reading {
    fn new(blobs: Blobs, key: &str, content: Content) -> Self {
        Self {
            blobs,
            key: Key::from(key),
            content,
            hash: Hash::new(&SHA256),
            at: 0,
            tag: None,
        }
    }

    /// The next piece; the last one only if all of them are the right ones.
    async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.at == self.content.size_bytes {
            return Ok(None);
        }
        let end = self.content.size_bytes.min(self.at + PIECE_BYTES);
        let piece = self.fetch(self.at..end).await?;
        if piece.len() as u64 != end - self.at {
            return Err(self.wrong());
        }
        self.hash.update(&piece);
        self.at = end;
        let is_last = end == self.content.size_bytes;
        if is_last && hex::encode(self.hash.clone().finish()) != self.content.sha256 {
            return Err(self.wrong());
        }
        Ok(Some(piece))
    }

    async fn fetch(&mut self, range: Range<u64>) -> Result<Bytes> {
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            if_match: self.tag.clone(),
            ..Default::default()
        };
        let unread = |error| match error {
            // Another try would find no more: somebody has to look.
            object_store::Error::NotFound { .. } | object_store::Error::Precondition { .. } => {
                telemetry::change("blobs", "blobs_wrong", 1);
                Error::Internal(anyhow::Error::new(error).context("a blob is not as it was noted"))
            }
            other => out_of_reach(other),
        };
        let found = self.blobs.store().get_opts(&self.key, options).await;
        let found = found.map_err(unread)?;
        if found.meta.size != self.content.size_bytes {
            return Err(self.wrong());
        }
        self.tag = found.meta.e_tag.clone();
        found.bytes().await.map_err(unread)
    }

    fn wrong(&self) -> Error {
        telemetry::change("blobs", "blobs_wrong", 1);
        Error::Internal(anyhow!(
            "the bytes of the blob {} are not those that came",
            self.key
        ))
    }
}
