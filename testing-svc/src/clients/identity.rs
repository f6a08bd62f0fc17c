//! identity-svc: who stands behind an account.

use anyhow::anyhow;
use chassis::identifier::Iin;
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
