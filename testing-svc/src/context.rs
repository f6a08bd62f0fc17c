//! What every call, consumer and job of this service has at hand.

use std::sync::Arc;

use chassis::client::Connection;
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::ids::Ids;
use chassis::token::{Signer, Verifier};

use crate::Wiring;
use crate::config::Config;
use crate::domain::seat_search::Candidate;
use crate::looks::Looks;
use crate::watched::{StageLeft, Watched};

/// Whom the tokens in the links of offers are for: this service itself, and nothing else of it.
pub const OFFER_LINKS: &str = "testing-svc/offer-links";

pub struct Context {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub config: Config,
    pub launch: Arc<Signer>,
    pub questionnaire: Connection,
    pub persons: Connection,
    /// Who listens to which sessions here.
    pub watched: Watched<i32>,
    /// And to which stages.
    pub watched_stages: Watched<StageLeft>,
    /// What stages have to offer, for who looks for a seat.
    pub looks: Looks<Vec<Candidate>>,
    /// Reads the links of offers, which nobody but this service signs.
    pub offer_links: Verifier,
}

impl Context {
    /// # Errors
    /// If the service's own key can't be read.
    pub fn new(wiring: Wiring) -> anyhow::Result<Self> {
        let own_key = wiring.signer.public_key();
        Ok(Self {
            db: wiring.db,
            clock: wiring.clock.clone(),
            ids: wiring.ids,
            config: wiring.config,
            launch: wiring.signer,
            questionnaire: wiring.questionnaire.signed(wiring.identity.clone()),
            persons: wiring.persons.signed(wiring.identity),
            watched: Watched::default(),
            watched_stages: Watched::default(),
            looks: Looks::new(wiring.clock),
            offer_links: Verifier::new(OFFER_LINKS, &[own_key])?,
        })
    }
}
