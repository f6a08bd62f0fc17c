//! A section as a message, with its problems in the language of the call.

use chassis::clock::to_pb;
use proto::questionnaire::v1 as pb;
use serde_json::{Map, Value};

use crate::domain::form::SectionForm;
use crate::domain::readiness::problems_of;
use crate::domain::receive::Source;
use crate::domain::{experience, section};
use crate::rpc::filling::Filling;
use crate::rpc::{etag, readiness, wire};
use crate::store::application::Kept;

pub fn of(kept: &Kept, filling: &Filling, form: &SectionForm) -> pb::Section {
    let found = filling.sections.get(&form.id);
    let answers = found.map_or_else(
        || prefilled(filling, form),
        |found| found.filled.answers.clone(),
    );
    let problems = problems_of(form, &filling.filled(&[]));
    let experience = (form.id == "employment").then(|| {
        let rows = section::employment_rows(&answers);
        readiness::experience(&experience::of_rows(&rows, filling.day))
    });
    pb::Section {
        name: format!("{}/sections/{}", kept.name(), form.id),
        answers: Some(wire::to_struct(&answers)),
        complete: problems.is_empty(),
        problems: problems.iter().map(readiness::problem).collect(),
        verified: found.is_some_and(|found| found.filled.source == Source::LanguageResult),
        experience,
        update_time: found.map(|found| to_pb(found.update_time)),
        etag: etag::of(found.map_or(0, |found| found.version)),
    }
}

/// What is known of the person, for a section that was never saved.
fn prefilled(filling: &Filling, form: &SectionForm) -> Value {
    let facts = filling.person.facts.reveal();
    let known = form
        .prefilled()
        .filter_map(|(field, fact)| Some((field.to_owned(), facts.get(fact)?.clone())));
    Value::Object(known.collect::<Map<_, _>>())
}
