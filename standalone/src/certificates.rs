//! Certificates for development and tests: an authority, and what it vouches for.

use std::net::IpAddr;
use std::path::Path;

pub use rcgen::ExtendedKeyUsagePurpose;
use rcgen::ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
};

use crate::folder::write_new;

/// Somebody whose word a certificate is taken on.
pub struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// What a certificate says.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The common name, for people.
    pub name: String,
    /// The URIs that programs go by: `urn:irikteu:service:…`, `urn:irikteu:partner:…`.
    pub uris: Vec<String>,
    /// Hosts, for clients that go by them.
    pub hosts: Vec<String>,
    /// The years from whose first day on, and until whose first day, it is good.
    pub years: (i32, i32),
    /// Whether it is for answering calls, for making them, or for both.
    pub usages: Vec<ExtendedKeyUsagePurpose>,
}

impl Subject {
    /// A program or partner that goes by one URI, good for long.
    pub fn of(name: &str, uri: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            uris: vec![uri.into()],
            hosts: Vec::new(),
            years: (2025, 2045),
            usages: vec![ServerAuth, ClientAuth],
        }
    }
}

/// A certificate and its key.
#[derive(Debug, Clone)]
pub struct Issued {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = params(name, (2025, 2045))?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let pem = params.self_signed(&key)?.pem();
        Ok(Self {
            pem,
            issuer: Issuer::new(params, key),
        })
    }

    /// Its own certificate.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    pub fn issue(&self, subject: &Subject) -> anyhow::Result<Issued> {
        let key = KeyPair::generate()?;
        let mut params = params(&subject.name, subject.years)?;
        for uri in &subject.uris {
            let uri = SanType::URI(uri.as_str().try_into()?);
            params.subject_alt_names.push(uri);
        }
        for host in &subject.hosts {
            let host = match host.parse::<IpAddr>() {
                Ok(address) => SanType::IpAddress(address),
                Err(_) => SanType::DnsName(host.as_str().try_into()?),
            };
            params.subject_alt_names.push(host);
        }
        params.extended_key_usages.clone_from(&subject.usages);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    /// Writes `<name>.pem` and `<name>.key`.
    pub fn issue_into(&self, folder: &Path, name: &str, subject: &Subject) -> anyhow::Result<()> {
        let issued = self.issue(subject)?;
        write_new(&folder.join(format!("{name}.key")), issued.key.as_bytes())?;
        write_new(
            &folder.join(format!("{name}.pem")),
            issued.certificate.as_bytes(),
        )
    }
}

fn params(name: &str, years: (i32, i32)) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    Ok(params)
}
