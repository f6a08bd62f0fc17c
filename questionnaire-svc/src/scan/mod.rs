//! The check of a document once its bytes are here: can they be read as what they say they are,
//! and — when a scanner of malware stands beside the service — are they harmless.
//!
//! | file | what it reads |
//! |---|---|
//! | [`pdf`] | PDF: header, cross-references, catalogue, pages |
//! | [`picture`] | JPEG and PNG: decoded to the last row |

mod pdf;
mod picture;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::domain::document::{Document, Scan};
use crate::domain::refusal::Refusal;

/// Checks a few documents at a time: a picture of 20 MiB is a few hundred when decoded.
#[derive(Clone, Debug)]
pub struct Scanner(Arc<Semaphore>);

impl Scanner {
    pub fn new(at_once: u32) -> Self {
        Self(Arc::new(Semaphore::new(at_once as usize)))
    }

    /// Every step in turn; the first that says no ends it.
    ///
    /// # Errors
    /// `CONTENT_UNREADABLE`, `PHOTO_SHAPE_WRONG`: the sender can mend it.
    pub async fn scan(&self, document: &Document, bytes: Bytes) -> Result<Scan, Refusal> {
        // The semaphore is never closed; without a permit the check is late, not wrong.
        let _permit = self.0.acquire().await.ok();
        let looked_at = document.clone();
        let read = tokio::task::spawn_blocking(move || read(&looked_at, &bytes)).await;
        // A reader that fell over a file could not read it.
        read.unwrap_or_else(|_| Err(unreadable(document)))?;
        Ok(self.malware().await)
    }

    /// The place of a scanner of malware. None is connected yet.
    async fn malware(&self) -> Scan {
        Scan::Clean
    }
}

fn read(document: &Document, bytes: &[u8]) -> Result<(), Refusal> {
    match document.media_type.as_str() {
        "application/pdf" if pdf::is_readable(bytes) => Ok(()),
        "image/jpeg" | "image/png" => {
            let size = picture::size(&document.media_type, bytes);
            let (width, height) = size.ok_or_else(|| unreadable(document))?;
            match document.kind.as_str() {
                "PHOTO" => crate::domain::document::must_be_three_by_four(width, height),
                _ => Ok(()),
            }
        }
        _ => Err(unreadable(document)),
    }
}

fn unreadable(document: &Document) -> Refusal {
    Refusal::ContentUnreadable {
        announced: document.media_type.clone(),
    }
}
