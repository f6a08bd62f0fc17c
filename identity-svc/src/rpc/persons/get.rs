//! Tells a service who stands behind an account.

use chassis::clock::to_pb;
use chassis::mask::Masked;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use crate::domain::account::{Account, Papers, Sex};
use crate::rpc::accounts::source_to_pb;
use crate::rpc::{date_to_pb, language_to_pb, named};
use crate::{Context, store};

pub async fn get(ctx: &Context, request: Request<pb::GetPersonRequest>) -> Result<pb::Person> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = named(&mut violations, "name", "accounts/*/person", &pb.name);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let account =
        store::account::find(&ctx.sealer, ctx.db.read(), id.ok_or_else(not_found)?).await?;
    Ok(message(&account.ok_or_else(not_found)?))
}

/// Who stands behind the account.
pub fn message(account: &Account) -> pb::Person {
    let person = &account.person;
    let papers = person.papers.as_ref();
    let text = |of: fn(&Papers) -> &Masked<String>| {
        papers.map_or_else(String::new, |papers| of(papers).reveal().clone())
    };
    let sex = papers.map_or(pb::Sex::Unspecified, |papers| match papers.sex.reveal() {
        Sex::Female => pb::Sex::Female,
        Sex::Male => pb::Sex::Male,
    });
    pb::Person {
        name: format!("{}/person", account.name()),
        account: account.name(),
        iin: account.iin.reveal().clone(),
        family_name: person.family_name.reveal().clone(),
        given_name: person.given_name.reveal().clone(),
        patronymic: person.patronymic.reveal().clone(),
        birth_date: Some(date_to_pb(*person.birth_date.reveal())),
        birth_date_source: source_to_pb(person.birth_date_source).into(),
        birth_place: person.birth_place.reveal().clone(),
        email: account.email.reveal().to_owned(),
        language: language_to_pb(account.language).into(),
        registration_time: Some(to_pb(account.created)),
        no_iin: !account.has_iin(),
        names_proven: person.names_are_proven(),
        sex: sex.into(),
        ethnicity: text(|papers| &papers.ethnicity),
        citizenship: text(|papers| &papers.citizenship),
        document_number: text(|papers| &papers.document_number),
        phone: text(|papers| &papers.phone),
    }
}
