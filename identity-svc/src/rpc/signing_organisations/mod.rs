//! Organisations whose people sign in with the organisation's keys.

use std::sync::Arc;

use chassis::clock::to_pb;
use chassis::identifier::Bin;
use chassis::violation::Violations;
use chassis::{Error, Result as Outcome};
use proto::identity::v1 as pb;
use proto::identity::v1::signing_organisations_server;
use proto::wire::v1::LocalizedText;
use tonic::{Request, Response, Status};

use crate::domain::signature::SignerRole;
use crate::domain::signing_organisation::{
    Kind, SigningOrganisation, SigningRule, Title, is_act, normal,
};
use crate::{Context, store};

mod create;
mod get;
mod list;
mod update;

#[derive(Clone)]
pub struct SigningOrganisations(Arc<Context>);

impl SigningOrganisations {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl signing_organisations_server::SigningOrganisations for SigningOrganisations {
    async fn create_signing_organisation(
        &self,
        request: Request<pb::CreateSigningOrganisationRequest>,
    ) -> Result<Response<pb::SigningOrganisation>, Status> {
        Ok(Response::new(create::create(&self.0, request).await?))
    }

    async fn get_signing_organisation(
        &self,
        request: Request<pb::GetSigningOrganisationRequest>,
    ) -> Result<Response<pb::SigningOrganisation>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_signing_organisations(
        &self,
        request: Request<pb::ListSigningOrganisationsRequest>,
    ) -> Result<Response<pb::ListSigningOrganisationsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn update_signing_organisation(
        &self,
        request: Request<pb::UpdateSigningOrganisationRequest>,
    ) -> Result<Response<pb::SigningOrganisation>, Status> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }
}

const LONGEST_TITLE: usize = 300;
/// Twice the acts that there are.
const MOST_RULES: usize = 50;

/// The BIN in a name. One that is mistyped is nobody's, so it is not found.
pub fn meant(violations: &mut Violations, field: &str, name: &str) -> Option<Bin> {
    let id = chassis::name::capture::<1>("signingOrganisations/*", name);
    if id.is_none() {
        let reason = if name.is_empty() {
            "REQUIRED"
        } else {
            "INVALID_NAME"
        };
        violations.add(field, reason);
    }
    id.and_then(|[bin]| Bin::parse(bin).ok())
}

pub async fn found(ctx: &Context, bin: Option<Bin>, name: &str) -> Outcome<SigningOrganisation> {
    let not_found = || Error::NotFound(name.to_owned());
    let bin = bin.ok_or_else(not_found)?;
    let found = store::signing_organisation::find(ctx.db.read(), bin).await?;
    found.ok_or_else(not_found)
}

fn title(violations: &mut Violations, field: &str, title: Option<&LocalizedText>) -> Title {
    let title = title.cloned().unwrap_or_default();
    let place = |language: &str| format!("{field}.{language}");
    Title {
        kk: violations.text(&place("kk"), &title.kk, LONGEST_TITLE),
        ru: violations.text(&place("ru"), &title.ru, LONGEST_TITLE),
        en: violations.optional_text(&place("en"), &title.en, LONGEST_TITLE),
    }
}

fn kind(violations: &mut Violations, field: &str, kind: i32) -> Option<Kind> {
    use pb::signing_organisation::Kind as Wire;
    let kind = match Wire::try_from(kind) {
        Ok(Wire::College) => Ok(Kind::College),
        Ok(Wire::EducationDepartment) => Ok(Kind::EducationDepartment),
        Ok(Wire::Other) => Ok(Kind::Other),
        Ok(Wire::Unspecified) => Err("REQUIRED"),
        Err(_) => Err("UNKNOWN_VALUE"),
    };
    violations.take(field, kind)
}

fn roles(violations: &mut Violations, field: &str, roles: &[i32]) -> Vec<SignerRole> {
    let read = |(at, role): (usize, &i32)| {
        let role = match pb::SignerRole::try_from(*role) {
            Ok(pb::SignerRole::Ceo) => Ok(SignerRole::Ceo),
            Ok(pb::SignerRole::CanSign) => Ok(SignerRole::CanSign),
            Ok(pb::SignerRole::Hr) => Ok(SignerRole::Hr),
            Ok(pb::SignerRole::Employee) => Ok(SignerRole::Employee),
            Ok(pb::SignerRole::Unspecified) => Err("REQUIRED"),
            Err(_) => Err("UNKNOWN_VALUE"),
        };
        violations.take(&format!("{field}[{at}]"), role)
    };
    roles.iter().enumerate().filter_map(read).collect()
}

/// Rules by their acts, each with a role at least.
fn rules(violations: &mut Violations, field: &str, rules: &[pb::SigningRule]) -> Vec<SigningRule> {
    if rules.len() > MOST_RULES {
        violations.add_with(field, "TOO_MANY", [("max", MOST_RULES.to_string())]);
        return Vec::new();
    }
    let mut read: Vec<SigningRule> = Vec::new();
    for (at, rule) in rules.iter().enumerate() {
        let place = |name: &str| format!("{field}[{at}].{name}");
        match rule.act.as_str() {
            "" => violations.add(place("act"), "REQUIRED"),
            act if !is_act(act) => violations.add(place("act"), "INVALID_FORMAT"),
            act if read.iter().any(|rule| rule.act == act) => {
                violations.add(place("act"), "ACT_TWICE")
            }
            _ => &mut *violations,
        };
        if rule.roles.is_empty() {
            violations.add(place("roles"), "REQUIRED");
        }
        let roles = roles(violations, &place("roles"), &rule.roles);
        read.push(SigningRule {
            act: rule.act.clone(),
            roles: normal(&roles),
        });
    }
    read
}

/// As the audit says it.
fn who_signs(organisation: &SigningOrganisation) -> String {
    let rules = organisation.signing_rules.iter().map(SigningRule::in_words);
    let all: Vec<_> = std::iter::once(organisation.roles_in_words())
        .chain(rules)
        .collect();
    all.join("; ")
}

fn show(organisation: &SigningOrganisation) -> pb::SigningOrganisation {
    use pb::signing_organisation::Kind as Wire;
    let kind = match organisation.kind {
        Kind::College => Wire::College,
        Kind::EducationDepartment => Wire::EducationDepartment,
        Kind::Other => Wire::Other,
    };
    let Title { kk, ru, en } = organisation.title.clone();
    pb::SigningOrganisation {
        name: organisation.name(),
        bin: organisation.bin.to_string(),
        title: Some(LocalizedText { kk, ru, en }),
        kind: kind.into(),
        allowed_roles: roles_to_pb(&organisation.allowed_roles),
        create_time: Some(to_pb(organisation.created)),
        etag: organisation.etag(),
        signing_rules: organisation.signing_rules.iter().map(rule_to_pb).collect(),
    }
}

fn rule_to_pb(rule: &SigningRule) -> pb::SigningRule {
    pb::SigningRule {
        act: rule.act.clone(),
        roles: roles_to_pb(&rule.roles),
    }
}

fn roles_to_pb(roles: &[SignerRole]) -> Vec<i32> {
    roles.iter().map(|role| role_to_pb(*role).into()).collect()
}

pub fn role_to_pb(role: SignerRole) -> pb::SignerRole {
    match role {
        SignerRole::Ceo => pb::SignerRole::Ceo,
        SignerRole::CanSign => pb::SignerRole::CanSign,
        SignerRole::Hr => pb::SignerRole::Hr,
        SignerRole::Employee => pb::SignerRole::Employee,
    }
}
