//! What every call, consumer and job of this service has at hand.

use std::sync::Arc;

use chassis::client::Connection;
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::ids::Ids;
use chassis::token::Signer;

use crate::Wiring;
use crate::config::Config;

pub struct Context {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub config: Config,
    pub launch: Arc<Signer>,
    pub questionnaire: Connection,
    pub persons: Connection,
}

impl Context {
    pub fn new(wiring: Wiring) -> Self {
        Self {
            db: wiring.db,
            clock: wiring.clock,
            ids: wiring.ids,
            config: wiring.config,
            launch: wiring.signer,
            questionnaire: wiring.questionnaire.signed(wiring.identity.clone()),
            persons: wiring.persons.signed(wiring.identity),
        }
    }
}
