//! Who calls: a stranger, a person with a session, somebody who signed in for an organisation, a service
//! of the suite, or a partner.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tonic::Request;
use uuid::Uuid;

use crate::error::Error;
use crate::identifier::Bin;
use crate::token::{Claims, Signer, Verifier};

/// How long a caller token is good for. Short, so that a taken role or an ended session is soon felt.
pub const TOKEN_LIFE: SignedDuration = SignedDuration::from_secs(60);

/// The service that alone may vouch for people.
pub const IDENTITY: &str = "identity-svc";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Checks documents and decides on applications.
    Expert,
    /// Opens campaigns, sees every application of them.
    CampaignManager,
    /// Plans sessions, checks people in.
    ExamDesk,
    /// Grants and takes roles.
    Administrator,
}

impl Role {
    pub const ALL: [Role; 4] = [
        Role::Expert,
        Role::CampaignManager,
        Role::ExamDesk,
        Role::Administrator,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Role::Expert => "EXPERT",
            Role::CampaignManager => "CAMPAIGN_MANAGER",
            Role::ExamDesk => "EXAM_DESK",
            Role::Administrator => "ADMINISTRATOR",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    Stranger,
    Person(Person),
    /// Somebody who signed in with a key of an organisation, and acts for it and for nobody else.
    Signatory(Signatory),
    /// A service of the suite, by name.
    Service(String),
    /// A partner, by the name in its client certificate.
    Partner(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The account's id: the key of a person everywhere.
    pub account: Uuid,
    pub session: Uuid,
    pub roles: Vec<Role>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatory {
    /// The key of a signatory everywhere; not an account's.
    pub id: Uuid,
    pub session: Uuid,
    pub organisation: Bin,
    pub kind: OrganisationKind,
}

/// What an organisation is, as the house registered it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrganisationKind {
    College,
    /// Reads what was placed in all colleges, and signs what is published of it.
    EducationDepartment,
    /// Also where a word that was signed before kinds were told says none.
    #[default]
    Other,
}

impl Person {
    /// `accounts/{id}`.
    pub fn name(&self) -> String {
        format!("accounts/{}", self.account)
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

impl Caller {
    /// The caller the server's layer found for this request.
    pub fn of<T>(request: &Request<T>) -> Caller {
        request
            .extensions()
            .get::<Caller>()
            .cloned()
            .unwrap_or(Caller::Stranger)
    }

    /// The person, or a refusal: for calls that only make sense for people.
    pub fn person(&self) -> crate::Result<&Person> {
        match self {
            Caller::Person(person) => Ok(person),
            Caller::Stranger => Err(Error::Unauthenticated("NOT_SIGNED_IN")),
            _ => Err(Error::Denied),
        }
    }

    /// The signatory, or a refusal: for calls that only make sense for organisations.
    pub fn signatory(&self) -> crate::Result<&Signatory> {
        match self {
            Caller::Signatory(signatory) => Ok(signatory),
            Caller::Stranger => Err(Error::Unauthenticated("NOT_SIGNED_IN")),
            _ => Err(Error::Denied),
        }
    }

    /// The organisation that the caller acts for, where it is one.
    pub fn acts_for(&self) -> Option<Bin> {
        match self {
            Caller::Signatory(signatory) => Some(signatory.organisation),
            _ => None,
        }
    }

    /// Whether the caller acts for a department of education.
    pub fn is_department(&self) -> bool {
        let department = OrganisationKind::EducationDepartment;
        matches!(self, Caller::Signatory(signatory) if signatory.kind == department)
    }

    pub fn partner(&self) -> crate::Result<&str> {
        match self {
            Caller::Partner(name) => Ok(name),
            Caller::Stranger => Err(Error::Unauthenticated("NOT_SIGNED_IN")),
            _ => Err(Error::Denied),
        }
    }

    pub fn is(&self, account: Uuid) -> bool {
        matches!(self, Caller::Person(person) if person.account == account)
    }

    pub fn has(&self, role: Role) -> bool {
        matches!(self, Caller::Person(person) if person.has(role))
    }

    pub fn is_service(&self) -> bool {
        matches!(self, Caller::Service(_))
    }

    /// Who this is in request ids and audit rows: stable, and no personal data.
    pub fn key(&self) -> String {
        match self {
            Caller::Stranger => "stranger".into(),
            Caller::Person(person) => person.name(),
            Caller::Signatory(signatory) => format!("signatories/{}", signatory.id),
            Caller::Service(name) => format!("services/{name}"),
            Caller::Partner(name) => format!("partners/{name}"),
        }
    }
}

/// What a caller token says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "typ", rename_all = "lowercase")]
pub enum CallerClaims {
    Person {
        sub: Uuid,
        sid: Uuid,
        roles: Vec<Role>,
    },
    Signatory {
        sub: Uuid,
        sid: Uuid,
        bin: String,
        #[serde(default)]
        kind: OrganisationKind,
    },
    Service,
}

/// Reads the caller off a token. Only the identity service vouches for people; any other
/// service can only say its own name.
pub fn verify(verifier: &Verifier, token: &str, now: Timestamp) -> Option<Caller> {
    let Claims { iss, body, exp, .. } = verifier.verify::<CallerClaims>(token, now)?;
    match body {
        CallerClaims::Person { sub, sid, roles } => {
            (iss == IDENTITY).then_some(Caller::Person(Person {
                account: sub,
                session: sid,
                roles,
            }))
        }
        CallerClaims::Signatory {
            sub,
            sid,
            bin,
            kind,
        } => {
            let organisation = Bin::parse(&bin).ok()?;
            (iss == IDENTITY).then_some(Caller::Signatory(Signatory {
                id: sub,
                session: sid,
                organisation,
                kind,
            }))
        }
        CallerClaims::Service => (left(exp, now) <= LONGEST_LEFT).then_some(Caller::Service(iss)),
    }
}

/// The longest that a service's token can be good for, on two clocks that may pass for right.
const LONGEST_LEFT: SignedDuration =
    SignedDuration::from_secs(TOKEN_LIFE.as_secs() + crate::agreement::MOST.as_secs());

fn left(expires: i64, now: Timestamp) -> SignedDuration {
    SignedDuration::from_secs(expires.saturating_sub(now.as_second()))
}

/// The service whose token is good but for its time, and how long that has left by our clock. Services
/// sign anew all the time: one of the two clocks is wrong, and nobody did anything that is not allowed.
pub fn out_of_time(
    verifier: &Verifier,
    token: &str,
    now: Timestamp,
) -> Option<(String, SignedDuration)> {
    let Claims { iss, body, exp, .. } = verifier.claims::<CallerClaims>(token)?;
    let left = left(exp, now);
    let is_in_time = left > SignedDuration::ZERO && left <= LONGEST_LEFT;
    (matches!(body, CallerClaims::Service) && !is_in_time).then_some((iss, left))
}

/// Signs calls of one service to others.
#[derive(Clone)]
pub struct ServiceIdentity {
    signer: Arc<Signer>,
    clock: crate::clock::Clock,
    /// The last token for each audience: signing costs more than the rest of a small call.
    signed: Arc<Mutex<HashMap<String, Signed>>>,
}

struct Signed {
    token: String,
    expires: Timestamp,
}

/// A token that was signed before goes with a call only while it has this long to live.
const FRESH: SignedDuration = SignedDuration::from_secs(40);

impl ServiceIdentity {
    pub fn new(signer: Arc<Signer>, clock: crate::clock::Clock) -> Self {
        Self {
            signer,
            clock,
            signed: Arc::default(),
        }
    }

    pub fn token(&self, audience: &str) -> crate::Result<String> {
        let now = self.clock.now();
        let mut signed = self.signed.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(before) = signed.get(audience)
            // A clock that was set back must not stretch a token's life.
            && (FRESH..=TOKEN_LIFE).contains(&before.expires.duration_since(now))
        {
            return Ok(before.token.clone());
        }
        let expires = now + TOKEN_LIFE;
        let token = self
            .signer
            .sign(audience, expires, &CallerClaims::Service)?;
        let kept = Signed {
            token: token.clone(),
            expires,
        };
        signed.insert(audience.to_owned(), kept);
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_signs_again_before_its_token_grows_old() {
        let clock = crate::clock::Clock::held_at(Timestamp::UNIX_EPOCH);
        let signer = Signer::new("gateway", &Signer::new_key().expect("a key")).expect("a signer");
        let identity = ServiceIdentity::new(Arc::new(signer), clock.clone());
        let token = |audience| identity.token(audience).expect("a token");
        let first = token("testing-svc");
        clock.advance(SignedDuration::from_secs(20));
        assert_eq!(token("testing-svc"), first);
        assert_ne!(token("review-svc"), first);
        clock.advance(SignedDuration::from_secs(1));
        assert_ne!(token("testing-svc"), first);
    }

    #[test]
    fn only_the_identity_service_vouches_for_signatories_of_an_organisation() {
        let now = Timestamp::UNIX_EPOCH;
        for (issuer, bin, believed) in [
            (IDENTITY, "991240000003", true),
            (IDENTITY, "991240000004", false),
            ("gateway", "991240000003", false),
        ] {
            let claims = CallerClaims::Signatory {
                sub: Uuid::nil(),
                sid: Uuid::nil(),
                bin: bin.into(),
                kind: OrganisationKind::EducationDepartment,
            };
            let signer = Signer::new(issuer, &Signer::new_key().expect("a key")).expect("a signer");
            let verifier = Verifier::new("review-svc", &[signer.public_key()]).expect("a verifier");
            let token = signer
                .sign("review-svc", now + TOKEN_LIFE, &claims)
                .expect("a token");
            let caller = verify(&verifier, &token, now);
            assert_eq!(caller.is_some(), believed, "{issuer} {bin}");
            let acts_for = caller.as_ref().and_then(Caller::acts_for);
            assert_eq!(acts_for, Bin::parse(bin).ok().filter(|_| believed));
            assert_eq!(caller.as_ref().is_some_and(Caller::is_department), believed);
            assert!(caller.is_none_or(|it| it.person().is_err() && it.signatory().is_ok()));
        }
    }

    #[test]
    fn a_word_that_says_no_kind_of_an_organisation_is_of_no_department() {
        let told = r#"{"typ":"signatory","sub":"00000000-0000-0000-0000-000000000000",
            "sid":"00000000-0000-0000-0000-000000000000","bin":"991240000003"}"#;
        let claims: CallerClaims = serde_json::from_str(told).expect("claims");
        let CallerClaims::Signatory { kind, .. } = claims else {
            unreachable!("a signatory");
        };
        assert_eq!(kind, OrganisationKind::Other);
    }

    #[test]
    fn only_the_identity_service_vouches_for_people() {
        let now = Timestamp::UNIX_EPOCH;
        let claims = CallerClaims::Person {
            sub: Uuid::nil(),
            sid: Uuid::nil(),
            roles: vec![Role::Administrator],
        };
        for (issuer, believed) in [(IDENTITY, true), ("gateway", false), ("testing-svc", false)] {
            let signer = Signer::new(issuer, &Signer::new_key().expect("a key")).expect("a signer");
            let verifier = Verifier::new("review-svc", &[signer.public_key()]).expect("a verifier");
            let token = signer
                .sign("review-svc", now + TOKEN_LIFE, &claims)
                .expect("a token");
            assert_eq!(
                verify(&verifier, &token, now).is_some(),
                believed,
                "{issuer}"
            );
        }
    }
}
