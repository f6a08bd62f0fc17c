//! Certificates: ring is the only provider; a partner's name is in its certificate.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rustls::pki_types::CertificateDer;
use tonic::transport::{Certificate, Identity, ServerTlsConfig};
use webpki::EndEntityCert;

/// The start of the URI in a partner's certificate; its name follows.
pub const PARTNER_URI: &str = "urn:irikteu:partner:";

/// Makes ring the provider of the process. Needed once, before any connection.
pub fn use_ring() {
    // An error means that it was done before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The files of a server that wants to know its clients.
#[derive(Debug, Clone)]
pub struct MutualTls {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub client_authority: PathBuf,
}

impl MutualTls {
    pub fn server(&self) -> anyhow::Result<ServerTlsConfig> {
        let read = |path: &Path| {
            std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))
        };
        let identity = Identity::from_pem(read(&self.certificate)?, read(&self.key)?);
        let authority = Certificate::from_pem(read(&self.client_authority)?);
        Ok(ServerTlsConfig::new()
            .identity(identity)
            .client_ca_root(authority))
    }
}

/// The partner named in a client certificate that the TLS layer has verified.
pub fn partner_name(certificate: &[u8]) -> Option<String> {
    let der = CertificateDer::from(certificate);
    let certificate = EndEntityCert::try_from(&der).ok()?;
    let mut names = certificate
        .valid_uri_names()
        .filter_map(|uri| uri.strip_prefix(PARTNER_URI));
    names
        .find(|name| crate::name::is_slug(name))
        .map(str::to_owned)
}
