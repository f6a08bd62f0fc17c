//! Dates, texts and JSON ⇄ the messages of the wire.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::civil::Date;
use prost_types::value::Kind;
use proto::wire::v1::LocalizedText;
use serde_json::{Number, Value};

use crate::TEXTS;
use crate::domain::labels::Labels;

/// The greatest whole number that a double holds exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// `None` where the message is no day of the calendar.
pub fn date(date: &proto::google::r#type::Date) -> Option<Date> {
    let year = i16::try_from(date.year).ok()?;
    Date::new(
        year,
        i8::try_from(date.month).ok()?,
        i8::try_from(date.day).ok()?,
    )
    .ok()
}

pub fn to_date(date: Date) -> proto::google::r#type::Date {
    proto::google::r#type::Date {
        year: date.year().into(),
        month: date.month().into(),
        day: date.day().into(),
    }
}

pub fn labels(text: Option<&LocalizedText>) -> Labels {
    let text = text.cloned().unwrap_or_default();
    let trimmed = |text: String| text.trim().to_owned();
    Labels {
        kk: trimmed(text.kk),
        ru: trimmed(text.ru),
        en: trimmed(text.en),
    }
}

pub fn to_text(labels: &Labels) -> LocalizedText {
    LocalizedText {
        kk: labels.kk.clone(),
        ru: labels.ru.clone(),
        en: labels.en.clone(),
    }
}

/// Answers as JSON. The depth is bounded by the decoder of messages.
pub fn to_json(answers: prost_types::Struct) -> Value {
    let field = |(name, value): (String, prost_types::Value)| (name, value_to_json(value));
    Value::Object(answers.fields.into_iter().map(field).collect())
}

fn value_to_json(value: prost_types::Value) -> Value {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(value)) => Value::Bool(value),
        Some(Kind::StringValue(text)) => Value::String(text),
        Some(Kind::NumberValue(number)) => number_to_json(number),
        Some(Kind::StructValue(inside)) => to_json(inside),
        Some(Kind::ListValue(list)) => list.values.into_iter().map(value_to_json).collect(),
    }
}

/// The wire knows doubles only. Infinity and NaN are no JSON: as texts they are of the wrong type.
fn number_to_json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Value::Number(Number::from(number as i64));
    }
    Number::from_f64(number).map_or_else(|| Value::String(number.to_string()), Value::Number)
}

pub fn to_struct(value: &Value) -> prost_types::Struct {
    match json_to_value(value).kind {
        Some(Kind::StructValue(fields)) => fields,
        _ => prost_types::Struct::default(),
    }
}

/// One value of answers.
pub fn json_to_value(value: &Value) -> prost_types::Value {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(*value),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Value::String(text) => Kind::StringValue(text.clone()),
        Value::Array(items) => Kind::ListValue(prost_types::ListValue {
            values: items.iter().map(json_to_value).collect(),
        }),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| (name.clone(), json_to_value(value));
            Kind::StructValue(prost_types::Struct {
                fields: fields.iter().map(field).collect(),
            })
        }
    };
    prost_types::Value { kind: Some(kind) }
}

/// A sentence in the language of the call, filled with facts.
pub fn sentence(id: &str, facts: &BTreeMap<String, String>) -> String {
    let id = id.to_ascii_lowercase().replace('_', "-");
    let facts = facts
        .iter()
        .map(|(name, value)| (name.as_str(), Cow::Borrowed(value.as_str())));
    TEXTS
        .message(chassis::error::language(), &id, facts)
        .unwrap_or(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_come_back_as_they_were_sent() {
        let answers =
            json!({"rows": [{"year": 2017, "share": 0.5, "yes": false, "none": null}], "ә": "қ"});
        assert_eq!(to_json(to_struct(&answers)), answers);
    }

    #[test]
    fn what_is_no_number_is_of_the_wrong_type_and_not_lost() {
        for strange in [f64::NAN, f64::INFINITY] {
            assert!(number_to_json(strange).is_string());
        }
        assert_eq!(number_to_json(2.0), json!(2));
    }

    #[test]
    fn a_day_that_no_calendar_has_is_none() {
        let day = |year, month, day| date(&proto::google::r#type::Date { year, month, day });
        assert_eq!(day(2025, 2, 30), None);
        assert_eq!(day(0, 0, 0), None);
        assert_eq!(day(100_000, 1, 1), None);
        assert!(day(2024, 2, 29).is_some());
    }
}
