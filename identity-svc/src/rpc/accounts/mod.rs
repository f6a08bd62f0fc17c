//! Accounts and roles.

use std::sync::Arc;

use chassis::caller::{Caller, Role};
use chassis::clock::to_pb;
use chassis::violation::Violations;
use chassis::{Error, Result as Outcome};
use proto::identity::v1 as pb;
use proto::identity::v1::accounts_server;
use tonic::{Request, Response, Status};

use super::{date_to_pb, language_to_pb, named};
use crate::domain::account::{Account, BirthDateSource};
use crate::{Context, store};
use uuid::Uuid;

mod change_password;
mod change_role;
pub mod current_password;
mod get;
mod list;
mod open;
mod update;

#[derive(Clone)]
pub struct Accounts(Arc<Context>);

impl Accounts {
    pub fn new(ctx: Arc<Context>) -> Self {
        Self(ctx)
    }
}

#[tonic::async_trait]
impl accounts_server::Accounts for Accounts {
    async fn get_account(
        &self,
        request: Request<pb::GetAccountRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn update_account(
        &self,
        request: Request<pb::UpdateAccountRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        Ok(Response::new(update::update(&self.0, request).await?))
    }

    async fn change_password(
        &self,
        request: Request<pb::ChangePasswordRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        Ok(Response::new(
            change_password::change_password(&self.0, request).await?,
        ))
    }

    async fn list_accounts(
        &self,
        request: Request<pb::ListAccountsRequest>,
    ) -> Result<Response<pb::ListAccountsResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    async fn grant_role(
        &self,
        request: Request<pb::GrantRoleRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        Ok(Response::new(change_role::grant(&self.0, request).await?))
    }

    async fn revoke_role(
        &self,
        request: Request<pb::RevokeRoleRequest>,
    ) -> Result<Response<pb::Account>, Status> {
        Ok(Response::new(change_role::revoke(&self.0, request).await?))
    }

    async fn open_account(
        &self,
        request: Request<pb::OpenAccountRequest>,
    ) -> Result<Response<pb::OpenAccountResponse>, Status> {
        Ok(Response::new(open::open(&self.0, request).await?))
    }
}

/// Who looks at an account: only the owner sees the IIN and the birth date.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    Owner,
    Administrator,
}

pub fn show(account: &Account, reader: Reader) -> pb::Account {
    let person = &account.person;
    let owner = reader == Reader::Owner;
    pb::Account {
        name: account.name(),
        iin: if owner {
            account.iin.reveal().clone()
        } else {
            String::new()
        },
        email: account.email.reveal().to_owned(),
        language: language_to_pb(account.language).into(),
        roles: account
            .roles
            .iter()
            .map(|role| role_to_pb(*role).into())
            .collect(),
        family_name: person.family_name.reveal().clone(),
        given_name: person.given_name.reveal().clone(),
        patronymic: person.patronymic.reveal().clone(),
        birth_date: owner.then(|| date_to_pb(*person.birth_date.reveal())),
        birth_date_source: source_to_pb(person.birth_date_source).into(),
        create_time: Some(to_pb(account.created)),
        etag: account.etag(),
        no_iin: !account.has_iin(),
        names_proven: person.names_are_proven(),
    }
}

/// What is kept as the answer to a request id: the name only, so that what the account says of a
/// person is in one place. A repeat shows the account as it is.
pub fn kept(account: Uuid) -> pb::Account {
    pb::Account {
        name: crate::domain::account::name(account),
        ..Default::default()
    }
}

/// Shows the account again that a kept answer names.
pub async fn show_again(ctx: &Context, kept: &pb::Account, reader: Reader) -> Outcome<pb::Account> {
    let id = chassis::name::uuid("accounts/*", &kept.name);
    let id = id.ok_or_else(|| Error::NotFound(kept.name.clone()))?;
    let account = store::account::find(&ctx.sealer, ctx.db.read(), id).await?;
    Ok(show(
        &account.ok_or_else(|| Error::NotFound(kept.name.clone()))?,
        reader,
    ))
}

/// The account that a name means, where `accounts/me` is the caller's own.
pub fn meant(
    violations: &mut Violations,
    field: &str,
    caller: &Caller,
    name: &str,
) -> Option<Uuid> {
    match caller {
        Caller::Person(person) if name == "accounts/me" => Some(person.account),
        _ => named(violations, field, "accounts/*", name),
    }
}

pub fn role_to_pb(role: Role) -> pb::Role {
    match role {
        Role::Expert => pb::Role::Expert,
        Role::CampaignManager => pb::Role::CampaignManager,
        Role::ExamDesk => pb::Role::ExamDesk,
        Role::Administrator => pb::Role::Administrator,
    }
}

/// `None` where not said or, noted, where it is none of ours.
pub(super) fn role_from_pb(violations: &mut Violations, field: &str, role: i32) -> Option<Role> {
    match pb::Role::try_from(role) {
        Ok(pb::Role::Unspecified) => None,
        Ok(pb::Role::Expert) => Some(Role::Expert),
        Ok(pb::Role::CampaignManager) => Some(Role::CampaignManager),
        Ok(pb::Role::ExamDesk) => Some(Role::ExamDesk),
        Ok(pb::Role::Administrator) => Some(Role::Administrator),
        Err(_) => {
            violations.add(field, "UNKNOWN_VALUE");
            None
        }
    }
}

pub fn source_to_pb(source: BirthDateSource) -> pb::BirthDateSource {
    match source {
        BirthDateSource::Registry => pb::BirthDateSource::Registry,
        BirthDateSource::Iin => pb::BirthDateSource::Iin,
        BirthDateSource::Stated => pb::BirthDateSource::Stated,
    }
}
