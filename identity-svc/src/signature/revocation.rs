//! Whether anybody on the way from a certificate to whom we believe is revoked: lists in files, and
//! answers over HTTP at an address of ours. Certificates name addresses, too; they are not followed,
//! because whoever makes a certificate would choose whom we call.
//!
//! Where nobody says that a certificate is good, it is not taken: `REVOCATION_UNKNOWN`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow, ensure};
use chassis::ids::Ids;
use http_body_util::Full;
use hyper::StatusCode;
use jiff::Timestamp;
use rustls::pki_types::CertificateRevocationListDer;
use rustls::pki_types::pem::PemObject;

use super::chain::Step;
use super::crl::{RevocationList, Word};
use super::ocsp::{Question, Status};
use crate::domain::signature::Fault;
use crate::outside::{self, Failure, Outside};

/// An answer is some two kilobytes, with the certificate of who answers.
const LONGEST_ANSWER: usize = 64 * 1024;
const LONGEST_LIST: u64 = 64 * 1024 * 1024;
/// A question changes nothing, so it is safe to repeat.
const TRIES: u32 = 2;

pub struct Revocation {
    lists: Lists,
    answers: Option<Outside>,
    within: Duration,
    ids: Ids,
}

impl Revocation {
    /// # Errors
    /// If the address is not one of HTTP.
    pub fn new(
        lists: &[PathBuf],
        ocsp: Option<&str>,
        within: Duration,
        ids: &Ids,
    ) -> anyhow::Result<Self> {
        let answers = ocsp.map(|url| Outside::new(url, None)).transpose();
        Ok(Self {
            lists: Lists::new(lists),
            answers: answers.context("the address for questions of revocation")?,
            within,
            ids: ids.clone(),
        })
    }

    /// # Errors
    /// `CERTIFICATE_REVOKED` or `REVOCATION_UNKNOWN`.
    pub async fn check(&self, steps: &[Step<'_>], time: Timestamp) -> Result<(), Fault> {
        let all = async {
            for step in steps {
                self.step(step, time).await?;
            }
            Ok(())
        };
        let checked = tokio::time::timeout(self.within, all).await;
        checked.unwrap_or_else(|_| {
            tracing::warn!("nobody said in time whether a certificate is revoked");
            Err(Fault::RevocationUnknown)
        })
    }

    async fn step(&self, step: &Step<'_>, time: Timestamp) -> Result<(), Fault> {
        let mut is_good = false;
        for list in self.lists.all().await {
            match list.says(&step.subject, &step.issuer, time) {
                Word::Revoked => return Err(Fault::Revoked),
                Word::Good => is_good = true,
                Word::Nothing => {}
            }
        }
        match self.ask(step, time).await {
            Some(Status::Revoked) => Err(Fault::Revoked),
            Some(Status::Good) => Ok(()),
            None if is_good => Ok(()),
            None => Err(Fault::RevocationUnknown),
        }
    }

    async fn ask(&self, step: &Step<'_>, time: Timestamp) -> Option<Status> {
        let answers = self.answers.as_ref()?;
        let mut nonce = [0; 16];
        for (byte, random) in nonce.iter_mut().zip(self.ids.secret()) {
            *byte = random;
        }
        let question = Question {
            of: &step.subject,
            issuer: &step.issuer,
            nonce,
        };
        for _ in 0..TRIES {
            match exchange(answers, question.request()).await {
                Ok(answer) => {
                    let status = question.answer(&answer, time);
                    if status.is_none() {
                        tracing::error!("an answer about revocation says nothing to be believed");
                    }
                    return status;
                }
                Err(Failure::Passing(error)) => {
                    tracing::warn!(error = format!("{error:#}"), "no answer about revocation");
                }
                Err(Failure::Lasting(error)) => {
                    tracing::error!(error = format!("{error:#}"), "odd answer about revocation");
                    break;
                }
            }
        }
        None
    }
}

async fn exchange(answers: &Outside, question: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let request = answers
        .post("", "application/ocsp-request")
        .map_err(Failure::Lasting)?
        .body(Full::new(question.into()))
        .map_err(|error| Failure::Lasting(error.into()))?;
    let response = answers.send(request).await.map_err(Failure::Passing)?;
    match response.status() {
        StatusCode::OK => Ok(outside::body(response, LONGEST_ANSWER).await?.to_vec()),
        status if status.is_server_error() => Err(Failure::Passing(anyhow!("status {status}"))),
        status => Err(Failure::Lasting(anyhow!("status {status}"))),
    }
}

/// Lists in files, which somebody renews: one is read anew when its file is another.
struct Lists {
    files: Vec<PathBuf>,
    kept: Arc<Mutex<HashMap<PathBuf, Kept>>>,
}

struct Kept {
    stamp: Stamp,
    list: Arc<RevocationList>,
}

/// By what a file is known to be another.
type Stamp = (Option<SystemTime>, u64);

impl Lists {
    fn new(files: &[PathBuf]) -> Self {
        Self {
            files: files.to_vec(),
            kept: Arc::default(),
        }
    }

    /// Those that can be read now.
    async fn all(&self) -> Vec<Arc<RevocationList>> {
        if self.files.is_empty() {
            return Vec::new();
        }
        let (files, kept) = (self.files.clone(), self.kept.clone());
        let read = tokio::task::spawn_blocking(move || {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let read = files.iter().map(|file| renewed(file, &mut kept));
            let (good, bad): (Vec<_>, Vec<_>) = read.partition(Result::is_ok);
            for error in bad.into_iter().filter_map(Result::err) {
                tracing::error!(
                    error = format!("{error:#}"),
                    "a list of revoked certificates"
                );
            }
            good.into_iter().filter_map(Result::ok).collect()
        });
        read.await.unwrap_or_default()
    }
}

fn renewed(file: &Path, kept: &mut HashMap<PathBuf, Kept>) -> anyhow::Result<Arc<RevocationList>> {
    let what = || file.display().to_string();
    let about = std::fs::metadata(file).with_context(what)?;
    let stamp = (about.modified().ok(), about.len());
    if let Some(kept) = kept.get(file).filter(|kept| kept.stamp == stamp) {
        return Ok(kept.list.clone());
    }
    ensure!(about.len() <= LONGEST_LIST, "{} is too long", what());
    let bytes = std::fs::read(file).with_context(what)?;
    let der = match bytes.first() {
        Some(b'-') => CertificateRevocationListDer::from_pem_slice(&bytes).with_context(what)?,
        _ => CertificateRevocationListDer::from(bytes),
    };
    let list = RevocationList::read(&der).map_err(|_| anyhow!("{} is no list", what()))?;
    let list = Arc::new(list);
    let renewed = Kept {
        stamp,
        list: list.clone(),
    };
    kept.insert(file.to_owned(), renewed);
    Ok(list)
}
