//! What people want by mail.

use std::sync::Arc;

use chassis::caller::{Caller, Person};
use chassis::clock::to_pb;
use chassis::violation::Violations;
use chassis::{Error, name};
use proto::identity::v1 as pb;
use proto::identity::v1::mail_preferences_server;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use crate::Context;
use crate::domain::mail_preference::MailPreference;

mod get;
mod update;

#[derive(Clone)]
pub struct MailPreferences(Arc<Context>);

impl MailPreferences {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl mail_preferences_server::MailPreferences for MailPreferences {
    async fn get_mail_preference(
        &self,
        request: Request<pb::GetMailPreferenceRequest>,
    ) -> Result<Response<pb::MailPreference>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn update_mail_preference(
        &self,
        request: Request<pb::UpdateMailPreferenceRequest>,
    ) -> Result<Response<pb::MailPreference>, Status> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }
}

fn name_of(account: Uuid) -> String {
    format!("accounts/{account}/mailPreference")
}

fn show(account: Uuid, preference: &MailPreference) -> pb::MailPreference {
    let kind = |kind: &String| pb::message::Kind::from_str_name(&format!("KIND_{kind}"));
    let muted = preference.muted.iter().filter_map(kind);
    pb::MailPreference {
        name: name_of(account),
        muted_kinds: muted.map(i32::from).collect(),
        etag: preference.etag(),
        update_time: preference.updated.map(to_pb),
    }
}

/// Notes a name of another shape; only one's own is open to anybody.
fn check_name(violations: &mut Violations, field: &str, name: &str) {
    let known = name::capture::<1>("accounts/*/mailPreference", name)
        .is_some_and(|[account]| account == "me" || Uuid::parse_str(account).is_ok());
    if !known {
        let reason = if name.is_empty() {
            "REQUIRED"
        } else {
            "INVALID_NAME"
        };
        violations.add(field, reason);
    }
}

/// Whose it is: the caller's, or nobody's that the caller knows of.
fn own(caller: &Caller, name: &str) -> chassis::Result<Person> {
    let person = caller.person()?.clone();
    if name == "accounts/me/mailPreference" || name == name_of(person.account) {
        return Ok(person);
    }
    Err(Error::NotFound(name.to_owned()))
}
