//! The data folder: databases, documents, keys and certificates, for one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chassis::tls::{Files, PARTNER_URI, SERVICE_URI};
use chassis::token::Signer;

use crate::certificates::{Authority, ExtendedKeyUsagePurpose, Subject};

/// The partners a first start makes certificates for.
pub const PARTNERS: [&str; 2] = ["kaztest", "qrt"];

/// A data folder that this process holds.
pub struct Folder {
    path: PathBuf,
    /// Held for as long as the process lives: the system lets go of it even after kill -9.
    _lock: File,
}

impl Folder {
    /// Makes the folder where there is none and holds it.
    ///
    /// # Errors
    /// If another process holds it, or it can't be written.
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        for inside in ["db", "documents", "keys", "certificates"] {
            let inside = path.join(inside);
            fs::create_dir_all(&inside)
                .with_context(|| format!("{} can't be made", inside.display()))?;
        }
        only_ours(&path.join("keys"))?;
        let lock = File::create(path.join("lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                bail!(
                    "{} is in use by another process; choose another with --data-dir",
                    path.display()
                )
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).context("the data folder can't be locked");
            }
        }
        Ok(Self {
            path: fs::canonicalize(path)?,
            _lock: lock,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn database_url(&self, service: &str) -> String {
        format!(
            "sqlite://{}",
            self.path.join("db").join(format!("{service}.db")).display()
        )
    }

    pub fn documents(&self) -> PathBuf {
        self.path.join("documents")
    }

    /// The service's signing key, made at the first start.
    pub fn signer(&self, service: &str) -> anyhow::Result<Signer> {
        let key = self.secret(&format!("{service}.pk8"), Signer::new_key)?;
        Signer::new(service, &key)
    }

    /// A secret file, made by `new` at the first start and the same ever after.
    pub fn secret(
        &self,
        name: &str,
        new: impl FnOnce() -> anyhow::Result<Vec<u8>>,
    ) -> anyhow::Result<Vec<u8>> {
        kept(&self.path.join("keys").join(name), new)
    }

    /// The seed of the key that a partner of the demonstration signs its reports with: beside its
    /// certificate, for whoever plays it.
    pub fn file_key(
        &self,
        partner: &str,
        new: impl FnOnce() -> [u8; 32],
    ) -> anyhow::Result<[u8; 32]> {
        let path = file_key(&self.path, partner);
        let seed = kept(&path, || Ok(new().to_vec()))?;
        let seed: Option<[u8; 32]> = seed.try_into().ok();
        seed.with_context(|| format!("{} is not 32 bytes long", path.display()))
    }

    /// The certificates of the partner port; an authority, the server and each partner at the first start.
    pub fn partner_tls(&self) -> anyhow::Result<Files> {
        let certificates = self.path.join("certificates");
        if !certificates.join("server.pem").exists() {
            make_certificates(&certificates)?;
        }
        Ok(Files::in_folder(&certificates, "server"))
    }
}

/// Where a data folder has the seed of a partner's key for files.
pub fn file_key(data_dir: &Path, partner: &str) -> PathBuf {
    let folder = data_dir.join("certificates");
    folder.join(format!("{partner}-files.key"))
}

/// A file, made by `new` at the first start.
fn kept(path: &Path, new: impl FnOnce() -> anyhow::Result<Vec<u8>>) -> anyhow::Result<Vec<u8>> {
    if !path.exists() {
        write_new(path, &new()?)?;
    }
    fs::read(path).with_context(|| format!("{} can't be read", path.display()))
}

/// Keys for services in processes of their own, and the public halves for all of them. Keys that
/// are there stay.
pub fn write_keys(out: &Path, services: &[&str]) -> anyhow::Result<()> {
    fs::create_dir_all(out)?;
    let mut public = Vec::new();
    for service in services {
        let file = out.join(format!("{service}.pk8"));
        if !file.exists() {
            write_new(&file, &Signer::new_key()?)?;
        }
        public.push(Signer::new(service, &fs::read(&file)?)?.public_key());
    }
    write_new(
        &out.join("public.json"),
        &serde_json::to_vec_pretty(&public)?,
    )
}

/// Writes beside and renames, so that a file is there whole or not at all.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let part = path.with_extension("part");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(&part)
        .with_context(|| format!("{} can't be written", part.display()))?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    Ok(())
}

#[cfg(unix)]
fn only_ours(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::set_permissions(
        folder,
        fs::Permissions::from_mode(0o700),
    )?)
}

#[cfg(not(unix))]
fn only_ours(_folder: &Path) -> anyhow::Result<()> {
    Ok(())
}

fn make_certificates(folder: &Path) -> anyhow::Result<()> {
    let authority = Authority::new("Irikteu development authority")?;
    for partner in PARTNERS {
        let subject = Subject {
            usages: vec![ExtendedKeyUsagePurpose::ClientAuth],
            ..Subject::of(partner, format!("{PARTNER_URI}{partner}"))
        };
        authority.issue_into(folder, partner, &subject)?;
    }
    write_new(&folder.join("authority.pem"), authority.pem().as_bytes())?;

    // The server's last: its presence says that all are there.
    let server = Subject {
        uris: Vec::new(),
        hosts: vec!["localhost".into(), "127.0.0.1".into()],
        usages: vec![ExtendedKeyUsagePurpose::ServerAuth],
        ..Subject::of("localhost", "")
    };
    authority.issue_into(folder, "server", &server)
}

/// Certificates by which services in processes of their own know each other: an authority, which
/// vouches for nobody afterwards, and one certificate for each name.
pub fn write_service_certificates(out: &Path, services: &[&str]) -> anyhow::Result<()> {
    fs::create_dir_all(out)?;
    let authority = Authority::new("Irikteu services")?;
    for service in services {
        let subject = Subject::of(service, format!("{SERVICE_URI}{service}"));
        authority.issue_into(out, service, &subject)?;
    }
    write_new(&out.join("authority.pem"), authority.pem().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_process_and_keeps_its_keys() {
        let parent = tempfile::tempdir().expect("a folder");
        let path = parent.path().join("data");
        let folder = Folder::open(&path).expect("opened");
        assert!(Folder::open(&path).is_err());
        let key = folder
            .signer("identity-svc")
            .expect("a key")
            .public_key()
            .key;
        drop(folder);
        let again = Folder::open(&path).expect("opened again");
        assert_eq!(
            again
                .signer("identity-svc")
                .expect("a key")
                .public_key()
                .key,
            key
        );
    }

    #[test]
    fn a_partners_certificate_says_its_name() {
        let parent = tempfile::tempdir().expect("a folder");
        let folder = Folder::open(parent.path()).expect("opened");
        folder.partner_tls().expect("certificates");
        let pem = fs::read(folder.path().join("certificates/kaztest.pem")).expect("a certificate");
        let text = String::from_utf8(pem).expect("pem");
        let body: String = text
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let der = rcgen_der(&body);
        assert_eq!(chassis::tls::partner_name(&der).as_deref(), Some("kaztest"));
    }

    fn rcgen_der(base64: &str) -> Vec<u8> {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut bits = 0_u32;
        let mut held = 0;
        let mut bytes = Vec::new();
        for symbol in base64.bytes().filter(|b| *b != b'=') {
            let value = ALPHABET.iter().position(|a| *a == symbol).expect("base64");
            bits = bits << 6 | u32::try_from(value).expect("six bits");
            held += 6;
            if held >= 8 {
                held -= 8;
                bytes.push(u8::try_from(bits >> held & 0xff).expect("eight bits"));
            }
        }
        bytes
    }
}
