//! Who calls: a stranger, a person with a session, a service of the suite, or a partner.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tonic::Request;
use uuid::Uuid;

use crate::error::Error;
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
    Service,
}

/// Reads the caller off a token. Only the identity service vouches for people; any other
/// service can only say its own name.
pub fn verify(verifier: &Verifier, token: &str, now: Timestamp) -> Option<Caller> {
    let Claims { iss, body, .. } = verifier.verify::<CallerClaims>(token, now)?;
    match body {
        CallerClaims::Person { sub, sid, roles } => {
            (iss == IDENTITY).then_some(Caller::Person(Person {
                account: sub,
                session: sid,
                roles,
            }))
        }
        CallerClaims::Service => Some(Caller::Service(iss)),
    }
}

/// Signs calls of one service to others.
#[derive(Clone)]
pub struct ServiceIdentity {
    signer: Arc<Signer>,
    clock: crate::clock::Clock,
}

impl ServiceIdentity {
    pub fn new(signer: Arc<Signer>, clock: crate::clock::Clock) -> Self {
        Self { signer, clock }
    }

    pub fn token(&self, audience: &str) -> crate::Result<String> {
        Ok(self.signer.sign(
            audience,
            self.clock.now() + TOKEN_LIFE,
            &CallerClaims::Service,
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
