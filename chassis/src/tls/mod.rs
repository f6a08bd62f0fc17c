//! Mutual TLS, 1.3 only: programs and partners are known by a URI in their certificates, whatever
//! host they are on.
//!
//! | room | what it does |
//! |---|---|
//! | [`Tls`] | a certificate, its key and an authority, read anew when their files change |
//! | [`verify`] | whether the other end is who it must be |
//! | [`accept`] | connections taken by a server, known by their certificates |
//! | [`life`] | how long a certificate still has |

pub mod accept;
pub mod life;
pub mod verify;

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock, Weak};
use std::time::Duration;

use anyhow::{Context, ensure};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, ServerConfig};

pub use verify::{Peer, Peers, partner_name, peer};

/// The start of the URI in a partner's certificate; its name follows.
pub const PARTNER_URI: &str = "urn:irikteu:partner:";

/// The start of the URI in the certificate of a program of the suite.
pub const SERVICE_URI: &str = "urn:irikteu:service:";

/// How often the files are looked at, where nothing else is said.
pub const LOOK: Duration = Duration::from_secs(30);

/// Makes ring the provider of the process. Needed once, before any connection.
pub fn use_ring() {
    // An error means that it was done before.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Where a certificate, its key and an authority are, all in PEM.
#[derive(Debug, Clone)]
pub struct Files {
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// Whom we believe that the other end is who it says.
    pub authority: PathBuf,
}

impl Files {
    /// `<name>.pem`, `<name>.key` and `authority.pem` of a folder.
    pub fn in_folder(folder: &Path, name: &str) -> Self {
        Self {
            certificate: folder.join(name).with_extension("pem"),
            key: folder.join(name).with_extension("key"),
            authority: folder.join("authority.pem"),
        }
    }

    fn read(&self) -> anyhow::Result<Content> {
        let read = |path: &Path| {
            std::fs::read(path).with_context(|| format!("{} can't be read", path.display()))
        };
        Ok(Content {
            certificate: read(&self.certificate)?,
            key: read(&self.key)?,
            authority: read(&self.authority)?,
        })
    }
}

#[derive(PartialEq, Eq)]
struct Content {
    certificate: Vec<u8>,
    key: Vec<u8>,
    authority: Vec<u8>,
}

/// What a program shows of itself and whom it believes. Clones share it; new connections use what
/// the files say now.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    files: Files,
    now: RwLock<Arc<Material>>,
}

/// What the files said at one time.
pub(crate) struct Material {
    content: Content,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    roots: Arc<RootCertStore>,
    life: life::Life,
}

impl Tls {
    /// Reads the files, and again from time to time for as long as the value lives.
    ///
    /// # Errors
    /// If one can't be read, or certificate and key don't belong together.
    pub fn read(files: Files) -> anyhow::Result<Self> {
        Self::looking(files, LOOK)
    }

    /// The same, looking so often.
    pub fn looking(files: Files, every: Duration) -> anyhow::Result<Self> {
        let material = Material::of(files.read()?)
            .with_context(|| format!("the certificate {}", files.certificate.display()))?;
        let tls = Self(Arc::new(Inner {
            files,
            now: RwLock::new(Arc::new(material)),
        }));
        tokio::spawn(look_again(Arc::downgrade(&tls.0), every));
        Ok(tls)
    }

    pub(crate) fn material(&self) -> Arc<Material> {
        self.0.now.read().unwrap_or_else(|e| e.into_inner()).clone()
    }

    /// For calling a service: the other end must be this one.
    pub(crate) fn client(&self, service: &str) -> anyhow::Result<Arc<ClientConfig>> {
        let material = self.material();
        let verifier = verify::Service::new(service, material.roots.clone());
        let mut config = ClientConfig::builder_with_provider(ring())
            .with_protocol_versions(&[&TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_client_auth_cert(material.chain.clone(), material.key.clone_key())?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        // A resumed session is not verified anew, and connections live long: nothing is gained.
        config.resumption = rustls::client::Resumption::disabled();
        Ok(Arc::new(config))
    }
}

impl Inner {
    /// Takes over what the files say, if that is new and good.
    fn look(&self) {
        let content = match self.files.read() {
            Ok(content) => content,
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "certificates can't be read");
                return;
            }
        };
        let known = self.now.read().unwrap_or_else(|e| e.into_inner()).clone();
        if known.content == content {
            return;
        }
        let file = self.files.certificate.display();
        match Material::of(content) {
            Ok(material) => {
                *self.now.write().unwrap_or_else(|e| e.into_inner()) = Arc::new(material);
                tracing::info!(%file, "new certificates are in use");
            }
            // Perhaps one of the files is written already and the next not yet.
            Err(error) => {
                tracing::warn!(%file, error = format!("{error:#}"), "new certificates are not good; the old ones stay");
            }
        }
    }
}

async fn look_again(tls: Weak<Inner>, every: Duration) {
    loop {
        crate::jobs::pause(every).await;
        let Some(tls) = tls.upgrade() else { return };
        // Three small files; a disk that hangs must not hold a worker.
        let _ = tokio::task::spawn_blocking(move || tls.look()).await;
    }
}

impl Material {
    fn of(content: Content) -> anyhow::Result<Self> {
        let chain = certificates(&content.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&content.key).context("the key is not PEM")?;
        let mut roots = RootCertStore::empty();
        for authority in certificates(&content.authority)? {
            roots
                .add(authority)
                .context("the authority can't be believed")?;
        }
        let own = chain.first().context("there is no certificate")?;
        let material = Self {
            content,
            life: life::Life::of(own)?,
            chain,
            key,
            roots: Arc::new(roots),
        };
        // Tells at once whether certificate and key belong together.
        material.server(&Peers::Partners)?;
        Ok(material)
    }

    /// For answering these peers and nobody else.
    pub(crate) fn server(&self, peers: &Peers) -> anyhow::Result<Arc<ServerConfig>> {
        let verifier = verify::Known::new(peers.clone(), self.roots.clone())?;
        let mut config = ServerConfig::builder_with_provider(ring())
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(Arc::new(verifier))
            .with_single_cert(self.chain.clone(), self.key.clone_key())?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        config.send_tls13_tickets = 0;
        Ok(Arc::new(config))
    }
}

fn certificates(pem: &[u8]) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let all: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .context("a certificate is not PEM")?;
    ensure!(!all.is_empty(), "there is no certificate in the file");
    Ok(all)
}

pub(crate) fn ring() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
