//! identity-svc: accounts, registration, sessions, roles, the inbox and outgoing mail.
//!
//! | room | what is in it |
//! |---|---|
//! | [`domain`] | the rules, pure |
//! | [`rpc`] | one folder per gRPC service, one file per RPC |
//! | [`store`] | the only place that knows SQL |
//! | [`events`] | what others told, as messages to people; what we tell |
//! | [`inbox`] | a notice becomes a message and a mail, in one transaction |
//! | [`jobs`] | what the passing of time does |
//! | [`clients`] | what we ask of other services |
//! | [`secrets`], [`hashing`] | blind indexes, tokens and codes; passwords off the async threads |
//! | [`sealing`] | personal data at rest, and the master keys |
//! | [`registry`] | the person registry: a file of people, or over HTTP |
//! | [`signature`] | electronic signatures: checked here, or by an NCANode |
//! | [`exported_log`] | a log as somebody was given it, verified by itself: what `verify-log` runs |
//! | `outside` | programs outside, asked over HTTP |
//! | `letters` | mails to addresses that are not an account's, or not any more |
//! | `turns` | of tries with one login from one address, one at a time |
//! | [`transport`] | where mail is handed over: kept here, or a mail server |
//! | [`seed`] | accounts made without a registration, for a first start |
//! | [`config`], [`policy`], [`migrations`] | settings, who may call what, tables |

use std::sync::LazyLock;
use std::time::Duration;

use chassis::caller::ServiceIdentity;
use chassis::client::Connection;
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::ids::Ids;
use chassis::outbox::Relay;
use chassis::policy::Policy;
use chassis::server::{Guard, Service};
use chassis::text::Texts;
use chassis::token::{Signer, Verifier};
use std::sync::Arc;

pub mod clients;
pub mod config;
mod context;
pub mod domain;
pub mod events;
pub mod exported_log;
pub mod hashing;
mod inbox;
pub mod jobs;
mod letters;
pub mod migrations;
mod outside;
pub mod policy;
pub mod registry;
pub mod rpc;
pub mod sealing;
pub mod secrets;
pub mod seed;
pub mod signature;
pub mod store;
pub mod transport;
mod turns;

pub use context::Context;

pub const NAME: &str = chassis::caller::IDENTITY;
/// The domain of its reasons.
pub const DOMAIN: &str = "identity.irikteu.kz";

/// Why it said no.
pub static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(
        include_str!("../texts/kk.ftl"),
        include_str!("../texts/ru.ftl"),
        include_str!("../texts/en.ftl"),
    )
});

/// What people are told in messages and mails.
pub static MESSAGE_TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(
        include_str!("../texts/messages/kk.ftl"),
        include_str!("../texts/messages/ru.ftl"),
        include_str!("../texts/messages/en.ftl"),
    )
});

/// What the service is built of.
#[derive(Clone)]
pub struct Wiring {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub verifier: Verifier,
    /// Signs caller tokens for people: the key of this service and of no other.
    pub signer: Arc<Signer>,
    /// Signs our own calls to others.
    pub identity: ServiceIdentity,
    pub config: config::Config,
    /// questionnaire-svc: the terms of a campaign.
    pub questionnaire: Connection,
    /// testing-svc: the links of letters about offered seats.
    pub testing: Connection,
}

/// Builds the service; nothing runs yet.
///
/// # Errors
/// If the file of people or a setting of the hashing is wrong, or a master key is missing.
pub async fn build(wiring: Wiring) -> anyhow::Result<Service> {
    let guard = Guard {
        service: NAME,
        domain: DOMAIN,
        texts: &TEXTS,
        policy: Policy::new(policy::ROWS),
        verifier: wiring.verifier.clone(),
        clock: wiring.clock.clone(),
        longest: Duration::from_secs(10),
    };
    let ctx = Arc::new(Context::new(wiring).await?);
    jobs::seal_personal_data::at_start(&ctx).await?;
    Ok(Service {
        name: NAME,
        routes: guard.protect(rpc::routes(&ctx)),
        partner_routes: None,
        subscribers: events::subscribers(&ctx),
        jobs: jobs::all(&ctx),
        relay: Relay {
            db: ctx.db.clone(),
            bus: chassis::bus::Bus::default(),
            clock: ctx.clock.clone(),
        },
    })
}
