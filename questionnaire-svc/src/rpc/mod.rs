//! The calls of questionnaire-svc: one folder per gRPC service, one file per RPC.
//!
//! | file | what is shared |
//! |---|---|
//! | [`name`], [`etag`], [`wire`] | resource names, etags, dates, texts and JSON of the wire |
//! | [`mask`], [`problems`] | which fields an edit changes; what is wrong with an imported file |
//! | [`access`] | whose application a caller may reach |
//! | [`rebase`] | drafts moved to the form of today |
//! | [`claims`] | the benefits that a submission claims with a proof |
//! | [`filling`] | an application with everything that the rules look at |
//! | [`readiness`] | problems and checks as messages, in the language of the call |

pub mod access;
pub mod application_choices;
pub mod applications;
pub mod audit_records;
pub mod board_actions;
pub mod campaigns;
pub mod claims;
pub mod colleges;
pub mod dictionaries;
pub mod disclosures;
pub mod documents;
pub mod etag;
pub mod exam_sittings;
pub mod filling;
pub mod forms;
pub mod mask;
pub mod name;
pub mod news;
pub mod organisations;
pub mod problems;
pub mod promo_rights;
pub mod readiness;
pub mod rebase;
pub mod score_formulas;
pub mod sections;
pub mod service_requests;
pub mod specialties;
pub mod submissions;
pub mod wire;

use std::sync::Arc;

use proto::questionnaire::v1::application_choices_server::ApplicationChoicesServer;
use proto::questionnaire::v1::applications_server::ApplicationsServer;
use proto::questionnaire::v1::audit_records_server::AuditRecordsServer;
use proto::questionnaire::v1::board_actions_server::BoardActionsServer;
use proto::questionnaire::v1::campaigns_server::CampaignsServer;
use proto::questionnaire::v1::colleges_server::CollegesServer;
use proto::questionnaire::v1::dictionaries_server::DictionariesServer;
use proto::questionnaire::v1::disclosures_server::DisclosuresServer;
use proto::questionnaire::v1::documents_server::DocumentsServer;
use proto::questionnaire::v1::exam_sittings_server::ExamSittingsServer;
use proto::questionnaire::v1::forms_server::FormsServer;
use proto::questionnaire::v1::news_server::NewsServer;
use proto::questionnaire::v1::organisations_server::OrganisationsServer;
use proto::questionnaire::v1::promo_rights_server::PromoRightsServer;
use proto::questionnaire::v1::score_formulas_server::ScoreFormulasServer;
use proto::questionnaire::v1::sections_server::SectionsServer;
use proto::questionnaire::v1::service_requests_server::ServiceRequestsServer;
use proto::questionnaire::v1::specialties_server::SpecialtiesServer;
use proto::questionnaire::v1::submissions_server::SubmissionsServer;
use tonic::service::Routes;

use crate::Context;

/// Every gRPC service, not yet guarded.
pub fn routes(ctx: &Arc<Context>) -> Routes {
    Routes::default()
        .add_service(AuditRecordsServer::new(audit_records::AuditRecords(
            ctx.clone(),
        )))
        .add_service(CampaignsServer::new(campaigns::Campaigns(ctx.clone())))
        .add_service(FormsServer::new(forms::Forms(ctx.clone())))
        .add_service(DictionariesServer::new(dictionaries::Dictionaries(
            ctx.clone(),
        )))
        .add_service(ApplicationsServer::new(applications::Applications(
            ctx.clone(),
        )))
        .add_service(ApplicationChoicesServer::new(
            application_choices::ApplicationChoices(ctx.clone()),
        ))
        .add_service(SectionsServer::new(sections::Sections(ctx.clone())))
        .add_service(DocumentsServer::new(documents::Documents(ctx.clone())))
        .add_service(SubmissionsServer::new(submissions::Submissions(
            ctx.clone(),
        )))
        .add_service(DisclosuresServer::new(disclosures::Disclosures(
            ctx.clone(),
        )))
        .add_service(NewsServer::new(news::News(ctx.clone())))
        .add_service(OrganisationsServer::new(organisations::Organisations(
            ctx.clone(),
        )))
        .add_service(PromoRightsServer::new(promo_rights::PromoRights(
            ctx.clone(),
        )))
        .add_service(SpecialtiesServer::new(specialties::Specialties(
            ctx.clone(),
        )))
        .add_service(ScoreFormulasServer::new(score_formulas::ScoreFormulas(
            ctx.clone(),
        )))
        .add_service(CollegesServer::new(colleges::Colleges(ctx.clone())))
        .add_service(BoardActionsServer::new(board_actions::BoardActions(
            ctx.clone(),
        )))
        .add_service(ExamSittingsServer::new(exam_sittings::ExamSittings(
            ctx.clone(),
        )))
        .add_service(ServiceRequestsServer::new(
            service_requests::ServiceRequests(ctx.clone()),
        ))
}
