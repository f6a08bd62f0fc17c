//! Electronic signatures: what a certificate says of who signed, and whether that is who may.
//!
//! The roles are those of the national certification authority, in the extended key usage.

use chassis::identifier::{Bin, Iin};
use chassis::mask::Masked;
use jiff::Timestamp;
use uuid::Uuid;

/// Why a signature is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    NotCms,
    NoSigner,
    ManySigners,
    NoCertificate,
    ContentDiffers,
    SignatureWrong,
    /// MD5, SHA-1, short keys, and what nobody knows.
    AlgorithmRefused,
    /// A national algorithm, which is checked by a program beside us.
    Gost,
    ChainUnknown,
    Expired,
    NotYetValid,
    Revoked,
    RevocationUnknown,
    /// Whoever checks signatures for us has no answer.
    CheckAway,
    Personal,
    /// A key of an organisation, where a person's own is needed.
    Organisational,
    AuthenticationKey,
    NoBin,
    RoleNotAllowed,
}

impl Fault {
    pub const ALL: [Self; 19] = [
        Self::NotCms,
        Self::NoSigner,
        Self::ManySigners,
        Self::NoCertificate,
        Self::ContentDiffers,
        Self::SignatureWrong,
        Self::AlgorithmRefused,
        Self::Gost,
        Self::ChainUnknown,
        Self::Expired,
        Self::NotYetValid,
        Self::Revoked,
        Self::RevocationUnknown,
        Self::CheckAway,
        Self::Personal,
        Self::Organisational,
        Self::AuthenticationKey,
        Self::NoBin,
        Self::RoleNotAllowed,
    ];
}

/// What a certificate is for, by its extended key usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyUser {
    Individual,
    Organisation,
    Role(SignerRole),
}

impl KeyUser {
    pub fn from_oid(oid: &str) -> Option<Self> {
        match oid {
            "1.2.398.3.3.4.1.1" => Some(Self::Individual),
            "1.2.398.3.3.4.1.2" => Some(Self::Organisation),
            "1.2.398.3.3.4.1.2.1" => Some(Self::Role(SignerRole::Ceo)),
            "1.2.398.3.3.4.1.2.2" => Some(Self::Role(SignerRole::CanSign)),
            "1.2.398.3.3.4.1.2.4" => Some(Self::Role(SignerRole::Hr)),
            "1.2.398.3.3.4.1.2.5" => Some(Self::Role(SignerRole::Employee)),
            _ => None,
        }
    }

    /// As NCANode calls them.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "INDIVIDUAL" => Some(Self::Individual),
            "ORGANIZATION" => Some(Self::Organisation),
            role => SignerRole::from_name(role).map(Self::Role),
        }
    }
}

/// Who signs for an organisation. Finance papers and information systems sign nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SignerRole {
    Ceo,
    CanSign,
    Hr,
    Employee,
}

impl SignerRole {
    pub const ALL: [Self; 4] = [Self::Ceo, Self::CanSign, Self::Hr, Self::Employee];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ceo => "CEO",
            Self::CanSign => "CAN_SIGN",
            Self::Hr => "HR",
            Self::Employee => "EMPLOYEE",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// What the pair of keys is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Signing,
    Authentication,
    Unknown,
}

/// The certificate of who signed: the signature is good, and nobody has looked yet who it is.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Hexadecimal digits.
    pub serial: String,
    /// The authority that issued it, in words: `C=KZ, O=…, CN=…`.
    pub issuer: String,
    pub common_name: Masked<String>,
    pub iin: Option<Iin>,
    pub bin: Option<Bin>,
    pub users: Vec<KeyUser>,
    pub purpose: Purpose,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
}

/// Somebody who may speak for an organisation, if the organisation is known and lets the role.
#[derive(Debug, Clone)]
pub struct Signer {
    pub certificate: Certificate,
    pub bin: Bin,
    /// All roles of the certificate that mean something here.
    pub roles: Vec<SignerRole>,
}

impl Certificate {
    /// Whose own signing key it is.
    ///
    /// # Errors
    /// `CERTIFICATE_OF_ORGANISATION`, `CERTIFICATE_FOR_AUTHENTICATION`.
    pub fn person(&self) -> Result<Option<Iin>, Fault> {
        let users = &self.users;
        if users.contains(&KeyUser::Organisation) || !users.contains(&KeyUser::Individual) {
            return Err(Fault::Organisational);
        }
        if self.purpose != Purpose::Signing {
            return Err(Fault::AuthenticationKey);
        }
        Ok(self.iin)
    }

    /// Reads a legal entity's signing certificate as somebody who speaks for it.
    ///
    /// # Errors
    /// `CERTIFICATE_PERSONAL`, `CERTIFICATE_FOR_AUTHENTICATION`, `CERTIFICATE_WITHOUT_BIN`.
    pub fn signer(self) -> Result<Signer, Fault> {
        if !self.users.contains(&KeyUser::Organisation) {
            return Err(Fault::Personal);
        }
        if self.purpose != Purpose::Signing {
            return Err(Fault::AuthenticationKey);
        }
        let bin = self.bin.ok_or(Fault::NoBin)?;
        let roles = self.users.iter().filter_map(|user| match user {
            KeyUser::Role(role) => Some(*role),
            _ => None,
        });
        Ok(Signer {
            bin,
            roles: roles.collect(),
            certificate: self,
        })
    }
}

impl Signer {
    /// The role in which the signer speaks: the first that the organisation lets.
    ///
    /// # Errors
    /// `SIGNER_ROLE_NOT_ALLOWED` where it lets none of them.
    pub fn role(&self, allowed: &[SignerRole]) -> Result<SignerRole, Fault> {
        let mut roles = SignerRole::ALL.into_iter();
        roles
            .find(|role| self.roles.contains(role) && allowed.contains(role))
            .ok_or(Fault::RoleNotAllowed)
    }
}

/// The signature of an act of an organisation, as it was taken.
#[derive(Debug, Clone)]
pub struct ActSignature {
    pub id: Uuid,
    pub signatory: Uuid,
    pub organisation: Bin,
    pub purpose: String,
    /// SHA-256 in hexadecimal digits, of what was signed and of the signature.
    pub content_hash: String,
    pub cms_hash: String,
    pub role: SignerRole,
    pub serial: String,
    pub issuer: String,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    /// What the signer's own clock said.
    pub stated: Option<Timestamp>,
    pub received: Timestamp,
    pub cms: Masked<Vec<u8>>,
}

impl ActSignature {
    pub fn name(&self) -> String {
        format!("signatures/{}", self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(users: &[KeyUser]) -> Certificate {
        Certificate {
            serial: "01".into(),
            issuer: String::new(),
            common_name: Masked::default(),
            iin: None,
            bin: Some(Bin::parse("991240000003").expect("a number")),
            users: users.to_vec(),
            purpose: Purpose::Signing,
            not_before: Timestamp::UNIX_EPOCH,
            not_after: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn only_the_signing_key_of_a_legal_entity_with_a_number_speaks_for_it() {
        use KeyUser::{Individual, Organisation, Role};
        let ceo = Role(SignerRole::Ceo);
        assert!(certificate(&[Organisation, ceo]).signer().is_ok());
        let personal = certificate(&[Individual]).signer();
        assert_eq!(personal.err(), Some(Fault::Personal));
        for purpose in [Purpose::Authentication, Purpose::Unknown] {
            let certificate = Certificate {
                purpose,
                ..certificate(&[Organisation, ceo])
            };
            let refused = certificate.signer().err();
            assert_eq!(refused, Some(Fault::AuthenticationKey));
        }
        let certificate = Certificate {
            bin: None,
            ..certificate(&[Organisation, ceo])
        };
        assert_eq!(certificate.signer().err(), Some(Fault::NoBin));
    }

    #[test]
    fn only_a_persons_own_signing_key_proves_who_they_are() {
        use KeyUser::{Individual, Organisation, Role};
        let iin = Iin::parse("950615300000").ok();
        let own = |users: &[KeyUser], purpose| Certificate {
            iin,
            purpose,
            ..certificate(users)
        };
        let good = own(&[Individual], Purpose::Signing).person();
        assert_eq!(
            good.ok().flatten().map(|it| it.reveal()),
            iin.map(|it| it.reveal())
        );
        for users in [
            &[Organisation, Role(SignerRole::Ceo)][..],
            &[Individual, Organisation],
            &[],
        ] {
            let refused = own(users, Purpose::Signing).person().err();
            assert_eq!(refused, Some(Fault::Organisational));
        }
        let enters = own(&[Individual], Purpose::Authentication).person().err();
        assert_eq!(enters, Some(Fault::AuthenticationKey));
    }

    #[test]
    fn a_role_counts_only_where_the_organisation_lets_it() {
        use SignerRole::{CanSign, Ceo, Employee, Hr};
        let users = [
            KeyUser::Organisation,
            KeyUser::Role(Employee),
            KeyUser::Role(CanSign),
        ];
        let signer = certificate(&users).signer().expect("a signer");
        assert_eq!(signer.role(&SignerRole::ALL), Ok(CanSign));
        assert_eq!(signer.role(&[Employee]), Ok(Employee));
        assert_eq!(signer.role(&[Ceo, Hr]), Err(Fault::RoleNotAllowed));
        let without = certificate(&[KeyUser::Organisation]).signer();
        let without = without.expect("a signer").role(&SignerRole::ALL);
        assert_eq!(without, Err(Fault::RoleNotAllowed));
    }
}
