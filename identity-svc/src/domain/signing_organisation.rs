//! An organisation whose people sign with its keys, and one of them: a signatory.

use chassis::identifier::{Bin, Iin};
use chassis::mask::Masked;
use chassis::text::Language;
use jiff::Timestamp;
use uuid::Uuid;

use super::refusal::Refusal;
use super::signature::{Fault, SignerRole};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    College,
    EducationDepartment,
    Other,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::College, Self::EducationDepartment, Self::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::College => "COLLEGE",
            Self::EducationDepartment => "EDUCATION_DEPARTMENT",
            Self::Other => "OTHER",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A name in three languages; the English one may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Title {
    pub kk: String,
    pub ru: String,
    pub en: String,
}

impl Title {
    /// In a language that it has: the English one may be missing.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Ru => &self.ru,
            Language::En if !self.en.is_empty() => &self.en,
            Language::Kk | Language::En => &self.kk,
        }
    }
}

#[derive(Debug, Clone)]
pub struct SigningOrganisation {
    pub bin: Bin,
    pub title: Title,
    pub kind: Kind,
    /// In the order of [`SignerRole::ALL`], each once.
    pub allowed_roles: Vec<SignerRole>,
    pub created: Timestamp,
    pub version: i64,
}

impl SigningOrganisation {
    pub fn name(&self) -> String {
        name(self.bin)
    }

    pub fn etag(&self) -> String {
        format!("v{}", self.version)
    }

    /// `CEO HR`, as kept and as the audit says.
    pub fn roles_in_words(&self) -> String {
        let words: Vec<_> = self
            .allowed_roles
            .iter()
            .map(|role| role.as_str())
            .collect();
        words.join(" ")
    }
}

/// `signingOrganisations/{bin}`.
pub fn name(bin: Bin) -> String {
    format!("signingOrganisations/{bin}")
}

/// Each role once, in one order; all where none is said.
pub fn normal(roles: &[SignerRole]) -> Vec<SignerRole> {
    let all = SignerRole::ALL.into_iter();
    all.filter(|role| roles.is_empty() || roles.contains(role))
        .collect()
}

/// Somebody who signs for an organisation.
#[derive(Debug, Clone)]
pub struct Signatory {
    pub id: Uuid,
    pub organisation: Bin,
    /// As the certificate said at the last signing in.
    pub role: SignerRole,
    pub iin: Option<Iin>,
    pub common_name: Masked<String>,
}

impl Signatory {
    pub fn name(&self) -> String {
        signatory_name(self.id)
    }

    /// # Errors
    /// `SIGNER_ROLE_NOT_ALLOWED` where the organisation lets the role no more.
    pub fn may_act(&self, organisation: &SigningOrganisation) -> Result<(), Refusal> {
        if organisation.allowed_roles.contains(&self.role) {
            Ok(())
        } else {
            Err(Refusal::Signature(Fault::RoleNotAllowed))
        }
    }
}

/// `signatories/{signatory}`.
pub fn signatory_name(signatory: Uuid) -> String {
    format!("signatories/{signatory}")
}
