//! Every "no" of identity-svc, one to one with `identity/v1/error_reason.proto`; the rate limit
//! alone is a reason that every service shares.

use chassis::error::Kind;
use jiff::Timestamp;
use jiff::civil::Date;

use super::signature::Fault;

/// Why identity-svc says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    EmailProofWrong {
        tries_left: i32,
    },
    EmailCodeTriesSpent,
    EmailAlreadyProven,
    ResendTooSoon {
        resend_time: Timestamp,
    },
    EmailNotProven,
    RegistrationExpired,
    RegistrationCompleted,
    RegistrationNotOpen {
        campaign: String,
        open_time: Timestamp,
        close_time: Timestamp,
    },
    OverAgeLimit {
        age_years: i32,
        max_age_years: i32,
        reference_date: Date,
    },
    AccountExists,
    SignInFailed,
    RefreshTokenReused,
    OwnAdministratorRole,
    CurrentPasswordWrong,
    RecoveryProofWrong {
        tries_left: i32,
    },
    RecoveryTriesSpent,
    RecoveryProofUsed,
    RecoveryNotProven,
    RecoveryExpired,
    RecoveryCompleted,
    EmailChangeProofWrong {
        tries_left: i32,
    },
    EmailChangeTriesSpent,
    EmailChangeOfOtherSession,
    EmailChangeEnded {
        state: &'static str,
    },
    InvitationPending,
    InvitationProofWrong {
        tries_left: i32,
    },
    InvitationTriesSpent,
    InvitationEnded {
        state: &'static str,
    },
    /// Why a signature is not taken.
    Signature(Fault),
    /// The organisation lets this act be signed in other roles.
    RoleNotForAct {
        act: String,
        roles: String,
    },
    SignatoryBlocked,
    ProofOfAnotherPerson,
    SignatureOfAnotherOrganisation,
    SigningOrganisationUnknown,
    SigningOrganisationExists,
    ChallengeExpired,
    ChallengeUsed,
    RateLimited {
        retry_time: Timestamp,
    },
}

impl chassis::error::Refusal for Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::EmailProofWrong { .. } => "EMAIL_PROOF_WRONG",
            Self::EmailCodeTriesSpent => "EMAIL_CODE_TRIES_SPENT",
            Self::EmailAlreadyProven => "EMAIL_ALREADY_PROVEN",
            Self::ResendTooSoon { .. } => "RESEND_TOO_SOON",
            Self::EmailNotProven => "EMAIL_NOT_PROVEN",
            Self::RegistrationExpired => "REGISTRATION_EXPIRED",
            Self::RegistrationCompleted => "REGISTRATION_COMPLETED",
            Self::RegistrationNotOpen { .. } => "REGISTRATION_NOT_OPEN",
            Self::OverAgeLimit { .. } => "OVER_AGE_LIMIT",
            Self::AccountExists => "ACCOUNT_EXISTS",
            Self::SignInFailed => "SIGN_IN_FAILED",
            Self::RefreshTokenReused => "REFRESH_TOKEN_REUSED",
            Self::OwnAdministratorRole => "OWN_ADMINISTRATOR_ROLE",
            Self::CurrentPasswordWrong => "CURRENT_PASSWORD_WRONG",
            Self::RecoveryProofWrong { .. } => "RECOVERY_PROOF_WRONG",
            Self::RecoveryTriesSpent => "RECOVERY_TRIES_SPENT",
            Self::RecoveryProofUsed => "RECOVERY_PROOF_USED",
            Self::RecoveryNotProven => "RECOVERY_NOT_PROVEN",
            Self::RecoveryExpired => "RECOVERY_EXPIRED",
            Self::RecoveryCompleted => "RECOVERY_COMPLETED",
            Self::EmailChangeProofWrong { .. } => "EMAIL_CHANGE_PROOF_WRONG",
            Self::EmailChangeTriesSpent => "EMAIL_CHANGE_TRIES_SPENT",
            Self::EmailChangeOfOtherSession => "EMAIL_CHANGE_OF_OTHER_SESSION",
            Self::EmailChangeEnded { .. } => "EMAIL_CHANGE_ENDED",
            Self::InvitationPending => "INVITATION_PENDING",
            Self::InvitationProofWrong { .. } => "INVITATION_PROOF_WRONG",
            Self::InvitationTriesSpent => "INVITATION_TRIES_SPENT",
            Self::InvitationEnded { .. } => "INVITATION_ENDED",
            Self::Signature(fault) => fault.reason(),
            Self::RoleNotForAct { .. } => "SIGNER_ROLE_NOT_ALLOWED_FOR_ACT",
            Self::SignatoryBlocked => "SIGNATORY_BLOCKED",
            Self::ProofOfAnotherPerson => "PROOF_OF_ANOTHER_PERSON",
            Self::SignatureOfAnotherOrganisation => "SIGNATURE_OF_ANOTHER_ORGANISATION",
            Self::SigningOrganisationUnknown => "SIGNING_ORGANISATION_UNKNOWN",
            Self::SigningOrganisationExists => "SIGNING_ORGANISATION_EXISTS",
            Self::ChallengeExpired => "CHALLENGE_EXPIRED",
            Self::ChallengeUsed => "CHALLENGE_USED",
            Self::RateLimited { .. } => "RATE_LIMITED",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::AccountExists | Self::InvitationPending | Self::SigningOrganisationExists => {
                Kind::AlreadyExists
            }
            Self::SignInFailed | Self::RefreshTokenReused => Kind::Unauthenticated,
            Self::RateLimited { .. } => Kind::ResourceExhausted,
            Self::EmailProofWrong { .. }
            | Self::EmailCodeTriesSpent
            | Self::EmailAlreadyProven
            | Self::ResendTooSoon { .. }
            | Self::EmailNotProven
            | Self::RegistrationExpired
            | Self::RegistrationCompleted
            | Self::RegistrationNotOpen { .. }
            | Self::OverAgeLimit { .. }
            | Self::OwnAdministratorRole
            | Self::CurrentPasswordWrong
            | Self::RecoveryProofWrong { .. }
            | Self::RecoveryTriesSpent
            | Self::RecoveryProofUsed
            | Self::RecoveryNotProven
            | Self::RecoveryExpired
            | Self::RecoveryCompleted
            | Self::EmailChangeProofWrong { .. }
            | Self::EmailChangeTriesSpent
            | Self::EmailChangeOfOtherSession
            | Self::EmailChangeEnded { .. }
            | Self::InvitationProofWrong { .. }
            | Self::InvitationTriesSpent
            | Self::InvitationEnded { .. }
            | Self::Signature(_)
            | Self::RoleNotForAct { .. }
            | Self::SignatoryBlocked
            | Self::ProofOfAnotherPerson
            | Self::SignatureOfAnotherOrganisation
            | Self::SigningOrganisationUnknown
            | Self::ChallengeExpired
            | Self::ChallengeUsed => Kind::FailedPrecondition,
        }
    }

    fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::EmailProofWrong { tries_left }
            | Self::RecoveryProofWrong { tries_left }
            | Self::EmailChangeProofWrong { tries_left }
            | Self::InvitationProofWrong { tries_left } => {
                vec![("tries_left", tries_left.to_string())]
            }
            Self::EmailChangeEnded { state } | Self::InvitationEnded { state } => {
                vec![("state", (*state).to_owned())]
            }
            Self::ResendTooSoon { resend_time } => vec![("resend_time", resend_time.to_string())],
            Self::RegistrationNotOpen {
                campaign,
                open_time,
                close_time,
            } => vec![
                ("campaign", campaign.clone()),
                ("open_time", open_time.to_string()),
                ("close_time", close_time.to_string()),
            ],
            Self::OverAgeLimit {
                age_years,
                max_age_years,
                reference_date,
            } => vec![
                ("age_years", age_years.to_string()),
                ("max_age_years", max_age_years.to_string()),
                ("reference_date", reference_date.to_string()),
            ],
            Self::RoleNotForAct { act, roles } => {
                vec![("act", act.clone()), ("roles", roles.clone())]
            }
            Self::RateLimited { retry_time } => vec![("retry_time", retry_time.to_string())],
            _ => Vec::new(),
        }
    }
}

impl Fault {
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotCms => "SIGNATURE_NOT_CMS",
            Self::NoSigner => "SIGNATURE_WITHOUT_SIGNER",
            Self::ManySigners => "SIGNATURE_OF_MANY",
            Self::NoCertificate => "SIGNATURE_WITHOUT_CERTIFICATE",
            Self::ContentDiffers => "SIGNATURE_CONTENT_DIFFERS",
            Self::SignatureWrong => "SIGNATURE_WRONG",
            Self::AlgorithmRefused => "SIGNATURE_ALGORITHM_REFUSED",
            Self::Gost => "SIGNATURE_GOST",
            Self::ChainUnknown => "CERTIFICATE_CHAIN_UNKNOWN",
            Self::Expired => "CERTIFICATE_EXPIRED",
            Self::NotYetValid => "CERTIFICATE_NOT_YET_VALID",
            Self::Revoked => "CERTIFICATE_REVOKED",
            Self::RevocationUnknown => "REVOCATION_UNKNOWN",
            Self::CheckAway => "SIGNATURE_CHECK_AWAY",
            Self::Personal => "CERTIFICATE_PERSONAL",
            Self::Organisational => "CERTIFICATE_OF_ORGANISATION",
            Self::AuthenticationKey => "CERTIFICATE_FOR_AUTHENTICATION",
            Self::NoBin => "CERTIFICATE_WITHOUT_BIN",
            Self::RoleNotAllowed => "SIGNER_ROLE_NOT_ALLOWED",
        }
    }
}
