//! Where documents are kept, as flags and variables.

use std::path::PathBuf;

use anyhow::Context;

use super::Blobs;
use super::s3::{Addressing, CredentialFiles, Patience, S3Settings};

#[derive(Debug, Clone, clap::Args)]
pub struct BlobArgs {
    /// The folder that documents are kept in: for one machine. Several share a bucket.
    #[arg(
        long,
        env = "IRIKTEU_DOCUMENTS_DIR",
        required_unless_present = "s3_bucket",
        conflicts_with = "s3_bucket"
    )]
    pub documents_dir: Option<PathBuf>,

    /// The bucket that documents are kept in, on an S3-compatible server. It belongs to this suite
    /// alone: what no document names is swept from it.
    #[arg(long, env = "IRIKTEU_S3_BUCKET")]
    pub s3_bucket: Option<String>,

    /// The server of the bucket: `https://host`. Plain `http` is for a protected network. Without it
    /// Amazon's own in the region.
    #[arg(long, env = "IRIKTEU_S3_ENDPOINT", requires = "s3_bucket")]
    pub s3_endpoint: Option<String>,

    /// The region of the bucket; part of every signature.
    #[arg(long, env = "IRIKTEU_S3_REGION", default_value = "us-east-1")]
    pub s3_region: String,

    /// Whether the bucket is in the path of an address or in its host.
    #[arg(
        long,
        env = "IRIKTEU_S3_ADDRESSING",
        value_enum,
        default_value = "path"
    )]
    pub s3_addressing: Addressing,

    /// A file with the id of the access key. Without it the standard `AWS_…` variables, a web
    /// identity or the role of the machine are asked.
    #[arg(
        long,
        env = "IRIKTEU_S3_ACCESS_KEY_FILE",
        requires = "s3_secret_key_file"
    )]
    pub s3_access_key_file: Option<PathBuf>,

    /// A file with the secret of the access key; a file that changes is taken up.
    #[arg(
        long,
        env = "IRIKTEU_S3_SECRET_KEY_FILE",
        requires = "s3_access_key_file"
    )]
    pub s3_secret_key_file: Option<PathBuf>,

    /// Certificates in PEM: whom alone we believe that the server is the bucket's. Without it the
    /// authorities of the machine.
    #[arg(long, env = "IRIKTEU_S3_AUTHORITIES_FILE", requires = "s3_bucket")]
    pub s3_authorities_file: Option<PathBuf>,

    /// Seconds that one request of at most 5 MiB may take; it is repeated up to three times.
    #[arg(long, env = "IRIKTEU_S3_TIMEOUT_SECONDS", default_value_t = 20,
          value_parser = clap::value_parser!(u64).range(1..=300))]
    pub s3_timeout_seconds: u64,
}

impl BlobArgs {
    /// # Errors
    /// If a setting or file is wrong, the folder can't be made, or the server says no.
    pub async fn open(&self) -> anyhow::Result<Blobs> {
        let blobs = match (&self.s3_bucket, &self.documents_dir) {
            (Some(bucket), _) => Blobs::s3(&self.s3(bucket)?)?,
            (None, Some(folder)) => Blobs::local(folder)?,
            (None, None) => anyhow::bail!("neither a folder nor a bucket of documents is named"),
        };
        blobs.check().await?;
        Ok(blobs)
    }

    fn s3(&self, bucket: &str) -> anyhow::Result<S3Settings> {
        let keys = self.s3_access_key_file.clone();
        let credentials = keys.zip(self.s3_secret_key_file.clone());
        let authorities = self.s3_authorities_file.as_ref().map(|file| {
            std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))
        });
        let request = std::time::Duration::from_secs(self.s3_timeout_seconds);
        Ok(S3Settings {
            endpoint: self.s3_endpoint.clone(),
            bucket: bucket.to_owned(),
            region: self.s3_region.clone(),
            addressing: self.s3_addressing,
            credentials: credentials.map(|(access_key, secret_key)| CredentialFiles {
                access_key,
                secret_key,
            }),
            authorities: authorities.transpose()?,
            patience: Patience {
                request,
                ..Patience::default()
            },
        })
    }
}
