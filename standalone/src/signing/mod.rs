//! The test authority of signatures: it vouches for one key of each college of the demonstration and of
//! its department of education, and lists nobody as revoked.
//!
//! What it vouches for is believed in this data folder and nowhere else. Its own key is not kept, so it
//! vouches for nobody afterwards; each folder has another one; only a start with the demonstration reads
//! it; and it says in its name what it is, by which the programs refuse it as an authority.
//!
//! | room | what it does |
//! |---|---|
//! | `cms` | signs as NCALayer does |

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use identity_svc::signature::built_in::BuiltInSettings;
use identity_svc::signature::{DEMONSTRATION, Settings};
use rcgen::ExtendedKeyUsagePurpose::{EmailProtection, Other};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer,
    KeyIdMethod, KeyPair, KeyUsagePurpose, SerialNumber,
};

use crate::folder::write_new;

mod cms;

/// An organisation of the demonstration that signs; its numbers are nobody's.
pub struct Organisation {
    pub bin: &'static str,
    /// What its files are called: `.pem` and `.key`.
    pub file: &'static str,
    /// What it is called in Kazakh, Russian and English.
    pub title: [&'static str; 3],
    /// Of who signs for it.
    iin: &'static str,
}

pub const COLLEGES: [Organisation; 3] = [
    Organisation {
        bin: "991240000003",
        file: "college",
        title: ["Сынақ колледжі", "Пробный колледж", "Test college"],
        iin: "950615300000",
    },
    Organisation {
        bin: "991240000013",
        file: "college-2",
        title: [
            "Екінші сынақ колледжі",
            "Второй пробный колледж",
            "Second test college",
        ],
        iin: "951315300012",
    },
    Organisation {
        bin: "991240000023",
        file: "college-3",
        title: [
            "Үшінші сынақ колледжі",
            "Третий пробный колледж",
            "Third test college",
        ],
        iin: "951315300022",
    },
];

/// The department of education: it publishes what was placed.
pub const DEPARTMENT: Organisation = Organisation {
    bin: "991240000033",
    file: "department",
    title: [
        "Сынақ білім басқармасы",
        "Пробное управление образования",
        "Test department of education",
    ],
    iin: "951315300032",
};

/// Everybody who signs in the demonstration.
pub fn all() -> impl Iterator<Item = &'static Organisation> {
    COLLEGES.iter().chain(std::iter::once(&DEPARTMENT))
}

impl Organisation {
    /// The one with a BIN.
    pub fn of(bin: &str) -> Option<&'static Self> {
        all().find(|it| it.bin == bin)
    }
}

const SERIAL_NUMBER: [u64; 4] = [2, 5, 4, 5];
const ORGANISATION: [u64; 9] = [1, 2, 398, 3, 3, 4, 1, 2, 1];

/// The files of a data folder.
pub struct Files(PathBuf);

impl Files {
    /// Made where they are not all there yet. The authority's key is not kept, so an organisation that is new
    /// to the folder means another authority, and new keys for all.
    ///
    /// # Errors
    /// If they can't be written.
    pub fn open(data_dir: &Path) -> anyhow::Result<Self> {
        let files = Self(data_dir.join("signatures"));
        let key = |of: &Organisation| files.0.join(format!("{}.key", of.file)).exists();
        if !files.list().exists() || !all().all(key) {
            if files.0.exists() {
                fs::remove_dir_all(&files.0)?;
            }
            fs::create_dir_all(&files.0)?;
            files.make().context("the test authority of signatures")?;
        }
        Ok(files)
    }

    /// Those of a suite that made them.
    pub fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// Who is believed and what is revoked.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn settings(&self) -> anyhow::Result<Settings> {
        Ok(Settings::BuiltIn(BuiltInSettings {
            authorities: Some(fs::read(self.0.join("authority.pem"))?),
            lists: vec![self.list()],
            ..BuiltInSettings::default()
        }))
    }

    /// Signs with the key of an organisation, as NCALayer does: what is signed is in the signature.
    ///
    /// # Errors
    /// If a file can't be read.
    pub fn sign(&self, by: &Organisation, content: &[u8]) -> anyhow::Result<Vec<u8>> {
        let read = |end: &str| {
            let file = self.0.join(format!("{}.{end}", by.file));
            fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))
        };
        cms::sign(content, &read("pem")?, &read("key")?)
    }

    /// The signature of a file, in base64.
    ///
    /// # Errors
    /// If it can't be read.
    pub fn sign_file(&self, by: &Organisation, file: &Path) -> anyhow::Result<String> {
        let content = fs::read(file).with_context(|| format!("can't read {}", file.display()))?;
        Ok(BASE64.encode(self.sign(by, &content)?))
    }

    fn list(&self) -> PathBuf {
        self.0.join("revoked.crl")
    }

    fn make(&self) -> anyhow::Result<()> {
        let key = KeyPair::generate()?;
        let mut params = params("Test authority of signatures")?;
        let name = &mut params.distinguished_name;
        name.push(DnType::OrganizationName, DEMONSTRATION);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority = params.self_signed(&key)?.pem();
        let issuer = Issuer::new(params, key);
        self.write("authority.pem", authority.as_bytes())?;

        for organisation in all() {
            let key = KeyPair::generate()?;
            let certificate = certificate(organisation)?.signed_by(&key, &issuer)?;
            let name = |end: &str| format!("{}.{end}", organisation.file);
            self.write(&name("key"), key.serialize_pem().as_bytes())?;
            self.write(&name("pem"), certificate.pem().as_bytes())?;
        }

        let list = CertificateRevocationListParams {
            this_update: rcgen::date_time_ymd(2025, 1, 1),
            next_update: rcgen::date_time_ymd(2045, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: Vec::new(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        // Last: its presence says that all are there.
        self.write("revoked.crl", list.signed_by(&issuer)?.der())
    }

    fn write(&self, name: &str, content: &[u8]) -> anyhow::Result<()> {
        write_new(&self.0.join(name), content)
    }
}

/// A certificate as the national authority issues them to the head of a legal entity.
fn certificate(of: &Organisation) -> anyhow::Result<CertificateParams> {
    let mut params = params("СЫНАҚ АДАМ")?;
    let name = &mut params.distinguished_name;
    let serial = DnType::CustomDnType(SERIAL_NUMBER.to_vec());
    name.push(serial, format!("IIN{}", of.iin));
    name.push(DnType::OrganizationalUnitName, format!("BIN{}", of.bin));
    params.key_usages = vec![
        KeyUsagePurpose::DigitalSignature,
        KeyUsagePurpose::ContentCommitment,
    ];
    params.extended_key_usages = vec![
        EmailProtection,
        Other(ORGANISATION[..8].to_vec()),
        Other(ORGANISATION.to_vec()),
    ];
    Ok(params)
}

fn params(name: &str) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = rcgen::date_time_ymd(2045, 1, 1);
    Ok(params)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chassis::clock::Clock;
    use chassis::ids::Ids;
    use identity_svc::domain::signature::{Fault, SignerRole};
    use identity_svc::signature::{SignatureArgs, Signatures};

    fn made() -> (tempfile::TempDir, Files) {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).expect("files");
        (folder, files)
    }

    fn believing(files: &Files) -> Signatures {
        let settings = files.settings().expect("settings");
        Signatures::open(&settings, &Ids::random(Clock::machine())).expect("signatures")
    }

    #[tokio::test]
    async fn what_an_organisation_signs_is_believed_in_its_own_folder_and_in_no_other() {
        let ((_one, files), (_other, others)) = (made(), made());
        let content = vec![7; 70_000];
        let now = "2026-06-01T05:00:00Z".parse().expect("an instant");
        for organisation in all() {
            let signed = files.sign(organisation, &content).expect("signed");
            let checked = believing(&files).check(&signed, &content, now).await;
            let signer = checked.expect("good").signer().expect("a signer");
            assert_eq!(signer.bin.to_string(), organisation.bin);
            assert_eq!(signer.role(&SignerRole::ALL), Ok(SignerRole::Ceo));
        }
        let signed = files.sign(&COLLEGES[0], &content).expect("signed");
        let elsewhere = believing(&others).check(&signed, &content, now).await;
        assert_eq!(elsewhere.err(), Some(Fault::ChainUnknown));
        let altered = believing(&files).check(&signed, b"else", now).await;
        assert_eq!(altered.err(), Some(Fault::ContentDiffers));
        // A second start finds what the first one made.
        let again = Files::open(_one.path()).expect("files");
        let checked = believing(&again).check(&signed, &content, now).await;
        assert!(checked.is_ok());
    }

    #[test]
    fn no_program_takes_the_authority_of_a_demonstration_for_one() {
        let (_folder, files) = made();
        let settings = SignatureArgs {
            signature_authorities_file: Some(files.0.join("authority.pem")),
            signature_revocation_lists: vec![files.list()],
            signature_ocsp_url: None,
            ncanode_url: None,
            signature_timeout_ms: 4000,
        };
        let refused = settings.read().expect_err("refused").to_string();
        assert!(refused.contains("demonstration"), "{refused}");
    }

    #[test]
    fn the_key_of_the_authority_is_not_kept() {
        let (_folder, files) = made();
        let mut names: Vec<_> = fs::read_dir(&files.0)
            .expect("a folder")
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .into_string()
                    .expect("a name")
            })
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "authority.pem",
                "college-2.key",
                "college-2.pem",
                "college-3.key",
                "college-3.pem",
                "college.key",
                "college.pem",
                "department.key",
                "department.pem",
                "revoked.crl"
            ]
        );
    }
}
