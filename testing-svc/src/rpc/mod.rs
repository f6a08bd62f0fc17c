//! The calls: one folder per gRPC service, one file per RPC.
//!
//! | folder | gRPC service |
//! |---|---|
//! | [`promo_codes`], [`language_results`] | a free language test, and its result |
//! | [`test_centers`], [`rooms`], [`stages`], [`test_sessions`], [`closures`] | what the exam desk plans |
//! | [`bookings`], [`waitlist_entries`], [`attempts`] | what a person does with it |
//! | [`candidates`] | who takes part, by a number instead of a name |
//! | [`stage_results`], [`appeals`], [`certificates`], [`memberships`] | what comes of a stage, and of the last one |
//! | [`ratings`], [`allocation_runs`], [`admission_results`], [`admission_offers`] | college admission: ranks, places, offers |
//! | [`redemptions`], [`examinations`] | what partners call, on a port of their own |
//! | [`paper`] | what is drawn, on its way out |
//! | [`parse`], [`wishes`], [`mask`], [`enums`] | the wire's shapes, read and written |

pub mod admission_offers;
pub mod admission_results;
pub mod allocation_runs;
pub mod appeals;
pub mod attempts;
pub mod audit_records;
pub mod bookings;
pub mod candidates;
pub mod certificates;
pub mod closures;
pub mod enums;
pub mod examinations;
pub mod language_results;
pub mod mask;
pub mod memberships;
pub mod paper;
pub mod parse;
pub mod promo_codes;
pub mod ratings;
pub mod redemptions;
pub mod rooms;
pub mod stage_results;
pub mod stages;
pub mod test_centers;
pub mod test_sessions;
pub mod waitlist_entries;
pub mod wishes;

use std::sync::Arc;

use proto::partner::v1::examinations_server::ExaminationsServer;
use proto::partner::v1::redemptions_server::RedemptionsServer;
use proto::testing::v1::admission_offers_server::AdmissionOffersServer;
use proto::testing::v1::admission_results_server::AdmissionResultsServer;
use proto::testing::v1::allocation_runs_server::AllocationRunsServer;
use proto::testing::v1::appeals_server::AppealsServer;
use proto::testing::v1::attempts_server::AttemptsServer;
use proto::testing::v1::audit_records_server::AuditRecordsServer;
use proto::testing::v1::bookings_server::BookingsServer;
use proto::testing::v1::candidates_server::CandidatesServer;
use proto::testing::v1::certificates_server::CertificatesServer;
use proto::testing::v1::closures_server::ClosuresServer;
use proto::testing::v1::language_results_server::LanguageResultsServer;
use proto::testing::v1::memberships_server::MembershipsServer;
use proto::testing::v1::promo_codes_server::PromoCodesServer;
use proto::testing::v1::ratings_server::RatingsServer;
use proto::testing::v1::rooms_server::RoomsServer;
use proto::testing::v1::stage_results_server::StageResultsServer;
use proto::testing::v1::stages_server::StagesServer;
use proto::testing::v1::test_centers_server::TestCentersServer;
use proto::testing::v1::test_sessions_server::TestSessionsServer;
use proto::testing::v1::waitlist_entries_server::WaitlistEntriesServer;
use tonic::service::Routes;

use crate::Context;

/// What people and services call.
pub fn routes(ctx: &Arc<Context>) -> Routes {
    Routes::default()
        .add_service(AuditRecordsServer::new(audit_records::AuditRecords(
            ctx.clone(),
        )))
        .add_service(PromoCodesServer::new(promo_codes::PromoCodes(ctx.clone())))
        .add_service(LanguageResultsServer::new(
            language_results::LanguageResults(ctx.clone()),
        ))
        .add_service(TestCentersServer::new(test_centers::TestCenters(
            ctx.clone(),
        )))
        .add_service(RoomsServer::new(rooms::Rooms(ctx.clone())))
        .add_service(ClosuresServer::new(closures::Closures(ctx.clone())))
        .add_service(WaitlistEntriesServer::new(
            waitlist_entries::WaitlistEntries(ctx.clone()),
        ))
        .add_service(StagesServer::new(stages::Stages(ctx.clone())))
        .add_service(TestSessionsServer::new(test_sessions::TestSessions(
            ctx.clone(),
        )))
        .add_service(BookingsServer::new(bookings::Bookings::new(ctx.clone())))
        .add_service(AttemptsServer::new(attempts::Attempts(ctx.clone())))
        .add_service(CandidatesServer::new(candidates::Candidates(ctx.clone())))
        .add_service(StageResultsServer::new(stage_results::StageResults(
            ctx.clone(),
        )))
        .add_service(AppealsServer::new(appeals::Appeals(ctx.clone())))
        .add_service(MembershipsServer::new(memberships::Memberships(
            ctx.clone(),
        )))
        .add_service(CertificatesServer::new(certificates::Certificates(
            ctx.clone(),
        )))
        .add_service(RatingsServer::new(ratings::Ratings(ctx.clone())))
        .add_service(AllocationRunsServer::new(allocation_runs::AllocationRuns(
            ctx.clone(),
        )))
        .add_service(AdmissionResultsServer::new(
            admission_results::AdmissionResults(ctx.clone()),
        ))
        .add_service(AdmissionOffersServer::new(
            admission_offers::AdmissionOffers(ctx.clone()),
        ))
}

/// What is served on the partners' port.
pub const PARTNER_SERVICES: [&str; 2] = [
    "irikteu.partner.v1.Redemptions",
    "irikteu.partner.v1.Examinations",
];

/// What partners call.
pub fn partner_routes(ctx: &Arc<Context>) -> Routes {
    Routes::default()
        .add_service(RedemptionsServer::new(redemptions::Redemptions::new(
            ctx.clone(),
        )))
        .add_service(ExaminationsServer::new(examinations::Examinations(
            ctx.clone(),
        )))
}
