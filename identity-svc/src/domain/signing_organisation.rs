//! An organisation whose people sign with its keys, and one of them: a signatory.

use chassis::identifier::{Bin, Iin};
use chassis::mask::Masked;
use chassis::text::Language;
use jiff::Timestamp;
use uuid::Uuid;

use super::refusal::Refusal;
use super::signature::{Fault, Signer, SignerRole};

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

/// In which roles one act is signed, where the organisation says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningRule {
    pub act: String,
    /// In the order of [`SignerRole::ALL`], each once.
    pub roles: Vec<SignerRole>,
}

impl SigningRule {
    /// `START_RANKING: CEO CAN_SIGN`, as kept and as the audit says.
    pub fn in_words(&self) -> String {
        format!("{}: {}", self.act, in_words(&self.roles))
    }
}

/// An act that somebody signs.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    pub name: &'a str,
    /// Whether it binds the organisation for good.
    pub is_binding: bool,
}

/// Who signs what binds an organisation for good, unless it says otherwise: its head, and whoever was given
/// the right to sign.
const BINDING: [SignerRole; 2] = [SignerRole::Ceo, SignerRole::CanSign];

#[derive(Debug, Clone)]
pub struct SigningOrganisation {
    pub bin: Bin,
    pub title: Title,
    pub kind: Kind,
    /// In the order of [`SignerRole::ALL`], each once.
    pub allowed_roles: Vec<SignerRole>,
    /// Each act once.
    pub signing_rules: Vec<SigningRule>,
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
        in_words(&self.allowed_roles)
    }

    /// The role in which a signer signs an act.
    ///
    /// # Errors
    /// `SIGNER_ROLE_NOT_ALLOWED` where the organisation lets none of the signer's roles,
    /// `SIGNER_ROLE_NOT_ALLOWED_FOR_ACT` where it lets none of them for this.
    pub fn role_for(&self, signer: &Signer, act: Act<'_>) -> Result<SignerRole, Refusal> {
        let of_any = signer.role(&self.allowed_roles);
        of_any.map_err(Refusal::Signature)?;
        let roles = self.roles_for(act);
        signer.role(&roles).map_err(|_| Refusal::RoleNotForAct {
            act: act.name.to_owned(),
            roles: in_words(&roles),
        })
    }

    fn roles_for(&self, act: Act<'_>) -> Vec<SignerRole> {
        let rule = self.signing_rules.iter().find(|rule| rule.act == act.name);
        let of_act = match rule {
            Some(rule) => rule.roles.as_slice(),
            None if act.is_binding => &BINDING,
            None => &SignerRole::ALL,
        };
        let allowed = self.allowed_roles.iter().copied();
        allowed.filter(|role| of_act.contains(role)).collect()
    }
}

/// What an act may be called: 64 Latin letters, digits, hyphens and underscores, a letter first.
pub fn is_act(name: &str) -> bool {
    let is_word = |it: char| it.is_ascii_alphanumeric() || "-_".contains(it);
    name.len() <= 64
        && name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name.chars().all(is_word)
}

fn in_words(roles: &[SignerRole]) -> String {
    let words: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
    words.join(" ")
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
    pub created: Timestamp,
    /// Since when they sign no more.
    pub blocked: Option<Timestamp>,
}

impl Signatory {
    pub fn name(&self) -> String {
        signatory_name(self.id)
    }

    /// # Errors
    /// `SIGNATORY_BLOCKED`.
    pub fn may_sign(&self) -> Result<(), Refusal> {
        match self.blocked {
            Some(_) => Err(Refusal::SignatoryBlocked),
            None => Ok(()),
        }
    }

    /// # Errors
    /// `SIGNATORY_BLOCKED`, or `SIGNER_ROLE_NOT_ALLOWED` where the organisation lets the role no more.
    pub fn may_act(&self, organisation: &SigningOrganisation) -> Result<(), Refusal> {
        self.may_sign()?;
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

#[cfg(test)]
mod tests {
    use SignerRole::{CanSign, Ceo, Employee, Hr};

    use super::*;
    use crate::domain::signature::{Certificate, Purpose};

    fn organisation(
        allowed: &[SignerRole],
        rules: &[(&str, &[SignerRole])],
    ) -> SigningOrganisation {
        let rule = |(act, roles): &(&str, &[SignerRole])| SigningRule {
            act: (*act).to_owned(),
            roles: roles.to_vec(),
        };
        SigningOrganisation {
            bin: Bin::parse("991240000003").expect("a number"),
            title: Title::default(),
            kind: Kind::College,
            allowed_roles: allowed.to_vec(),
            signing_rules: rules.iter().map(rule).collect(),
            created: Timestamp::UNIX_EPOCH,
            version: 1,
        }
    }

    fn signer(roles: &[SignerRole]) -> Signer {
        let bin = Bin::parse("991240000003").expect("a number");
        Signer {
            bin,
            roles: roles.to_vec(),
            certificate: Certificate {
                serial: "01".into(),
                issuer: String::new(),
                common_name: Masked::default(),
                iin: None,
                bin: Some(bin),
                users: Vec::new(),
                purpose: Purpose::Signing,
                not_before: Timestamp::UNIX_EPOCH,
                not_after: Timestamp::UNIX_EPOCH,
            },
        }
    }

    #[test]
    fn who_signs_what_is_said_by_rule_and_what_binds_for_good_is_signed_by_who_may() {
        let all = &SignerRole::ALL;
        let employees_start: &[(&str, &[SignerRole])] = &[("START", &[Ceo, Employee])];
        // Allowed, rules, the signer's roles; whether the act binds; the role, or those in which it is signed.
        for (allowed, rules, signs, is_binding, expected) in [
            (&all[..], &[][..], &[Employee][..], false, Ok(Employee)),
            (all, &[], &[Employee], true, Err("CEO CAN_SIGN")),
            (all, &[], &[Hr], true, Err("CEO CAN_SIGN")),
            (all, &[], &[CanSign], true, Ok(CanSign)),
            (all, &[], &[Employee, Ceo], true, Ok(Ceo)),
            (all, employees_start, &[Employee], true, Ok(Employee)),
            (all, employees_start, &[CanSign], true, Err("CEO EMPLOYEE")),
            (all, employees_start, &[CanSign], false, Err("CEO EMPLOYEE")),
            (all, &[("OTHER", &[Hr])], &[Employee], false, Ok(Employee)),
            (&[Employee], &[], &[Employee], true, Err("")),
            (&[Ceo], employees_start, &[Ceo], true, Ok(Ceo)),
        ] {
            let organisation = organisation(allowed, rules);
            let act = Act {
                name: "START",
                is_binding,
            };
            let expected = expected.map_err(|roles| Refusal::RoleNotForAct {
                act: "START".into(),
                roles: roles.into(),
            });
            assert_eq!(organisation.role_for(&signer(signs), act), expected);
        }
        let act = Act {
            name: "START",
            is_binding: false,
        };
        let stranger = organisation(&[Ceo], &[("START", &[Employee])]);
        let refused = stranger.role_for(&signer(&[Employee]), act);
        assert_eq!(refused, Err(Refusal::Signature(Fault::RoleNotAllowed)));
    }

    #[test]
    fn an_act_has_a_name_of_plain_letters() {
        for good in ["START_RANKING", "board-action", "a"] {
            assert!(is_act(good), "{good}");
        }
        for bad in [
            "",
            "1A",
            "START RANKING",
            "START: CEO",
            "ӘРЕКЕТ",
            &"A".repeat(65),
        ] {
            assert!(!is_act(bad), "{bad}");
        }
    }
}
