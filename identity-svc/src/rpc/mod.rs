//! The calls: one folder per gRPC service, one file per RPC.

use std::sync::Arc;

use chassis::violation::Violations;
use jiff::civil::Date as CivilDate;
use proto::google::r#type::Date;
use proto::identity::v1::accounts_server::AccountsServer;
use proto::identity::v1::audit_records_server::AuditRecordsServer;
use proto::identity::v1::email_changes_server::EmailChangesServer;
use proto::identity::v1::failed_sign_ins_server::FailedSignInsServer;
use proto::identity::v1::mail_preferences_server::MailPreferencesServer;
use proto::identity::v1::mails_server::MailsServer;
use proto::identity::v1::messages_server::MessagesServer;
use proto::identity::v1::persons_server::PersonsServer;
use proto::identity::v1::recoveries_server::RecoveriesServer;
use proto::identity::v1::registration_attempts_server::RegistrationAttemptsServer;
use proto::identity::v1::sessions_server::SessionsServer;
use proto::identity::v1::sign_in_challenges_server::SignInChallengesServer;
use proto::identity::v1::signatories_server::SignatoriesServer;
use proto::identity::v1::signatures_server::SignaturesServer;
use proto::identity::v1::signing_organisations_server::SigningOrganisationsServer;
use proto::identity::v1::staff_invitations_server::StaffInvitationsServer;
use proto::wire::v1::Language;
use tonic::service::Routes;
use uuid::Uuid;

use crate::Context;

pub mod accounts;
pub mod audit_records;
pub mod email_changes;
pub mod failed_sign_ins;
pub mod mail_preferences;
pub mod mails;
pub mod messages;
pub mod persons;
pub mod place;
pub mod proof;
pub mod recoveries;
pub mod registration_attempts;
pub mod sessions;
pub mod sign_in_challenges;
pub mod signatories;
pub mod signatures;
mod signer;
pub mod signing_organisations;
mod staff;
pub mod staff_invitations;
mod stated;
pub mod throttle;
pub mod watching;

pub fn routes(ctx: &Arc<Context>) -> Routes {
    Routes::new(AccountsServer::new(accounts::Accounts::new(ctx.clone())))
        .add_service(AuditRecordsServer::new(audit_records::AuditRecords::new(
            ctx.clone(),
        )))
        .add_service(EmailChangesServer::new(email_changes::EmailChanges::new(
            ctx.clone(),
        )))
        .add_service(FailedSignInsServer::new(
            failed_sign_ins::FailedSignIns::new(ctx.clone()),
        ))
        .add_service(MailPreferencesServer::new(
            mail_preferences::MailPreferences::new(ctx.clone()),
        ))
        .add_service(MailsServer::new(mails::Mails::new(ctx.clone())))
        .add_service(MessagesServer::new(messages::Messages::new(ctx.clone())))
        .add_service(PersonsServer::new(persons::Persons::new(ctx.clone())))
        .add_service(RecoveriesServer::new(recoveries::Recoveries::new(
            ctx.clone(),
        )))
        .add_service(RegistrationAttemptsServer::new(
            registration_attempts::RegistrationAttempts::new(ctx.clone()),
        ))
        .add_service(SessionsServer::new(sessions::Sessions::new(ctx.clone())))
        .add_service(SignInChallengesServer::new(
            sign_in_challenges::SignInChallenges::new(ctx.clone()),
        ))
        .add_service(SignatoriesServer::new(signatories::Signatories::new(
            ctx.clone(),
        )))
        .add_service(SignaturesServer::new(signatures::Signatures::new(
            ctx.clone(),
        )))
        .add_service(SigningOrganisationsServer::new(
            signing_organisations::SigningOrganisations::new(ctx.clone()),
        ))
        .add_service(StaffInvitationsServer::new(
            staff_invitations::StaffInvitations::new(ctx.clone()),
        ))
}

/// Notes a request id that can't be one, beside everything else that is wrong.
fn check_request_id(violations: &mut Violations, request_id: &str) {
    if request_id.is_empty() {
        violations.add("request_id", "REQUIRED");
    } else if Uuid::parse_str(request_id).is_err() {
        violations.add("request_id", "INVALID_REQUEST_ID");
    }
}

/// The id in a resource name; noted where the name is of another shape.
fn named(violations: &mut Violations, field: &str, pattern: &str, name: &str) -> Option<Uuid> {
    let id = chassis::name::uuid(pattern, name);
    if id.is_none() {
        violations.add(
            field,
            if name.is_empty() {
                "REQUIRED"
            } else {
                "INVALID_NAME"
            },
        );
    }
    id
}

fn language_to_pb(language: chassis::text::Language) -> Language {
    match language {
        chassis::text::Language::Kk => Language::Kk,
        chassis::text::Language::Ru => Language::Ru,
        chassis::text::Language::En => Language::En,
    }
}

/// Kazakh where not said; noted where it is none of ours.
fn language_from_pb(
    violations: &mut Violations,
    field: &str,
    language: i32,
) -> chassis::text::Language {
    match Language::try_from(language) {
        Ok(Language::Unspecified | Language::Kk) => chassis::text::Language::Kk,
        Ok(Language::Ru) => chassis::text::Language::Ru,
        Ok(Language::En) => chassis::text::Language::En,
        Err(_) => {
            violations.add(field, "UNKNOWN_VALUE");
            chassis::text::Language::Kk
        }
    }
}

fn date_to_pb(date: CivilDate) -> Date {
    Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}

/// `None` where the calendar has no such day.
pub(crate) fn date_from_pb(date: &Date) -> Option<CivilDate> {
    let number = |n: i32| i8::try_from(n).ok();
    CivilDate::new(
        i16::try_from(date.year).ok()?,
        number(date.month)?,
        number(date.day)?,
    )
    .ok()
}
