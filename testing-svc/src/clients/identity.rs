//! identity-svc: who stands behind an account.

use anyhow::anyhow;
use chassis::identifier::Iin;
use chassis::mask::Masked;
use chassis::{Error, Result};
use pb::persons_client::PersonsClient;
use proto::identity::v1 as pb;
use uuid::Uuid;

use crate::Context;
use crate::domain::refusal::Refusal;

/// The person's IIN. It is turned into its index at once and never kept.
///
/// # Errors
/// `IIN_NEEDED` where the account was made without one.
pub async fn iin(ctx: &Context, account: Uuid) -> Result<Iin> {
    let request = pb::GetPersonRequest {
        name: format!("accounts/{account}/person"),
    };
    let person = PersonsClient::new(ctx.persons.clone())
        .get_person(request)
        .await?
        .into_inner();
    if person.no_iin {
        return Err(Refusal::IinNeeded.into());
    }
    Iin::parse(&person.iin)
        .map_err(|reason| Error::Internal(anyhow!("identity-svc told a wrong IIN: {reason}")))
}

/// The person's name as a paper shows it: family name, given name, patronymic.
///
/// # Errors
/// If identity-svc doesn't know the account, or knows no name.
pub async fn full_name(ctx: &Context, account: Uuid) -> Result<Masked<String>> {
    let request = pb::GetPersonRequest {
        name: format!("accounts/{account}/person"),
    };
    let person = PersonsClient::new(ctx.persons.clone())
        .get_person(request)
        .await?
        .into_inner();
    let parts = [person.family_name, person.given_name, person.patronymic];
    let parts = parts.iter().map(|part| part.trim());
    let name: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    if name.is_empty() {
        return Err(Error::Internal(anyhow!("identity-svc told no name")));
    }
    Ok(Masked::new(name.join(" ")))
}
