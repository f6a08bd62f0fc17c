//! questionnaire-svc: campaigns and their forms, applications with sections and documents.
//!
//! | room | what is inside |
//! |---|---|
//! | [`domain`] | the rules: forms, answers, eligibility, the life of an application; pure |
//! | [`rpc`] | one folder per gRPC service, one file per RPC |
//! | [`store`], [`migrations`] | the only rooms that know SQL |
//! | [`events`] | what is heard from review-svc and testing-svc; what is told |
//! | [`jobs`] | clock-driven work: drafts that expire, sweeping, checks that were cut short |
//! | [`scan`] | the check of a document's bytes |
//! | [`clients`] | what is asked of other services |
//! | [`catalogue`] | forms and dictionaries as they hold now |
//! | [`config`], [`policy`] | settings; who may call what |

pub mod catalogue;
pub mod clients;
pub mod config;
pub mod domain;
pub mod events;
pub mod jobs;
pub mod migrations;
pub mod policy;
pub mod rpc;
pub mod scan;
pub mod store;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chassis::blob::Blobs;
use chassis::caller::ServiceIdentity;
use chassis::client::Connection;
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::ids::Ids;
use chassis::outbox::Relay;
use chassis::policy::Policy;
use chassis::server::{Guard, Service};
use chassis::text::Texts;
use chassis::token::Verifier;

use crate::catalogue::Catalogue;
use crate::config::Config;
use crate::scan::Scanner;

pub const NAME: &str = "questionnaire-svc";

/// The domain of this service's reasons.
pub const DOMAIN: &str = "questionnaire.irikteu.kz";

/// A call without a deadline of its own ends after this long.
const LONGEST: Duration = Duration::from_secs(20);
/// 20 MiB over a slow line; a blob without a document is swept later than this.
const LONGEST_UPLOAD: Duration = Duration::from_secs(15 * 60);

pub static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(
        include_str!("../texts/kk.ftl"),
        include_str!("../texts/ru.ftl"),
        include_str!("../texts/en.ftl"),
    )
});

/// What a handler works with.
pub struct Context {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub config: Config,
    pub blobs: Blobs,
    pub scanner: Scanner,
    pub catalogue: Catalogue,
    pub identity_svc: Connection,
    pub testing_svc: Connection,
    pub review_svc: Connection,
}

/// What the service is built of. Connections are signed here, in the service's own name.
pub struct Wiring {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub verifier: Verifier,
    pub identity: ServiceIdentity,
    pub config: Config,
    /// Where the bytes of documents are.
    pub blobs: Blobs,
    /// Who stands behind an account.
    pub identity_svc: Connection,
    /// Results of language tests.
    pub testing_svc: Connection,
    /// What an expert wrote to the applicant.
    pub review_svc: Connection,
}

/// The service, ready to be served.
///
/// # Errors
/// None so far; forms and dictionaries are read here, so that a first call does not wait for it.
pub async fn build(wiring: Wiring) -> anyhow::Result<Service> {
    LazyLock::force(&TEXTS);
    domain::form::published();
    domain::dictionary::Dictionaries::shipped();
    let signed = |connection: Connection| connection.signed(wiring.identity.clone());
    let ctx = Arc::new(Context {
        db: wiring.db.clone(),
        clock: wiring.clock.clone(),
        ids: wiring.ids,
        scanner: Scanner::new(&wiring.config),
        config: wiring.config,
        blobs: wiring.blobs,
        catalogue: Catalogue::default(),
        identity_svc: signed(wiring.identity_svc),
        testing_svc: signed(wiring.testing_svc),
        review_svc: signed(wiring.review_svc),
    });
    let patient = [policy::UPLOAD_DOCUMENT, policy::DOWNLOAD_DOCUMENT];
    let guard = Guard {
        service: NAME,
        domain: DOMAIN,
        texts: &TEXTS,
        policy: Policy::new(policy::ROWS).patient(&patient, LONGEST_UPLOAD),
        verifier: wiring.verifier,
        clock: wiring.clock.clone(),
        longest: LONGEST,
    };
    Ok(Service {
        name: NAME,
        routes: guard.protect(rpc::routes(&ctx)),
        partner_routes: None,
        subscribers: events::subscribers(&ctx),
        jobs: jobs::all(&ctx),
        relay: Relay {
            db: wiring.db,
            bus: chassis::bus::Bus::default(),
            clock: wiring.clock,
        },
    })
}
