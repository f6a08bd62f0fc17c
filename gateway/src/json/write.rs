//! A message to canonical proto3 JSON: lowerCamelCase names, 64-bit numbers as texts.
//!
//! Canonical JSON may leave out what has its default value, and may show it. Here numbers, booleans,
//! lists and maps are always shown, because 0, false and [] are answers; texts, enums and messages
//! are shown only where they say something.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MapKey, ReflectMessage, Value};
use serde::Serialize;
use serde::ser::{Error, SerializeMap, SerializeSeq, Serializer};

/// The JSON text of a message.
///
/// # Errors
/// Where a well-known type holds what JSON has no words for, such as a time out of range.
pub fn to_text(message: &DynamicMessage) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Shown(message))
}

struct Shown<'a>(&'a DynamicMessage);

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let message = self.0;
        let descriptor = message.descriptor();
        // Times, durations, masks, structs and wrappers have a form of their own.
        if descriptor.package_name() == "google.protobuf" {
            return message.serialize(to);
        }
        let mut map = to.serialize_map(None)?;
        for field in descriptor.fields() {
            if message.has_field(&field) || is_always_shown(&field) {
                let value = message.get_field(&field);
                map.serialize_entry(
                    field.json_name(),
                    &One {
                        value: &value,
                        kind: &field.kind(),
                    },
                )?;
            }
        }
        map.end()
    }
}

fn is_always_shown(field: &FieldDescriptor) -> bool {
    let says_nothing = matches!(
        field.kind(),
        Kind::String | Kind::Bytes | Kind::Enum(_) | Kind::Message(_)
    );
    field.is_list() || field.is_map() || (!field.supports_presence() && !says_nothing)
}

struct One<'a> {
    value: &'a Value,
    kind: &'a Kind,
}

impl Serialize for One<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::Bool(value) => to.serialize_bool(*value),
            Value::I32(value) => to.serialize_i32(*value),
            Value::U32(value) => to.serialize_u32(*value),
            Value::I64(value) => to.collect_str(value),
            Value::U64(value) => to.collect_str(value),
            Value::F32(value) => float(f64::from(*value), to),
            Value::F64(value) => float(*value, to),
            Value::String(value) => to.serialize_str(value),
            Value::Bytes(value) => {
                use base64::Engine;
                to.serialize_str(&base64::engine::general_purpose::STANDARD.encode(value))
            }
            Value::EnumNumber(number) => {
                let known = self.kind.as_enum().and_then(|it| it.get_value(*number));
                match known {
                    Some(value) => to.serialize_str(value.name()),
                    None => to.serialize_i32(*number),
                }
            }
            Value::Message(message) => Shown(message).serialize(to),
            Value::List(values) => {
                let mut list = to.serialize_seq(Some(values.len()))?;
                for value in values {
                    list.serialize_element(&One {
                        value,
                        kind: self.kind,
                    })?;
                }
                list.end()
            }
            Value::Map(entries) => {
                let entry = self
                    .kind
                    .as_message()
                    .ok_or_else(|| S::Error::custom("a map"))?;
                let kind = entry.map_entry_value_field().kind();
                // In order, so that the same answer is the same text.
                let mut sorted: Vec<_> =
                    entries.iter().map(|(key, it)| (text_of(key), it)).collect();
                sorted.sort_by(|one, other| one.0.cmp(&other.0));
                let mut map = to.serialize_map(Some(entries.len()))?;
                for (key, value) in sorted {
                    map.serialize_entry(&key, &One { value, kind: &kind })?;
                }
                map.end()
            }
        }
    }
}

fn float<S: Serializer>(value: f64, to: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() {
        to.serialize_f64(value)
    } else if value.is_nan() {
        to.serialize_str("NaN")
    } else {
        to.serialize_str(if value > 0.0 { "Infinity" } else { "-Infinity" })
    }
}

fn text_of(key: &MapKey) -> String {
    match key {
        MapKey::Bool(key) => key.to_string(),
        MapKey::I32(key) => key.to_string(),
        MapKey::I64(key) => key.to_string(),
        MapKey::U32(key) => key.to_string(),
        MapKey::U64(key) => key.to_string(),
        MapKey::String(key) => key.clone(),
    }
}
