//! Whether the other end is who it must be: by an authority's word, and by the URI in its certificate.

use std::collections::BTreeSet;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
};
use webpki::EndEntityCert;

use super::{PARTNER_URI, SERVICE_URI};

/// Who is at the other end, by its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// A program of the suite.
    Service(String),
    Partner(String),
}

/// Whom a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peers {
    /// These programs of the suite.
    Services(BTreeSet<String>),
    /// Every partner that the authority vouches for.
    Partners,
}

impl Peers {
    fn includes(&self, peer: &Peer) -> bool {
        match (self, peer) {
            (Self::Services(names), Peer::Service(name)) => names.contains(name),
            (Self::Partners, Peer::Partner(_)) => true,
            _ => false,
        }
    }
}

/// Who a certificate says that its holder is. One that names two is nobody's.
pub fn peer(certificate: &[u8]) -> Option<Peer> {
    let der = CertificateDer::from(certificate);
    let certificate = EndEntityCert::try_from(&der).ok()?;
    let mut peers = certificate.valid_uri_names().filter_map(|uri| {
        let service = uri.strip_prefix(SERVICE_URI).map(str::to_owned);
        let partner = || uri.strip_prefix(PARTNER_URI).map(str::to_owned);
        service
            .map(Peer::Service)
            .or_else(|| partner().map(Peer::Partner))
    });
    let (first, second) = (peers.next()?, peers.next());
    let (Peer::Service(name) | Peer::Partner(name)) = &first;
    (second.is_none() && crate::name::is_slug(name)).then_some(first)
}

/// The partner named in a client certificate that the TLS layer has verified.
pub fn partner_name(certificate: &[u8]) -> Option<String> {
    match peer(certificate)? {
        Peer::Partner(name) => Some(name),
        Peer::Service(_) => None,
    }
}

/// A client's view: the other end is this service, and not any other holder of a certificate.
#[derive(Debug)]
pub(super) struct Service {
    name: String,
    roots: Arc<RootCertStore>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Service {
    pub(super) fn new(name: &str, roots: Arc<RootCertStore>) -> Self {
        Self {
            name: name.to_owned(),
            roots,
            algorithms: super::ring().signature_verification_algorithms,
        }
    }
}

impl ServerCertVerifier for Service {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _host: &ServerName<'_>,
        _ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let parsed = ParsedCertificate::try_from(certificate)?;
        verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.roots,
            intermediates,
            now,
            self.algorithms.all,
        )?;
        match peer(certificate) {
            Some(Peer::Service(name)) if name == self.name => Ok(ServerCertVerified::assertion()),
            _ => Err(CertificateError::NotValidForName.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(only_tls13())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// A server's view: the other end is one of those that it answers.
#[derive(Debug)]
pub(super) struct Known {
    peers: Peers,
    by_authority: Arc<dyn ClientCertVerifier>,
}

impl Known {
    pub(super) fn new(peers: Peers, roots: Arc<RootCertStore>) -> anyhow::Result<Self> {
        let by_authority = WebPkiClientVerifier::builder_with_provider(roots, super::ring());
        Ok(Self {
            peers,
            by_authority: by_authority.build()?,
        })
    }
}

impl ClientCertVerifier for Known {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.by_authority.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self
            .by_authority
            .verify_client_cert(certificate, intermediates, now)?;
        match peer(certificate) {
            Some(peer) if self.peers.includes(&peer) => Ok(verified),
            _ => Err(CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(only_tls13())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.by_authority
            .verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.by_authority.supported_verify_schemes()
    }
}

fn only_tls13() -> Error {
    Error::General("only TLS 1.3 is spoken here".to_owned())
}
