//! The S3-compatible store: its settings, its credentials, and the look at the start.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use async_trait::async_trait;
use futures_util::StreamExt;
use object_store::aws::{AmazonS3, AmazonS3Builder, AwsCredential, Checksum};
use object_store::path::Path as Key;
use object_store::{
    BackoffConfig, Certificate, ClientOptions, CredentialProvider, ObjectStore, RetryConfig,
};

/// Where the bucket stands in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Addressing {
    /// `https://host/bucket/key`: understood everywhere.
    Path,
    /// `https://bucket.host/key`.
    Host,
}

#[derive(Debug, Clone)]
pub struct S3Settings {
    /// `https://host` or `http://host:port`; `None` for Amazon's own in the region.
    pub endpoint: Option<String>,
    pub bucket: String,
    pub region: String,
    pub addressing: Addressing,
    /// `None` for what the machine gives: `AWS_…` variables, a web identity, the instance's role.
    pub credentials: Option<CredentialFiles>,
    /// The PEM of the only authorities to believe; `None` for those of the machine.
    pub authorities: Option<Vec<u8>>,
    pub patience: Patience,
}

/// Read again for each request, so a secret that was replaced is taken up without a restart.
#[derive(Debug, Clone)]
pub struct CredentialFiles {
    pub access_key: PathBuf,
    pub secret_key: PathBuf,
}

/// How long the server is waited for.
#[derive(Debug, Clone)]
pub struct Patience {
    pub connect: Duration,
    /// One request with its answer: 5 MiB at most.
    pub request: Duration,
    /// A request that failed before its answer began is repeated so often,
    pub retries: usize,
    /// and not after this.
    pub retry_within: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            request: Duration::from_secs(20),
            retries: 3,
            retry_within: Duration::from_secs(30),
        }
    }
}

pub fn open(settings: &S3Settings) -> anyhow::Result<AmazonS3> {
    crate::tls::use_ring();
    ensure!(
        is_bucket(&settings.bucket),
        "{:?} is no name of a bucket",
        settings.bucket
    );
    ensure!(
        !settings.region.is_empty(),
        "the region of the bucket is empty"
    );
    let mut builder = match &settings.credentials {
        Some(files) => {
            // Asked here too, so that a wrong file ends the start.
            files.read_now()?;
            AmazonS3Builder::new().with_credentials(Arc::new(files.clone()))
        }
        None => AmazonS3Builder::from_env(),
    };
    let mut client = ClientOptions::new()
        .with_connect_timeout(settings.patience.connect)
        .with_timeout(settings.patience.request)
        .with_default_content_type("application/octet-stream");
    if let Some(endpoint) = &settings.endpoint {
        let (scheme, host) = split(endpoint)?;
        // On a plain connection no authority is asked, so none needs to be on the machine.
        client = client
            .with_allow_http(scheme == "http")
            .with_no_system_certificates(scheme == "http");
        builder = builder.with_endpoint(match settings.addressing {
            Addressing::Path => format!("{scheme}://{host}"),
            Addressing::Host => format!("{scheme}://{}.{host}", settings.bucket),
        });
    }
    if let Some(pem) = &settings.authorities {
        let authorities =
            Certificate::from_pem_bundle(pem).context("the authorities of the bucket's server")?;
        ensure!(
            !authorities.is_empty(),
            "there is no certificate among the authorities of the bucket's server"
        );
        client = client.with_no_system_certificates(true);
        for authority in authorities {
            client = client.with_root_certificate(authority);
        }
    }
    builder
        .with_bucket_name(&settings.bucket)
        .with_region(&settings.region)
        .with_virtual_hosted_style_request(settings.addressing == Addressing::Host)
        .with_client_options(client)
        // The server holds what it got against this before it keeps it.
        .with_checksum_algorithm(Checksum::SHA256)
        // One object at a time, which every server knows.
        .with_disable_bulk_delete(true)
        .with_retry(RetryConfig {
            backoff: BackoffConfig {
                init_backoff: Duration::from_millis(100),
                max_backoff: Duration::from_secs(3),
                base: 2.0,
            },
            max_retries: settings.patience.retries,
            retry_timeout: settings.patience.retry_within,
        })
        .build()
        .context("the bucket of documents")
}

fn split(endpoint: &str) -> anyhow::Result<(&str, &str)> {
    let parts = endpoint.trim_end_matches('/').split_once("://");
    match parts {
        Some((scheme @ ("http" | "https"), host))
            if !host.is_empty() && !host.contains(['/', '?', '#', '@']) =>
        {
            Ok((scheme, host))
        }
        _ => bail!("{endpoint:?} is not https://host or http://host:port"),
    }
}

fn is_bucket(name: &str) -> bool {
    let is_taken = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-');
    (3..=63).contains(&name.len()) && name.chars().all(is_taken)
}

/// Lists what comes after everything: it needs the rights that the sweep needs.
pub async fn check(bucket: &AmazonS3) -> anyhow::Result<()> {
    let mut listed = bucket.list_with_offset(None, &Key::from("~"));
    let Some(Err(error)) = listed.next().await else {
        return Ok(());
    };
    // The library keeps the code of an answer to itself, but for its words.
    let words = error.to_string();
    let says = |code: &str| words.contains(&format!("status code: {code}"));
    if says("404") {
        bail!("{bucket}: there is no such bucket");
    }
    let asks_to_wait = says("408") || says("429");
    if !asks_to_wait && (says("3") || says("4") || words.contains("redirect")) {
        return Err(anyhow::Error::new(error).context(format!("{bucket} refuses us")));
    }
    tracing::warn!(%error, "the document store does not answer yet");
    Ok(())
}

impl CredentialFiles {
    fn read_now(&self) -> anyhow::Result<()> {
        for file in [&self.access_key, &self.secret_key] {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("{} can't be read", file.display()))?;
            ensure!(!text.trim().is_empty(), "{} is empty", file.display());
        }
        Ok(())
    }
}

#[async_trait]
impl CredentialProvider for CredentialFiles {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> object_store::Result<Arc<AwsCredential>> {
        Ok(Arc::new(AwsCredential {
            key_id: secret(&self.access_key).await?,
            secret_key: secret(&self.secret_key).await?,
            token: None,
        }))
    }
}

async fn secret(file: &Path) -> object_store::Result<String> {
    let text = tokio::fs::read_to_string(file).await;
    let text = text.map_err(|source| object_store::Error::Generic {
        store: "S3",
        source: format!("{} can't be read: {source}", file.display()).into(),
    })?;
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_scheme_and_a_host() {
        assert_eq!(
            split("https://s3.example.kz/").expect("good"),
            ("https", "s3.example.kz")
        );
        assert_eq!(
            split("http://127.0.0.1:9000").expect("good"),
            ("http", "127.0.0.1:9000")
        );
        for wrong in [
            "s3.example.kz",
            "ftp://s3",
            "https://",
            "https://host/bucket",
            "https://key:secret@host",
        ] {
            assert!(split(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bucket_has_a_plain_name() {
        assert!(is_bucket("irikteu-documents"));
        for wrong in ["", "ab", "Documents", "a/b", "a b c"] {
            assert!(!is_bucket(wrong), "{wrong}");
        }
    }
}
