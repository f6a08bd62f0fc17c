//! Who may call which RPC: each service writes it down as one table.

use std::collections::HashMap;
use std::time::Duration;

use crate::caller::{Caller, Role};
use crate::error::{Error, Result};

/// One sort of caller that a row lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allow {
    /// Everybody, signed in or not.
    Anyone,
    /// Every person with a session; whose data they reach is the handler's question.
    SignedIn,
    Role(Role),
    /// Another service of the suite.
    Service(&'static str),
    /// Somebody who signed in for an organisation. Such a session is not one of a person: what is not for
    /// signatories by name is not for them.
    Signatory,
    /// Somebody who signed in for a department of education.
    Department,
    /// A partner known by its client certificate.
    Partner,
}

/// The full path of an RPC and who may call it.
pub type Row = (&'static str, &'static [Allow]);

#[derive(Debug, Clone)]
pub struct Policy {
    rows: HashMap<&'static str, &'static [Allow]>,
    patient: HashMap<&'static str, Duration>,
}

impl Policy {
    pub fn new(rows: &[Row]) -> Self {
        Self {
            rows: rows.iter().copied().collect(),
            patient: HashMap::new(),
        }
    }

    /// Calls that last as long as a person's line needs: uploads of documents.
    pub fn patient(mut self, rpcs: &[&'static str], longest: Duration) -> Self {
        self.patient.extend(rpcs.iter().map(|rpc| (*rpc, longest)));
        self
    }

    /// The longest this call may take, where it is not the service's usual.
    pub fn longest(&self, rpc: &str) -> Option<Duration> {
        self.patient.get(rpc).copied()
    }

    /// An RPC without a row is refused to everybody: forgetting fails closed.
    ///
    /// # Errors
    /// `NOT_SIGNED_IN` for a stranger, `NOT_ALLOWED` for all others the row doesn't name.
    pub fn check(&self, rpc: &str, caller: &Caller) -> Result<()> {
        let allowed = self.rows.get(rpc).copied().unwrap_or_default();
        let lets_through = |allow: &Allow| match (allow, caller) {
            (Allow::Anyone, _)
            | (Allow::SignedIn, Caller::Person(_))
            | (Allow::Signatory, Caller::Signatory(_))
            | (Allow::Partner, Caller::Partner(_)) => true,
            (Allow::Department, caller) => caller.is_department(),
            (Allow::Role(role), Caller::Person(person)) => person.has(*role),
            (Allow::Service(name), Caller::Service(caller)) => name == caller,
            _ => false,
        };
        if allowed.iter().any(lets_through) {
            Ok(())
        } else if *caller == Caller::Stranger {
            Err(Error::Unauthenticated("NOT_SIGNED_IN"))
        } else {
            Err(Error::Denied)
        }
    }

    pub fn rpcs(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.rows.keys().copied()
    }
}
