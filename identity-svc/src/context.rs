//! What every handler, job and subscriber works with.

use std::sync::Arc;

use chassis::clock::Clock;
use chassis::database::Database;
use chassis::ids::Ids;
use chassis::token::{Signer, Verifier};

use crate::Wiring;
use crate::clients::{Questionnaire, SeatOffers};
use crate::config::Config;
use crate::hashing::Hasher;
use crate::registry::Registry;
use crate::rpc::watching::Watching;
use crate::sealing::Sealer;
use crate::secrets::Secrets;
use crate::signature::Signatures;
use crate::transport::Transport;
use crate::turns::Turns;

pub struct Context {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub config: Config,
    pub secrets: Secrets,
    pub sealer: Sealer,
    pub hasher: Hasher,
    pub registry: Registry,
    pub signatures: Signatures,
    pub questionnaire: Questionnaire,
    pub seat_offers: SeatOffers,
    /// Signs caller tokens for people.
    pub signer: Arc<Signer>,
    /// Knows the gateway, which alone is believed about addresses.
    pub verifier: Verifier,
    pub turns: Turns,
    /// Who follows which inbox.
    pub watching: Watching,
    /// Where mail is handed over.
    pub transport: Arc<dyn Transport>,
}

impl Context {
    pub async fn new(wiring: Wiring) -> anyhow::Result<Self> {
        let hasher = Hasher::new(&wiring.config.hashing, &wiring.ids).await?;
        Ok(Self {
            sealer: Sealer::new(&wiring.config.master_keys, &wiring.ids)?,
            secrets: Secrets::new(wiring.config.index_key.reveal()),
            hasher,
            registry: Registry::open(&wiring.config, &wiring.clock)?,
            signatures: Signatures::open(&wiring.config.signatures, &wiring.ids)?,
            watching: Watching::new(wiring.config.watching),
            transport: wiring.config.transport.open()?,
            questionnaire: Questionnaire::new(wiring.questionnaire.signed(wiring.identity.clone())),
            seat_offers: SeatOffers::new(wiring.testing.signed(wiring.identity)),
            db: wiring.db,
            clock: wiring.clock,
            ids: wiring.ids,
            config: wiring.config,
            signer: wiring.signer,
            verifier: wiring.verifier,
            turns: Turns::default(),
        })
    }
}
