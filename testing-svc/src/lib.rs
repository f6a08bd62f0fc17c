//! testing-svc: promo codes and what partners do with them, sessions with seats, bookings, and
//! the start of a test.
//!
//! | room | what is in it |
//! |---|---|
//! | [`domain`] | the rules, pure |
//! | [`rpc`] | one folder per gRPC service, one file per RPC |
//! | [`dealing`] | who gets a seat: those who wait come first |
//! | [`gather`] | whoever comes while a round runs is in the next one |
//! | [`looks`] | what many look at in the same moment is read once |
//! | [`watched`] | the sessions and stages whose seats somebody watches |
//! | [`sheet`] | certificates and permits as pages |
//! | [`store`] | the only place that knows SQL |
//! | [`events`] | what others told; what we tell |
//! | [`jobs`] | what the passing of time does |
//! | [`clients`] | what we ask of other services |
//! | [`tables`] | an allocation as tables, for the program `allocate` beside the service |
//! | [`config`], [`policy`], [`migrations`] | settings, who may call what, tables |

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chassis::caller::ServiceIdentity;
use chassis::client::Connection;
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::ids::Ids;
use chassis::outbox::Relay;
use chassis::policy::{Policy, Row};
use chassis::server::{Guard, Service};
use chassis::text::Texts;
use chassis::token::{Signer, Verifier};

pub mod clients;
pub mod config;
mod context;
pub mod dealing;
pub mod domain;
pub mod events;
pub mod gather;
pub mod jobs;
pub mod looks;
pub mod migrations;
pub mod policy;
pub mod rpc;
pub mod sheet;
pub mod store;
pub mod tables;
pub mod watched;

pub use context::{Context, OFFER_LINKS};

pub const NAME: &str = "testing-svc";
/// The domain of what people hear.
pub const DOMAIN: &str = "testing.irikteu.kz";
/// The domain of what partners hear.
pub const PARTNER_DOMAIN: &str = "partner.irikteu.kz";

/// Why it said no, and what to do with a promo code.
pub static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(
        include_str!("../texts/kk.ftl"),
        include_str!("../texts/ru.ftl"),
        include_str!("../texts/en.ftl"),
    )
});

/// Why it said no to a partner.
pub static PARTNER_TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(
        include_str!("../texts/partner/kk.ftl"),
        include_str!("../texts/partner/ru.ftl"),
        include_str!("../texts/partner/en.ftl"),
    )
});

/// What the service is built of.
#[derive(Clone)]
pub struct Wiring {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub verifier: Verifier,
    /// Signs launch tokens for test systems: the key of this service and of no other.
    pub signer: Arc<Signer>,
    /// Signs our own calls to others.
    pub identity: ServiceIdentity,
    pub config: config::Config,
    /// questionnaire-svc: the right to a promo code.
    pub questionnaire: Connection,
    /// identity-svc: the IIN behind an account.
    pub persons: Connection,
}

/// Builds the service; nothing runs yet. The routes for partners are guarded by themselves and
/// belong on a port of their own.
pub async fn build(wiring: Wiring) -> anyhow::Result<Service> {
    let guard = |domain, texts, rows: &[Row]| Guard {
        service: NAME,
        domain,
        texts,
        policy: Policy::new(rows),
        verifier: wiring.verifier.clone(),
        clock: wiring.clock.clone(),
        longest: Duration::from_secs(10),
    };
    let people = guard(DOMAIN, &TEXTS, policy::ROWS);
    let partners = guard(PARTNER_DOMAIN, &PARTNER_TEXTS, policy::PARTNER_ROWS);
    let ctx = Arc::new(Context::new(wiring)?);
    Ok(Service {
        name: NAME,
        routes: people.protect(rpc::routes(&ctx)),
        partner_routes: Some(partners.protect(rpc::partner_routes(&ctx))),
        subscribers: events::subscribers(&ctx),
        jobs: jobs::all(&ctx),
        relay: Relay {
            db: ctx.db.clone(),
            bus: chassis::bus::Bus::default(),
            clock: ctx.clock.clone(),
        },
    })
}
