//! Signatures checked by an NCANode (version 3) beside us, which knows the national algorithms.
//!
//! It judges the cryptography, the chain and revocation. Who signed what is read here, off the very
//! certificate that came along: NCANode calls a signature without a signer or without a certificate
//! good, leaves the content of an attached one to its caller, names parts of the subject wrongly, and
//! nests its answers differently from version to version.

use std::time::Duration;

use anyhow::{Context, anyhow};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http_body_util::Full;
use hyper::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::judgement::{Named, der_of, named};
use crate::domain::signature::{Certificate, Fault};
use crate::outside::{self, Failure, Outside};

/// The content comes back in base64, with the certificates of everybody.
const LONGEST_ANSWER: usize = 2 * 1024 * 1024;
/// Both are asked, because NCANode looks neither at who signed an answer nor at how old it is.
const CHECKS: [&str; 2] = ["OCSP", "CRL"];

/// Where it is, and how long we put up with it.
#[derive(Debug, Clone)]
pub struct NcanodeSettings {
    /// `http://127.0.0.1:14579`: beside us, because what it says is believed.
    pub url: String,
    /// One question takes so long at most; a signature takes two.
    pub within: Duration,
}

pub struct Ncanode {
    outside: Outside,
    within: Duration,
}

#[derive(Deserialize)]
struct Verified {
    valid: bool,
    #[serde(default)]
    signers: Vec<Signer>,
}

#[derive(Deserialize)]
struct Signer {
    /// Called `signers` by the description, `certificates` by the program.
    #[serde(default, alias = "signers")]
    certificates: Vec<Info>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    #[serde(default)]
    valid: bool,
    #[serde(default)]
    revocations: Vec<Revoked>,
    #[serde(default)]
    serial_number: String,
}

#[derive(Deserialize)]
struct Revoked {
    revoked: bool,
    by: String,
}

#[derive(Deserialize)]
struct Extracted {
    data: String,
}

impl Ncanode {
    /// # Errors
    /// If the address is not one of HTTP.
    pub fn new(settings: &NcanodeSettings) -> anyhow::Result<Self> {
        Ok(Self {
            outside: Outside::new(&settings.url, None).context("the NCANode")?,
            within: settings.within,
        })
    }

    pub async fn check(
        &self,
        cms: &[u8],
        content: &[u8],
        time: Timestamp,
    ) -> Result<Certificate, Fault> {
        let der = der_of(cms)?;
        let Named {
            certificate,
            is_attached,
        } = named(&der, content, time)?;
        let mut question = json!({ "cms": BASE64.encode(cms), "revocationCheck": CHECKS });
        if !is_attached {
            question["data"] = Value::String(BASE64.encode(content));
        }
        let verified: Verified = self.ask("cms/verify", &question).await?;
        judge(&verified, &certificate)?;
        if is_attached {
            let question = json!({ "cms": BASE64.encode(cms) });
            let extracted: Extracted = self.ask("cms/extract", &question).await?;
            // What NCANode looked at is what we asked for, and not only what we read.
            if BASE64.decode(&extracted.data).as_deref() != Ok(content) {
                return Err(Fault::ContentDiffers);
            }
        }
        Ok(certificate)
    }

    async fn ask<T: DeserializeOwned>(&self, below: &str, question: &Value) -> Result<T, Fault> {
        let asked = tokio::time::timeout(self.within, self.exchange(below, question)).await;
        let answer =
            match asked.unwrap_or_else(|_| Err(Failure::Passing(anyhow!("no answer in time")))) {
                Ok((StatusCode::OK, answer)) => answer,
                // What it can't read it calls the client's fault.
                Ok((status, _)) if status.is_client_error() => return Err(Fault::NotCms),
                Ok((status, _)) => return Err(away(&anyhow!("status {status}"))),
                Err(Failure::Passing(error) | Failure::Lasting(error)) => return Err(away(&error)),
            };
        serde_json::from_slice(&answer).map_err(|_| away(&anyhow!("the answer is another")))
    }

    async fn exchange(
        &self,
        below: &str,
        question: &Value,
    ) -> Result<(StatusCode, Vec<u8>), Failure> {
        let request = self.outside.post(below, "application/json");
        let body = Full::new(question.to_string().into());
        let request = request.and_then(|request| Ok(request.body(body)?));
        let response = self.outside.send(request.map_err(Failure::Lasting)?).await;
        let response = response.map_err(Failure::Passing)?;
        let status = response.status();
        Ok((
            status,
            outside::body(response, LONGEST_ANSWER).await?.to_vec(),
        ))
    }
}

/// The bodies of answers are not told: they name people.
fn away(error: &anyhow::Error) -> Fault {
    tracing::error!(error = format!("{error:#}"), "no word of the NCANode");
    Fault::CheckAway
}

fn judge(verified: &Verified, certificate: &Certificate) -> Result<(), Fault> {
    let signer = match verified.signers.as_slice() {
        [] => return Err(Fault::NoSigner),
        [only] => only,
        _ => return Err(Fault::ManySigners),
    };
    let mut infos = signer.certificates.iter();
    let serial = |info: &&Info| same_number(&info.serial_number, &certificate.serial);
    let info = infos.find(serial).ok_or(Fault::NoCertificate)?;
    if info.revocations.iter().any(|word| word.revoked) {
        return Err(Fault::Revoked);
    }
    if !info.valid {
        return Err(Fault::ChainUnknown);
    }
    if !verified.valid {
        return Err(Fault::SignatureWrong);
    }
    let is_said = |check: &&str| info.revocations.iter().any(|word| word.by == **check);
    if CHECKS.iter().all(is_said) {
        Ok(())
    } else {
        Err(Fault::RevocationUnknown)
    }
}

/// Hexadecimal numbers, in letters of either sort and with whatever zeros before.
fn same_number(one: &str, other: &str) -> bool {
    let digits = |number: &str| number.trim_start_matches('0').to_ascii_uppercase();
    !one.is_empty() && digits(one) == digits(other)
}
