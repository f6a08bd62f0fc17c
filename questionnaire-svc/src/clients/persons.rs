//! Who stands behind an account.

use chassis::clock::from_pb;
use chassis::identifier::Iin;
use chassis::mask::Masked;
use chassis::{Error, Result};
use proto::identity::v1::persons_client::PersonsClient;
use proto::identity::v1::{
    self as pb, BirthDateSource as Source, GetPersonRequest, LookUpPersonRequest,
};
use serde_json::{Map, Value};
use tonic::Code;
use uuid::Uuid;

use super::ours;
use crate::Context;
use crate::domain::eligibility::{BirthDate, BirthDateSource};
use crate::domain::refusal::Refusal;
use crate::rpc::wire;
use crate::store::person::Person;

pub async fn get(ctx: &Context, account: Uuid) -> Result<Person> {
    let name = format!("accounts/{account}/person");
    let mut persons = PersonsClient::new(ctx.identity_svc.clone());
    let answer = persons
        .get_person(GetPersonRequest { name })
        .await
        .map_err(ours)?;
    Ok(person(&answer.into_inner()))
}

/// The account of the person with this IIN, and who stands behind it.
///
/// # Errors
/// `PERSON_UNKNOWN` where there is none.
pub async fn look_up(ctx: &Context, iin: Iin) -> Result<(Uuid, Person)> {
    let mut persons = PersonsClient::new(ctx.identity_svc.clone());
    let request = LookUpPersonRequest { iin: iin.reveal() };
    let told = match persons.look_up_person(request).await {
        Ok(answer) => answer.into_inner(),
        Err(status) if status.code() == Code::NotFound => {
            return Err(Refusal::PersonUnknown.into());
        }
        Err(status) => return Err(ours(status)),
    };
    let account = chassis::name::uuid("accounts/*", &told.account)
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("a person without an account")))?;
    Ok((account, person(&told)))
}

fn person(told: &pb::Person) -> Person {
    let date = told.birth_date.as_ref().and_then(wire::date);
    let texts = [
        ("iin", told.iin.clone()),
        ("family_name", told.family_name.clone()),
        ("given_name", told.given_name.clone()),
        ("patronymic", told.patronymic.clone()),
        (
            "birth_date",
            date.map(|date| date.to_string()).unwrap_or_default(),
        ),
        ("birth_place", told.birth_place.clone()),
        ("citizenship", told.citizenship.clone()),
    ];
    let fact = |(name, text): (&str, String)| {
        (!text.is_empty()).then(|| (name.to_owned(), Value::String(text)))
    };
    let facts: Map<String, Value> = texts.into_iter().filter_map(fact).collect();
    let source = match told.birth_date_source() {
        Source::Registry => BirthDateSource::Registry,
        Source::Stated => BirthDateSource::Declared,
        // The weakest source refuses nobody.
        Source::Iin | Source::Unspecified => BirthDateSource::Iin,
    };
    Person {
        facts: Masked::new(facts),
        birth_date: Masked::new(date.map(|date| BirthDate { date, source })),
        registration_time: told.registration_time.as_ref().and_then(from_pb),
    }
}
