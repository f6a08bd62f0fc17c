//! Judges signatures that were taken long ago, for the time when they were: nobody is asked, so what was
//! revoked was the question of that time.
//!
//! A log has few signers and many acts. Who vouches for a certificate is therefore found once; that
//! everybody on the way was valid is asked for the time of each act.

use std::sync::{Arc, Mutex, PoisonError};

use chassis::bounded::Bounded;
use jiff::Timestamp;
use ring::digest::{Context, SHA256};

use super::certificate::{Certificate, Validity};
use super::chain::{Authorities, way};
use super::judgement::{der_of, judge_by};
use crate::domain::signature::{Fault, Signer};

/// Signers whose way is known at a time.
const MOST: usize = 4096;

type Key = [u8; 32];
/// Of everybody on the way, from who signed to whom we believe.
type Way = Arc<[Validity]>;

pub struct Auditor {
    authorities: Authorities,
    ways: Mutex<Bounded<Key, Way>>,
}

impl Auditor {
    /// # Errors
    /// If these are no certificates of authorities.
    pub fn new(authorities: &[u8]) -> anyhow::Result<Self> {
        Ok(Self {
            authorities: Authorities::parse(authorities)?,
            ways: Mutex::new(Bounded::new(MOST)),
        })
    }

    /// # Errors
    /// Why it is not a signature of this content for an organisation.
    pub fn check(&self, cms: &[u8], content: &[u8], time: Timestamp) -> Result<Signer, Fault> {
        let der = der_of(cms)?;
        let (certificate, ()) = judge_by(&der, content, |leaf, others| {
            let way = self.way(leaf, others)?;
            way.iter().try_for_each(|validity| validity.holds_at(time))
        })?;
        certificate.signer()
    }

    fn way(&self, leaf: &Certificate<'_>, others: &[Certificate<'_>]) -> Result<Way, Fault> {
        let key = key(leaf, others);
        let lock = || self.ways.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Ok(known.clone());
        }
        // Not under the lock: others check meanwhile.
        let steps = way(leaf, others, &self.authorities)?;
        let both = steps.iter().map(|step| [&step.subject, &step.issuer]);
        let found: Way = both.flatten().map(|it| it.validity).collect();
        lock().insert(key, found.clone());
        Ok(found)
    }
}

/// All that the way depends on, but for whom we believe.
fn key(leaf: &Certificate<'_>, others: &[Certificate<'_>]) -> Key {
    let mut context = Context::new(&SHA256);
    for certificate in std::iter::once(leaf).chain(others) {
        // DER says how long it is: no two lists are the same bytes.
        context.update(certificate.whole);
    }
    let mut key = Key::default();
    key.copy_from_slice(context.finish().as_ref());
    key
}
