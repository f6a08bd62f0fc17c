//! The experts' work on submissions: tasks with a term in working days, claims under a lease,
//! second opinions, decisions that stay, in a log that only grows. And what people ask, with its answers.
//!
//! | room | what is in it |
//! |---|---|
//! | [`domain`] | the rules: working days, the life of a task, reasons, every "no" |
//! | [`rpc`] | one folder per gRPC service, one file per RPC |
//! | [`events`] | what other services tell us, and what we tell them |
//! | [`jobs`] | what only the clock brings: lapsed claims, overdue tasks, terms counted late; and what a call had no time for: publications, terms counted anew |
//! | [`store`] | the only room that knows SQL; [`migrations`] makes its tables |
//! | [`calendars`] | the calendars compiled in, and the newer ones of a folder |
//! | [`policy`], [`config`] | who may call what; every setting |

pub mod calendars;
pub mod config;
pub mod domain;
pub mod events;
pub mod jobs;
pub mod migrations;
pub mod policy;
pub mod rpc;
pub mod store;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use chassis::bus::Bus;
use chassis::caller::{Caller, ServiceIdentity};
use chassis::client::Connection;
use chassis::clock::Clock;
use chassis::database::Database;
use chassis::ids::Ids;
use chassis::outbox::Relay;
use chassis::policy::Policy;
use chassis::server::{Guard, Service};
use chassis::text::Texts;
use chassis::token::Verifier;
use proto::review::v1::audit_records_server::AuditRecordsServer;
use proto::review::v1::bulk_reviews_server::BulkReviewsServer;
use proto::review::v1::decision_log_entries_server::DecisionLogEntriesServer;
use proto::review::v1::enquiries_server::EnquiriesServer;
use proto::review::v1::pending_decisions_server::PendingDecisionsServer;
use proto::review::v1::public_answers_server::PublicAnswersServer;
use proto::review::v1::reason_codes_server::ReasonCodesServer;
use proto::review::v1::review_policies_server::ReviewPoliciesServer;
use proto::review::v1::review_queues_server::ReviewQueuesServer;
use proto::review::v1::review_tasks_server::ReviewTasksServer;
use proto::review::v1::saved_filters_server::SavedFiltersServer;
use proto::review::v1::section_verdicts_server::SectionVerdictsServer;
use proto::review::v1::statistics_server::StatisticsServer;
use proto::review::v1::work_calendars_server::WorkCalendarsServer;
use tonic::service::Routes;

use config::Config;
use domain::calendar::WorkCalendar;
use domain::reason_code::{Reasons, reserve};

/// The name that others know the service by.
pub const NAME: &str = "review-svc";

/// The domain of its reasons.
pub const DOMAIN: &str = "review.irikteu.kz";

pub static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(
        include_str!("../texts/kk.ftl"),
        include_str!("../texts/ru.ftl"),
        include_str!("../texts/en.ftl"),
    )
});

/// What the service is built from.
pub struct Wiring {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub verifier: Verifier,
    pub identity: ServiceIdentity,
    pub config: Config,
    /// Where submissions and the rules of campaigns are read.
    pub questionnaire: Connection,
}

/// What every call, event and job works with.
pub struct Context {
    pub db: Database,
    pub clock: Clock,
    pub ids: Ids,
    pub config: Config,
    pub questionnaire: Connection,
    /// The calendars of the program and its folder; [`store::calendar::in_force`] adds those published.
    pub calendar: WorkCalendar,
    pub reasons: &'static Reasons,
}

impl Context {
    /// Whom audit rows name where no person is behind a change.
    pub fn itself(&self) -> Caller {
        Caller::Service(NAME.to_owned())
    }
}

/// Builds the service; nothing runs yet.
///
/// # Errors
/// If a calendar of the folder in the settings can't be used.
pub async fn build(wiring: Wiring) -> anyhow::Result<Service> {
    let calendar = calendars::load(wiring.config.calendars.as_deref())?;
    let ctx = Arc::new(Context {
        db: wiring.db,
        clock: wiring.clock,
        ids: wiring.ids,
        config: wiring.config,
        questionnaire: wiring.questionnaire.signed(wiring.identity),
        calendar,
        reasons: reserve(),
    });
    let routes = Routes::new(ReviewTasksServer::new(rpc::review_tasks::ReviewTasks::new(
        &ctx,
    )))
    .add_service(DecisionLogEntriesServer::new(
        rpc::decision_log_entries::DecisionLogEntries::new(&ctx),
    ))
    .add_service(ReasonCodesServer::new(rpc::reason_codes::ReasonCodes::new(
        &ctx,
    )))
    .add_service(WorkCalendarsServer::new(
        rpc::work_calendars::WorkCalendars::new(&ctx),
    ))
    .add_service(SectionVerdictsServer::new(
        rpc::section_verdicts::SectionVerdicts::new(&ctx),
    ));
    let routes = queue_routes(routes, &ctx);
    let routes = manager_routes(routes, &ctx);
    let routes = enquiry_routes(routes, &ctx);
    let guard = Guard {
        service: NAME,
        domain: DOMAIN,
        texts: &TEXTS,
        policy: Policy::new(policy::ROWS),
        verifier: wiring.verifier,
        clock: ctx.clock.clone(),
        longest: Duration::from_secs(20),
    };
    Ok(Service {
        name: NAME,
        routes: guard.protect(routes),
        partner_routes: None,
        subscribers: events::subscribers(&ctx),
        jobs: jobs::jobs(&ctx),
        relay: Relay {
            db: ctx.db.clone(),
            bus: Bus::default(),
            clock: ctx.clock.clone(),
        },
    })
}

/// How experts share the work.
fn queue_routes(routes: Routes, ctx: &Arc<Context>) -> Routes {
    routes
        .add_service(ReviewQueuesServer::new(
            rpc::review_queues::ReviewQueues::new(ctx),
        ))
        .add_service(SavedFiltersServer::new(
            rpc::saved_filters::SavedFilters::new(ctx),
        ))
        .add_service(BulkReviewsServer::new(rpc::bulk_reviews::BulkReviews::new(
            ctx,
        )))
}

/// How people ask, and read what was answered.
fn enquiry_routes(routes: Routes, ctx: &Arc<Context>) -> Routes {
    routes
        .add_service(EnquiriesServer::new(rpc::enquiries::Enquiries::new(ctx)))
        .add_service(PublicAnswersServer::new(
            rpc::public_answers::PublicAnswers::new(ctx),
        ))
}

/// How a campaign is led.
fn manager_routes(routes: Routes, ctx: &Arc<Context>) -> Routes {
    routes
        .add_service(PendingDecisionsServer::new(
            rpc::pending_decisions::PendingDecisions::new(ctx),
        ))
        .add_service(ReviewPoliciesServer::new(
            rpc::review_policies::ReviewPolicies::new(ctx),
        ))
        .add_service(StatisticsServer::new(rpc::statistics::Statistics::new(ctx)))
        .add_service(AuditRecordsServer::new(rpc::audit_records::AuditRecords(
            ctx.clone(),
        )))
}
