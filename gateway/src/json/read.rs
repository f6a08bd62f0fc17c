//! A JSON tree to a message of the contract. Everything wrong is told at once, each with the path
//! of its field as the client wrote it.

use std::collections::{HashMap, HashSet};

use chassis::violation::Violations;
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, ReflectMessage, Value,
};

use super::scalar::{self, Reason};
use super::tree::Json;
use crate::template::field_named;

/// A name longer than this is not repeated to its sender.
const LONGEST_NAME: usize = 64;

#[derive(Default)]
pub struct Reading {
    pub violations: Violations,
    /// Where the reading is.
    path: String,
    /// Whether the client writes proto names (`file_name`) rather than JSON names (`fileName`).
    pub snake: bool,
}

impl Reading {
    fn no<T>(&mut self, reason: Reason) -> Option<T> {
        self.violations.add(self.path.clone(), reason);
        None
    }

    fn at<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.path.len();
        if !self.path.is_empty() && !step.starts_with('[') {
            self.path.push('.');
        }
        self.path.extend(step.chars().take(LONGEST_NAME));
        let result = read(self);
        self.path.truncate(length);
        result
    }

    /// The message in this tree; what can't be read is left out of it and noted.
    pub fn message(
        &mut self,
        descriptor: &MessageDescriptor,
        json: &Json,
    ) -> Option<DynamicMessage> {
        let mut message = DynamicMessage::new(descriptor.clone());
        self.fill(&mut message, json)?;
        Some(message)
    }

    /// Fills a message from an object and returns the fields that were named, `null` or not.
    pub fn fill(
        &mut self,
        message: &mut DynamicMessage,
        json: &Json,
    ) -> Option<Vec<FieldDescriptor>> {
        let Json::Object(entries) = json else {
            return self.no(if *json == Json::TooDeep {
                "TOO_DEEP"
            } else {
                "WRONG_TYPE"
            });
        };
        let descriptor = message.descriptor();
        let mut seen: Vec<FieldDescriptor> = Vec::new();
        for (key, json) in entries {
            self.at(key, |this| {
                let Some(field) = field_named(&descriptor, key) else {
                    return this.no::<()>("UNKNOWN_FIELD");
                };
                this.snake |= key != field.json_name();
                if seen.contains(&field) {
                    return this.no("DUPLICATE_FIELD");
                }
                seen.push(field.clone());
                if *json == Json::Null && !takes_null(&field) {
                    return Some(());
                }
                if let Some(other) = field.containing_oneof()
                    && other.fields().any(|it| message.has_field(&it))
                {
                    let max = ("max", "1".to_owned());
                    this.violations
                        .add_with(this.path.clone(), "TOO_MANY", [max]);
                    return None;
                }
                let value = this.field(&field, json)?;
                message.set_field(&field, value);
                Some(())
            });
        }
        Some(seen)
    }

    fn field(&mut self, field: &FieldDescriptor, json: &Json) -> Option<Value> {
        if field.is_map() {
            return self.map(field, json);
        }
        if !field.is_list() {
            return self.value(&field.kind(), json);
        }
        let Json::List(items) = json else {
            return self.no(if *json == Json::TooDeep {
                "TOO_DEEP"
            } else {
                "WRONG_TYPE"
            });
        };
        let mut list = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let value = self.at(&format!("[{at}]"), |this| this.value(&field.kind(), item));
            list.extend(value);
        }
        Some(Value::List(list))
    }

    fn map(&mut self, field: &FieldDescriptor, json: &Json) -> Option<Value> {
        let Json::Object(entries) = json else {
            return self.no("WRONG_TYPE");
        };
        let kind = field.kind();
        let entry = kind.as_message()?;
        let (key_kind, value_kind) = (
            entry.map_entry_key_field().kind(),
            entry.map_entry_value_field().kind(),
        );
        let mut map = HashMap::new();
        for (key, json) in entries {
            self.at(key, |this| {
                let read = match scalar::from_text(&key_kind, key) {
                    Ok(read) => read.into_map_key()?,
                    Err(reason) => return this.no(reason),
                };
                let value = this.value(&value_kind, json)?;
                if map.insert(read, value).is_some() {
                    return this.no("DUPLICATE_FIELD");
                }
                Some(())
            });
        }
        Some(Value::Map(map as HashMap<MapKey, Value>))
    }

    fn value(&mut self, kind: &Kind, json: &Json) -> Option<Value> {
        let Kind::Message(message) = kind else {
            return match scalar::from_json(kind, json) {
                Ok(value) => Some(value),
                Err(reason) => self.no(reason),
            };
        };
        if let Some(read) = scalar::well_known(message, json) {
            return match read {
                Ok(value) => Some(value),
                Err(reason) => self.no(reason),
            };
        }
        let free = match message.full_name() {
            "google.protobuf.Struct" if !matches!(json, Json::Object(_) | Json::TooDeep) => {
                return self.no("WRONG_TYPE");
            }
            "google.protobuf.ListValue" if !matches!(json, Json::List(_) | Json::TooDeep) => {
                return self.no("WRONG_TYPE");
            }
            "google.protobuf.Struct" | "google.protobuf.Value" | "google.protobuf.ListValue" => {
                self.free(json)?
            }
            // The type of an Any is the sender's choice, and no request of ours leaves it open.
            "google.protobuf.Any" => return self.no("WRONG_TYPE"),
            _ => return self.message(message, json).map(Value::Message),
        };
        let mut into = DynamicMessage::new(message.clone());
        use prost_types::value::Kind as Free;
        let filled = match (message.name(), free.kind) {
            ("Struct", Some(Free::StructValue(it))) => into.transcode_from(&it),
            ("ListValue", Some(Free::ListValue(it))) => into.transcode_from(&it),
            (_, kind) => into.transcode_from(&prost_types::Value { kind }),
        };
        match filled {
            Ok(()) => Some(Value::Message(into)),
            Err(_) => self.no("INVALID_FORMAT"),
        }
    }

    /// JSON that the contract leaves open, such as the answers of a form.
    fn free(&mut self, json: &Json) -> Option<prost_types::Value> {
        use prost_types::value::Kind as Free;
        let kind = match json {
            Json::Null => Free::NullValue(0),
            Json::Bool(value) => Free::BoolValue(*value),
            Json::Number(number) => Free::NumberValue(number.as_f64().unwrap_or_default()),
            Json::Text(text) => match scalar::plain_text(text) {
                Ok(text) => Free::StringValue(text),
                Err(reason) => return self.no(reason),
            },
            Json::List(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (at, item) in items.iter().enumerate() {
                    values.extend(self.at(&format!("[{at}]"), |this| this.free(item)));
                }
                Free::ListValue(prost_types::ListValue { values })
            }
            Json::Object(entries) => {
                let mut seen = HashSet::new();
                let mut object = prost_types::Struct::default();
                for (key, json) in entries {
                    self.at(key, |this| {
                        if !seen.insert(key) {
                            return this.no("DUPLICATE_FIELD");
                        }
                        if let Err(reason) = scalar::plain_text(key) {
                            return this.no(reason);
                        }
                        object.fields.insert(key.clone(), this.free(json)?);
                        Some(())
                    });
                }
                Free::StructValue(object)
            }
            Json::TooDeep => return self.no("TOO_DEEP"),
        };
        Some(prost_types::Value { kind: Some(kind) })
    }
}

fn takes_null(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(message) if message.full_name() == "google.protobuf.Value")
}
