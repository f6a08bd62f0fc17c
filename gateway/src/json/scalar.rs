//! One JSON value, or one text of a query string, to one value of a field.

use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::{Engine, alphabet};
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, Value};
use serde::de::IntoDeserializer;

use super::tree::Json;

/// The reason of a violation.
pub type Reason = &'static str;

/// A scalar or enum from JSON.
pub fn from_json(kind: &Kind, json: &Json) -> Result<Value, Reason> {
    match (kind, json) {
        (_, Json::TooDeep) => Err("TOO_DEEP"),
        (Kind::Bool, Json::Bool(value)) => Ok(Value::Bool(*value)),
        (Kind::String, Json::Text(text)) => plain_text(text).map(Value::String),
        (Kind::Bytes, Json::Text(text)) => bytes(text),
        (Kind::Enum(_), Json::Text(text)) => from_text(kind, text),
        (Kind::Bool | Kind::String | Kind::Bytes, _) => Err("WRONG_TYPE"),
        // Numbers may be written as texts: 64-bit ones are, in canonical JSON.
        (_, Json::Text(text)) => from_text(kind, text),
        (_, Json::Number(number)) => from_number(kind, number),
        _ => Err("WRONG_TYPE"),
    }
}

/// A scalar or enum from the text of a path or a query string.
pub fn from_text(kind: &Kind, text: &str) -> Result<Value, Reason> {
    match kind {
        Kind::String => plain_text(text).map(Value::String),
        Kind::Bytes => bytes(text),
        Kind::Bool => match text {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err("INVALID_FORMAT"),
        },
        Kind::Enum(one) => match (one.get_value_by_name(text), text.parse::<i32>()) {
            (Some(value), _) => Ok(Value::EnumNumber(value.number())),
            (None, Ok(number)) => enum_number(kind, i64::from(number)),
            _ => Err("UNKNOWN_VALUE"),
        },
        Kind::Message(_) => Err("WRONG_TYPE"),
        _ => match text {
            "NaN" | "Infinity" | "-Infinity" if matches!(kind, Kind::Float | Kind::Double) => {
                from_float(kind, text.parse().unwrap_or(f64::NAN))
            }
            _ => {
                let number: serde_json::Number =
                    serde_json::from_str(text).map_err(|_| "INVALID_FORMAT")?;
                from_number(kind, &number)
            }
        },
    }
}

/// A text without U+0000: no text of ours has one, and PostgreSQL keeps none.
pub fn plain_text(text: &str) -> Result<String, Reason> {
    if text.contains('\0') {
        Err("INVALID_FORMAT")
    } else {
        Ok(text.to_owned())
    }
}

fn bytes(text: &str) -> Result<Value, Reason> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let decode = |alphabet| GeneralPurpose::new(alphabet, config).decode(text);
    let bytes = decode(&alphabet::STANDARD).or_else(|_| decode(&alphabet::URL_SAFE));
    bytes
        .map(|bytes| Value::Bytes(bytes.into()))
        .map_err(|_| "INVALID_FORMAT")
}

fn enum_number(kind: &Kind, number: i64) -> Result<Value, Reason> {
    let number = i32::try_from(number).map_err(|_| "UNKNOWN_VALUE")?;
    match kind {
        Kind::Enum(one) if one.get_value(number).is_some() => Ok(Value::EnumNumber(number)),
        _ => Err("UNKNOWN_VALUE"),
    }
}

fn from_number(kind: &Kind, number: &serde_json::Number) -> Result<Value, Reason> {
    if matches!(kind, Kind::Float | Kind::Double) {
        return from_float(kind, number.as_f64().ok_or("OUT_OF_RANGE")?);
    }
    let whole = match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(value), ..) => i128::from(value),
        (_, Some(value), _) => i128::from(value),
        // 1e3 and 1.0 are whole numbers too. Past 2^53 a float no longer says which one.
        (.., Some(value)) if value.abs() > 9_007_199_254_740_992.0 => return Err("OUT_OF_RANGE"),
        (.., Some(value)) if value.fract() == 0.0 => value as i128,
        _ => return Err("INVALID_FORMAT"),
    };
    let out_of_range = |_| "OUT_OF_RANGE";
    Ok(match kind {
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            Value::I32(whole.try_into().map_err(out_of_range)?)
        }
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => {
            Value::I64(whole.try_into().map_err(out_of_range)?)
        }
        Kind::Uint32 | Kind::Fixed32 => Value::U32(whole.try_into().map_err(out_of_range)?),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(whole.try_into().map_err(out_of_range)?),
        Kind::Enum(_) => return enum_number(kind, i64::try_from(whole).unwrap_or(i64::MAX)),
        _ => return Err("WRONG_TYPE"),
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "checked against the range of f32"
)]
fn from_float(kind: &Kind, value: f64) -> Result<Value, Reason> {
    match kind {
        Kind::Double => Ok(Value::F64(value)),
        Kind::Float if value.is_finite() && value.abs() > f64::from(f32::MAX) => {
            Err("OUT_OF_RANGE")
        }
        Kind::Float => Ok(Value::F32(value as f32)),
        _ => Err("WRONG_TYPE"),
    }
}

/// A message that JSON writes as one text or number: a time, a duration, a mask, a wrapped value.
/// `None` for messages that are written as objects.
pub fn well_known(message: &MessageDescriptor, json: &Json) -> Option<Result<Value, Reason>> {
    let name = message.full_name().strip_prefix("google.protobuf.")?;
    Some(match (name, json) {
        (_, Json::TooDeep) => Err("TOO_DEEP"),
        ("Timestamp" | "Duration", Json::Text(text)) => text_message(message, text),
        ("FieldMask", Json::Text(text)) => mask(message, text),
        ("Timestamp" | "Duration" | "FieldMask", _) => Err("WRONG_TYPE"),
        (_, json) if name.ends_with("Value") && name != "Value" && name != "ListValue" => {
            let field = message.get_field(1)?;
            from_json(&field.kind(), json).map(|value| {
                let mut wrapped = DynamicMessage::new(message.clone());
                wrapped.set_field(&field, value);
                Value::Message(wrapped)
            })
        }
        _ => return None,
    })
}

fn text_message(message: &MessageDescriptor, text: &str) -> Result<Value, Reason> {
    let source: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
        text.into_deserializer();
    DynamicMessage::deserialize(message.clone(), source)
        .map(Value::Message)
        .map_err(|_| "INVALID_FORMAT")
}

/// A mask by proto names or JSON names: `answers,sectionTitle`.
fn mask(message: &MessageDescriptor, text: &str) -> Result<Value, Reason> {
    let mut paths = Vec::new();
    for path in text
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty())
    {
        if !path
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.')
        {
            return Err("INVALID_UPDATE_MASK");
        }
        let mut snake = String::new();
        for letter in path.chars() {
            if letter.is_ascii_uppercase() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        }
        paths.push(Value::String(snake));
    }
    let mut mask = DynamicMessage::new(message.clone());
    mask.set_field_by_name("paths", Value::List(paths));
    Ok(Value::Message(mask))
}
