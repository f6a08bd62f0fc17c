//! The check of a document once its bytes are here: can they be read as what they say they are,
//! and are they harmless.
//!
//! | file | what it reads |
//! |---|---|
//! | [`pdf`] | PDF: header, cross-references, catalogue, pages |
//! | [`picture`] | JPEG and PNG: decoded to the last row |
//! | [`archive`] | ZIP: a few of the others, nothing else and not too much |
//! | [`clamd`] | any file, with the eyes of ClamAV |

pub mod archive;
pub mod clamd;
pub mod pdf;
pub mod picture;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;

use crate::NAME;
use crate::config::Config;
use crate::domain::document::{Document, Scan};
use crate::domain::refusal::Refusal;
use clamd::{Answer, Clamd};

/// Checks a few documents at a time: a picture of 20 MiB is a few hundred when decoded, and a scanner
/// that was away must not be met by everything at once.
#[derive(Clone, Debug)]
pub struct Scanner {
    reading: Arc<Semaphore>,
    scanning: Arc<Semaphore>,
    malware: Option<Clamd>,
    /// clamd was away when it was last asked. Then nobody waits for it before it answers again.
    is_away: Arc<AtomicBool>,
}

impl Scanner {
    pub fn new(config: &Config) -> Self {
        let at_once = config.scans as usize;
        if config.clamd.is_none() {
            tracing::warn!("no clamd is connected: documents are not looked through for malware");
        }
        Self {
            reading: Arc::new(Semaphore::new(at_once)),
            scanning: Arc::new(Semaphore::new(at_once)),
            malware: config.clamd.clone().map(|address| Clamd {
                address,
                patience: Duration::from_secs(config.clamd_timeout_seconds),
                most: config.clamd_most_bytes,
            }),
            is_away: Arc::default(),
        }
    }

    /// Every step in turn; the first that says no ends it. `None` where the scanner of malware is
    /// away: then nothing is known, and the document waits.
    ///
    /// # Errors
    /// `CONTENT_UNREADABLE`, `PHOTO_SHAPE_WRONG`, `ARCHIVE_NOT_TAKEN`: the sender can mend it.
    pub async fn scan(&self, document: &Document, bytes: Bytes) -> Result<Option<Scan>, Refusal> {
        self.read(document, bytes.clone()).await?;
        Ok(self.malware(document, &bytes).await)
    }

    async fn read(&self, document: &Document, bytes: Bytes) -> Result<(), Refusal> {
        // The semaphore is never closed; without a permit the check is late, not wrong.
        let _permit = self.reading.acquire().await.ok();
        let looked_at = document.clone();
        let read = tokio::task::spawn_blocking(move || read(&looked_at, &bytes)).await;
        // A reader that fell over a file could not read it.
        read.unwrap_or_else(|_| Err(unreadable(document)))
    }

    async fn malware(&self, document: &Document, bytes: &Bytes) -> Option<Scan> {
        let Some(clamd) = &self.malware else {
            return Some(Scan::Clean);
        };
        let _permit = self.scanning.acquire().await.ok();
        if self.is_away() {
            return None;
        }
        match clamd.scan(bytes).await {
            Answer::Clean => Some(Scan::Clean),
            Answer::Infected(name) => {
                tracing::warn!(document = %document.name, malware = name, "malware was found");
                Some(Scan::Infected)
            }
            Answer::Failed(why) => {
                tracing::warn!(document = %document.name, why, "a document could not be scanned");
                Some(Scan::Failed)
            }
            Answer::Away(why) => {
                self.note(true, &why);
                None
            }
        }
    }

    /// Whether documents that wait may be scanned now. Asked before a queue is worked off.
    pub async fn is_ready(&self) -> bool {
        let Some(clamd) = &self.malware else {
            return true;
        };
        let is_there = clamd.is_there().await;
        self.note(!is_there, "it does not answer a PING");
        is_there
    }

    /// Whether it was away when it was last asked.
    pub fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }

    fn note(&self, is_away: bool, why: &str) {
        let was_away = self.is_away.swap(is_away, Ordering::Relaxed);
        chassis::telemetry::level(NAME, "scanner_away", is_away.into());
        match (was_away, is_away) {
            (false, true) => tracing::warn!(why, "clamd is away: documents wait for it"),
            (true, false) => tracing::info!("clamd is back"),
            _ => {}
        }
    }
}

/// Whether the bytes can be read as what the document says they are.
///
/// # Errors
/// `CONTENT_UNREADABLE`, `PHOTO_SHAPE_WRONG`, `ARCHIVE_NOT_TAKEN`.
pub fn read(document: &Document, bytes: &[u8]) -> Result<(), Refusal> {
    match document.media_type.as_str() {
        "application/pdf" if pdf::is_readable(bytes) => Ok(()),
        "application/zip" => {
            archive::look(bytes).map_err(|why| Refusal::ArchiveNotTaken { why: why.code() })
        }
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
