//! Who stands behind an account.

use chassis::Result;
use chassis::clock::from_pb;
use chassis::mask::Masked;
use proto::identity::v1::persons_client::PersonsClient;
use proto::identity::v1::{self as pb, BirthDateSource as Source, GetPersonRequest};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ours;
use crate::Context;
use crate::domain::eligibility::{BirthDate, BirthDateSource};
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
