//! An authority of a test, and the files that it makes.

use std::path::Path;

use chassis::tls::Files;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, SanType};

pub struct Authority {
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, "a test");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    /// Files of somebody who goes by this URI, and believes this authority.
    pub fn files(&self, folder: &Path, name: &str, uri: &str) -> Files {
        self.files_until(folder, name, uri, 2045)
    }

    /// The same, good until a year begins.
    pub fn files_until(&self, folder: &Path, name: &str, uri: &str, year: i32) -> Files {
        let files = Files {
            certificate: folder.join(format!("{name}.pem")),
            key: folder.join(format!("{name}.key")),
            authority: folder.join(format!("{name}.authority.pem")),
        };
        self.renew(&files, uri, year);
        std::fs::write(&files.authority, &self.pem).unwrap();
        files
    }

    /// Writes another certificate with another key over the one that is there.
    pub fn renew(&self, files: &Files, uri: &str, year: i32) {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.subject_alt_names = vec![SanType::URI(uri.try_into().unwrap())];
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(year, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        std::fs::write(&files.certificate, certificate.pem()).unwrap();
        std::fs::write(&files.key, key.serialize_pem()).unwrap();
    }
}
