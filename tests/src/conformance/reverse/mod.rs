//! The kit turned round: a suite for a partner's program to try itself against. It is our own suite behind a
//! door that does to calls what life does, looks at what the program makes of it, and says so.
//!
//! | file | what |
//! |---|---|
//! | [`front`] | the door: every call goes through it to the suite |
//! | [`strike`] | what happens to which call: an answer is lost, a call arrives twice, a stream breaks off |
//! | [`changing`] | the calls that change something, by their request ids |
//! | [`watch`] | what the program did, and what it should have done |
//! | [`rules`] | the rules, and the report |

pub mod changing;
pub mod front;
pub mod rules;
pub mod strike;
pub mod watch;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use chassis::server;
use chassis::tls::accept::Acceptor;
use chassis::tls::{Files, Peers, Tls};
use proto::partner::v1::examinations_server::ExaminationsServer;
use proto::partner::v1::redemptions_server::RedemptionsServer;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tonic::service::Routes;

use self::front::Front;
use self::strike::Strikes;
use self::watch::Wants;
use super::report::Report;
use crate::town::Town;

/// Our partners' port, for a partner to try itself against.
pub struct Reverse {
    pub address: SocketAddr,
    front: Arc<Front>,
    stop: CancellationToken,
    serving: JoinHandle<anyhow::Result<()>>,
}

impl Reverse {
    /// Opens the port before a suite, with the certificates of its data folder.
    ///
    /// # Errors
    /// If the address is taken.
    pub async fn open(town: &Town, listen: SocketAddr, strikes: Strikes) -> anyhow::Result<Self> {
        let listener = server::bind(listen).await?;
        let address = listener.local_addr()?;
        let front = Arc::new(Front::before(town, strikes)?);
        let routes = Routes::default()
            .add_service(RedemptionsServer::from_arc(front.clone()))
            .add_service(ExaminationsServer::from_arc(front.clone()));
        let names = &testing_svc::rpc::PARTNER_SERVICES;
        let routes = server::join([routes], names, proto::DESCRIPTOR)?;
        let files = Files::in_folder(&town.data_dir().join("certificates"), "server");
        let door = Acceptor::new(Tls::read(files)?, Peers::Partners);
        let stop = CancellationToken::new();
        let serving = server::serve(listener, routes, Some(door), stop.clone());
        Ok(Self {
            address,
            front,
            stop,
            serving: tokio::spawn(serving),
        })
    }

    /// What the program did so far, rule by rule.
    pub fn report(&self) -> Report {
        self.front.watched(|watch| watch.report())
    }

    /// Returns when everything that was there to do is done, and no answer is owed.
    pub async fn done(&self, wants: &Wants) {
        self.front.until(|watch| watch.has_done(wants)).await;
    }

    /// # Errors
    /// If the port could not be served.
    pub async fn close(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.serving.await.context("the port broke off")?
    }
}
