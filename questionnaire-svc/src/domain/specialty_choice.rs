//! Specialties that answers name (`x-specialty`): which there are, which of them a form lets through,
//! and the wishes that they become when the application is sent.

use std::collections::BTreeMap;

use chassis::identifier::Bin;
use chassis::violation::Violations;
use serde_json::Value;

use super::annotation::{self, Place};
use super::choice::{Choice, MOST_CHOICES};
use super::dictionary::Dictionaries;
use super::form::FormRevision;
use super::readiness::FilledSection;
use super::specialty::{Ranking, Specialty, State};

/// What a form with choices is filled by. The education that one comes with is answered elsewhere.
const EDUCATION: (&str, &str) = ("education", "education_base");
/// Fields beside a choice that narrow it down, each as the specialty has it.
const BESIDE: [&str; 3] = ["study_form", "region", "language"];

/// A specialty of the campaign that answers name.
#[derive(Debug, Clone)]
pub struct Offered {
    pub bin: Bin,
    pub specialty: Specialty,
    pub state: State,
    pub ranking: Ranking,
}

/// By their names: those of the campaign among the ones that answers name.
pub type Known = BTreeMap<String, Offered>;

/// The names of specialties in answers, in their order.
pub fn named(schema: &Value, answers: &Value) -> Vec<String> {
    let name = |chosen: Chosen<'_>| chosen.name.to_owned();
    chosen(schema, answers).into_iter().map(name).collect()
}

/// A field with a specialty, and the object that it stands in.
struct Chosen<'a> {
    field: String,
    rule: &'a Value,
    name: &'a str,
    beside: &'a Value,
}

fn chosen<'a>(schema: &'a Value, answers: &'a Value) -> Vec<Chosen<'a>> {
    let of_object = |place: Place<'a>| {
        let fields = place.schema["properties"].as_object();
        let found = fields.into_iter().flatten().filter_map(move |(id, field)| {
            Some(Chosen {
                field: annotation::join(&place.field, id),
                rule: field.get("x-specialty")?,
                name: place.value.get(id)?.as_str()?,
                beside: place.value,
            })
        });
        found.collect::<Vec<_>>()
    };
    let places = annotation::places(schema, answers).into_iter();
    places.flat_map(of_object).collect()
}

/// Specialties that can't be chosen: not of the campaign, closed, of another kind of application, not
/// what stands beside them, or chosen before. What is no name at all is told by its format.
pub fn judge(schema: &Value, answers: &Value, known: &Known) -> Violations {
    let mut wrong = Violations::new();
    let chosen = chosen(schema, answers);
    for (at, it) in chosen.iter().enumerate() {
        if super::format::check("specialty-name", it.name).is_err() {
            continue;
        }
        let field = it.field.clone();
        if chosen[..at].iter().any(|other| other.name == it.name) {
            wrong.add(field, "VALUE_TWICE");
            continue;
        }
        let reason = match known.get(it.name) {
            None => Some("SPECIALTY_UNKNOWN"),
            Some(offered) => offered.must_be(it.rule, it.beside),
        };
        if let Some(reason) = reason {
            wrong.add(field, reason);
        }
    }
    wrong
}

impl Offered {
    fn must_be(&self, rule: &Value, beside: &Value) -> Option<&'static str> {
        let it = &self.specialty;
        let is_among = |list: &Value, code: &str| {
            let list = list.as_array();
            list.is_none_or(|list| list.iter().any(|it| it == code))
        };
        let is_beside = |field: &str| {
            let own = match field {
                "study_form" => &it.study_form,
                "region" => &it.region,
                _ => &it.language,
            };
            let told = beside.get(field).and_then(Value::as_str);
            told.is_none_or(|told| told == own)
        };
        if self.state == State::Closed || self.ranking == Ranking::Started {
            Some("SPECIALTY_TAKES_NO_MORE")
        } else if !is_among(&rule["payments"], &it.payment)
            || !is_among(&rule["qualification_levels"], &it.qualification_level)
        {
            Some("SPECIALTY_OF_OTHER_KIND")
        } else if !BESIDE.into_iter().all(is_beside) {
            Some("UNKNOWN_VALUE")
        } else {
            None
        }
    }
}

/// Specialties that the education of the applicant doesn't lead to. It is answered in another section,
/// so this stands in the way of the submission and not of saving one of the two.
pub fn misfits(
    schema: &Value,
    answers: &Value,
    known: &Known,
    education_base: Option<&str>,
    dictionaries: &Dictionaries,
) -> Violations {
    let mut wrong = Violations::new();
    let Some(base) = education_base else {
        return wrong;
    };
    let entry = dictionaries
        .find("education-bases")
        .and_then(|it| it.entry(base));
    let leads_to = |asked: &str| {
        asked == base || entry.is_some_and(|it| it.tags.iter().any(|tag| tag == asked))
    };
    for it in chosen(schema, answers) {
        let offered = known.get(it.name);
        if offered.is_some_and(|it| !leads_to(&it.specialty.education_base)) {
            wrong.add(it.field, "EDUCATION_BASE_OTHER");
        }
    }
    wrong
}

/// The education that the answers say one comes with.
pub fn education_base(sections: &BTreeMap<String, FilledSection>) -> Option<String> {
    let (section, field) = EDUCATION;
    let answer = sections.get(section)?.answers.get(field)?;
    answer.as_str().map(str::to_owned)
}

/// Whether a form asks for specialties: only then do its applications become choices.
pub fn are_asked(form: &FormRevision) -> bool {
    fn is_inside(schema: &Value) -> bool {
        let fields = schema["properties"].as_object();
        schema.get("x-specialty").is_some()
            || schema.get("items").is_some_and(is_inside)
            || fields.into_iter().flatten().any(|(_, it)| is_inside(it))
    }
    form.sections.iter().any(|it| is_inside(&it.schema))
}

/// The names of all specialties that the sections name, by their order of preference.
pub fn wished(form: &FormRevision, sections: &BTreeMap<String, FilledSection>) -> Vec<String> {
    let of_section = |section: &super::form::SectionForm| {
        let filled = sections.get(&section.id);
        filled.map(|it| named(&section.schema, &it.answers))
    };
    form.sections
        .iter()
        .filter_map(of_section)
        .flatten()
        .collect()
}

/// What an application that is sent wishes for. Nothing is wrong with its answers any more.
pub fn choices(wished: &[String], known: &Known) -> Vec<Choice> {
    let mut choices = Vec::new();
    for (name, preference) in wished.iter().take(MOST_CHOICES).zip(1..) {
        if let Some((offered, id)) = known.get(name).zip(name.strip_prefix("specialties/")) {
            choices.push(Choice::new(preference, id.to_owned(), offered.bin));
        }
    }
    choices
}

/// A rule that can't hold: on anything but a name, or with lists that are none.
pub fn misplaced(schema: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let Some(rule) = field.get("x-specialty") else {
            continue;
        };
        let is_list = |it: &Value| {
            it.as_array()
                .is_some_and(|list| list.iter().all(Value::is_string))
        };
        let is_rule = rule.as_object().is_some_and(|rule| {
            rule.iter().all(|(key, it)| {
                ["payments", "qualification_levels"].contains(&key.as_str()) && is_list(it)
            })
        });
        if field["format"] != "specialty-name" || !is_rule {
            wrong.push(format!("properties.{name}.x-specialty"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NURSING: &str = "specialties/01970000-0000-7000-8000-000000000001";
    const WELDING: &str = "specialties/01970000-0000-7000-8000-000000000002";

    fn schema() -> Value {
        json!({"properties": {"rows": {"items": {"properties": {
            "study_form": {}, "region": {},
            "specialty": {"format": "specialty-name", "x-specialty": {
                "payments": ["STATE_ORDER"], "qualification_levels": ["MIDDLE_SPECIALIST"]
            }}
        }}}}})
    }

    fn offered(level: &str) -> Offered {
        Offered {
            bin: Bin::parse("030340000025").expect("a BIN"),
            specialty: Specialty {
                campaign: "campaigns/college-2026".into(),
                code: "NURSING".into(),
                payment: "STATE_ORDER".into(),
                training_kind: "GENERAL".into(),
                education_base: "BASIC_SECONDARY".into(),
                study_form: "FULL_TIME".into(),
                language: "KK".into(),
                qualification_level: level.into(),
                region: "KZ-71".into(),
                places: 1,
                quotas: Vec::new(),
                exam: None,
                term_months: 34,
            },
            state: State::Open,
            ranking: Ranking::NotStarted,
        }
    }

    fn known() -> Known {
        let all = [
            (NURSING, offered("MIDDLE_SPECIALIST")),
            (WELDING, offered("SKILLED_WORKER")),
        ];
        all.map(|(name, it)| (name.to_owned(), it)).into()
    }

    fn told(violations: Violations) -> Vec<(String, &'static str)> {
        violations
            .into_iter()
            .map(|it| (it.field, it.reason))
            .collect()
    }

    fn row(specialty: &str) -> Value {
        json!({"study_form": "FULL_TIME", "region": "KZ-71", "specialty": specialty})
    }

    #[test]
    fn everything_wrong_with_the_choices_is_told_at_once() {
        let mut elsewhere = row(NURSING);
        elsewhere["region"] = json!("KZ-75");
        let unknown = "specialties/01970000-0000-7000-8000-000000000009";
        let answers =
            json!({"rows": [elsewhere, row(WELDING), row(unknown), row(NURSING), row("x")]});
        let expected = [
            ("rows[0].specialty", "UNKNOWN_VALUE"),
            ("rows[1].specialty", "SPECIALTY_OF_OTHER_KIND"),
            ("rows[2].specialty", "SPECIALTY_UNKNOWN"),
            ("rows[3].specialty", "VALUE_TWICE"),
        ];
        let expected = expected.map(|(field, reason)| (field.to_owned(), reason));
        assert_eq!(told(judge(&schema(), &answers, &known())), expected);
    }

    #[test]
    fn what_is_closed_or_ranked_takes_nobody_more() {
        let answers = json!({"rows": [row(NURSING)]});
        let judged = |change: fn(&mut Offered)| {
            let mut known = known();
            known.values_mut().for_each(change);
            told(judge(&schema(), &answers, &known))
                .pop()
                .map(|it| it.1)
        };
        assert_eq!(judged(|_| {}), None);
        let no_more = Some("SPECIALTY_TAKES_NO_MORE");
        assert_eq!(judged(|it| it.state = State::Closed), no_more);
        assert_eq!(judged(|it| it.ranking = Ranking::Started), no_more);
    }

    #[test]
    fn an_education_leads_to_its_own_specialties_and_to_those_that_its_tags_say() {
        let answers = json!({"rows": [row(NURSING)]});
        let misfits_of = |base: &str, asked: &str| {
            let mut known = known();
            for it in known.values_mut() {
                it.specialty.education_base = asked.into();
            }
            let dictionaries = Dictionaries::shipped();
            let wrong = misfits(&schema(), &answers, &known, Some(base), dictionaries);
            told(wrong).len()
        };
        assert_eq!(misfits_of("BASIC_SECONDARY", "BASIC_SECONDARY"), 0);
        assert_eq!(misfits_of("GENERAL_SECONDARY", "BASIC_SECONDARY"), 1);
        assert_eq!(misfits_of("BASIC_SECONDARY", "GENERAL_SECONDARY"), 1);
        assert_eq!(misfits_of("HIGHER", "GENERAL_SECONDARY"), 0);
    }

    #[test]
    fn the_order_of_the_answers_is_the_order_of_preference() {
        let wished = [WELDING.to_owned(), NURSING.to_owned()];
        let choices = choices(&wished, &known());
        let told: Vec<_> = choices
            .iter()
            .map(|it| (it.preference, it.specialty_name()))
            .collect();
        assert_eq!(told, [(1, WELDING.to_owned()), (2, NURSING.to_owned())]);
    }

    #[test]
    fn a_rule_stands_on_a_name_and_says_which_specialties() {
        assert!(misplaced(&schema()["properties"]["rows"]["items"]).is_empty());
        for field in [
            json!({"x-specialty": {}}),
            json!({"format": "specialty-name", "x-specialty": true}),
            json!({"format": "specialty-name", "x-specialty": {"payments": "PAID"}}),
            json!({"format": "specialty-name", "x-specialty": {"colour": []}}),
        ] {
            let schema = json!({"properties": {"it": field}});
            assert_eq!(misplaced(&schema), ["properties.it.x-specialty"]);
        }
    }
}
