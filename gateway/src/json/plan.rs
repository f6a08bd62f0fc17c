//! How the messages of a contract are written, worked out once: what a descriptor would be asked
//! for every field of every answer.

use std::collections::HashMap;
use std::ops::Range;

use prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

/// The plans of all messages of a contract.
#[derive(Debug, Default)]
pub struct Plans {
    messages: Vec<Plan>,
    by_name: HashMap<String, usize>,
}

#[derive(Debug)]
pub struct Plan {
    pub descriptor: MessageDescriptor,
    pub form: Form,
    /// By their numbers, which is also the order in which they are shown.
    pub fields: Vec<Field>,
    /// `,"camelCase":`, by places.
    keys: Pieces,
    /// What stands there for fields that the message says nothing of: `,"camelCase":0`.
    absent: Pieces,
}

/// Texts by places, one after the other, with [`STEP`] zeroes behind the last: a short piece is written as
/// so many bytes, which takes no call, and cut to its length. A list of fifty has a thousand pieces.
#[derive(Debug)]
struct Pieces {
    bytes: Vec<u8>,
    /// Where that of each place begins, and where the last one ends.
    begins: Vec<usize>,
}

const STEP: usize = 32;

impl Default for Pieces {
    fn default() -> Self {
        Self {
            bytes: vec![0; STEP],
            begins: vec![0],
        }
    }
}

impl Pieces {
    fn push(&mut self, text: &str) {
        self.bytes.truncate(self.bytes.len() - STEP);
        self.bytes.extend_from_slice(text.as_bytes());
        self.begins.push(self.bytes.len());
        self.bytes.extend_from_slice(&[0; STEP]);
    }

    fn write(&self, places: Range<usize>, to: &mut Vec<u8>) {
        let (begin, end) = (self.begins[places.start], self.begins[places.end]);
        match self.bytes[begin..].first_chunk::<STEP>() {
            Some(step) if end - begin <= STEP => {
                to.extend_from_slice(step);
                to.truncate(to.len() - (STEP - (end - begin)));
            }
            _ => to.extend_from_slice(&self.bytes[begin..end]),
        }
    }
}

/// How a message looks as JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Object,
    Timestamp,
    /// Durations, masks, structs and wrappers, left to `prost-reflect`.
    Other,
}

#[derive(Debug)]
pub struct Field {
    number: u32,
    pub many: Many,
    pub is: Is,
    /// Shown only where it says something: an empty text, a zero enum.
    pub is_hidden_by_default: bool,
    /// The choice it belongs to, where there is one.
    pub choice: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Many {
    One,
    List,
    /// Entries of a map: messages of two fields.
    Map,
}

#[derive(Debug)]
pub enum Is {
    Bool,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Sint32,
    Sint64,
    Fixed32,
    Fixed64,
    Sfixed32,
    Sfixed64,
    Float,
    Double,
    Text,
    Bytes,
    /// Numbers and `"NAME"`s, sorted.
    Enum(Vec<(i32, String)>),
    /// The place of the message's plan.
    Message(usize),
}

impl Plans {
    pub fn of(pool: &DescriptorPool) -> Self {
        let mut plans = Self::default();
        for message in pool.all_messages() {
            plans.place(&message);
        }
        plans
    }

    pub fn find(&self, message: &MessageDescriptor) -> Option<&Plan> {
        self.by_name
            .get(message.full_name())
            .and_then(|place| self.messages.get(*place))
    }

    pub fn at(&self, place: usize) -> &Plan {
        &self.messages[place]
    }

    /// The place of a message's plan, made at the first asking. Messages may hold themselves, so
    /// the place is known before the fields are.
    fn place(&mut self, message: &MessageDescriptor) -> usize {
        if let Some(place) = self.by_name.get(message.full_name()) {
            return *place;
        }
        let place = self.messages.len();
        self.by_name.insert(message.full_name().to_owned(), place);
        self.messages.push(Plan {
            descriptor: message.clone(),
            form: form(message),
            fields: Vec::new(),
            keys: Pieces::default(),
            absent: Pieces::default(),
        });
        let mut fields: Vec<_> = message.fields().map(|it| self.field(&it)).collect();
        fields.sort_by_key(|(it, ..)| it.number);
        let plan = &mut self.messages[place];
        for (field, key, absent) in fields {
            plan.absent
                .push(&absent.map(|it| format!("{key}{it}")).unwrap_or_default());
            plan.keys.push(&key);
            plan.fields.push(field);
        }
        place
    }

    /// With its key, and what stands there when the message doesn't say, where something does.
    fn field(&mut self, field: &FieldDescriptor) -> (Field, String, Option<&'static str>) {
        let many = match field.cardinality() {
            _ if field.is_map() => Many::Map,
            Cardinality::Repeated => Many::List,
            _ => Many::One,
        };
        let is = self.is(field.kind());
        let absent = match (many, &is) {
            (Many::List, _) => Some("[]"),
            (Many::Map, _) => Some("{}"),
            _ if field.supports_presence() => None,
            (_, Is::Text | Is::Bytes | Is::Enum(_) | Is::Message(_)) => None,
            (_, Is::Bool) => Some("false"),
            (_, Is::Float | Is::Double) => Some("0.0"),
            // Numbers of 64 bits are texts.
            (_, Is::Int64 | Is::Uint64 | Is::Sint64 | Is::Fixed64 | Is::Sfixed64) => Some("\"0\""),
            _ => Some("0"),
        };
        let choice = field.containing_oneof().filter(|it| !it.is_synthetic());
        let choice = choice.and_then(|own| {
            let mut all = own.parent_message().oneofs();
            all.position(|it| it == own)
        });
        let planned = Field {
            number: field.number(),
            is_hidden_by_default: many == Many::One
                && absent.is_none()
                && !field.supports_presence(),
            many,
            is,
            choice,
        };
        let key = format!(",{}:", quoted(field.json_name()));
        (planned, key, absent)
    }

    fn is(&mut self, kind: Kind) -> Is {
        match kind {
            Kind::Bool => Is::Bool,
            Kind::Int32 => Is::Int32,
            Kind::Int64 => Is::Int64,
            Kind::Uint32 => Is::Uint32,
            Kind::Uint64 => Is::Uint64,
            Kind::Sint32 => Is::Sint32,
            Kind::Sint64 => Is::Sint64,
            Kind::Fixed32 => Is::Fixed32,
            Kind::Fixed64 => Is::Fixed64,
            Kind::Sfixed32 => Is::Sfixed32,
            Kind::Sfixed64 => Is::Sfixed64,
            Kind::Float => Is::Float,
            Kind::Double => Is::Double,
            Kind::String => Is::Text,
            Kind::Bytes => Is::Bytes,
            Kind::Enum(kind) => {
                let names = kind.values();
                let mut names: Vec<_> = names.map(|it| (it.number(), quoted(it.name()))).collect();
                // The first of two names for one number is the one that is shown.
                names.sort_by_key(|(number, _)| *number);
                names.dedup_by_key(|(number, _)| *number);
                Is::Enum(names)
            }
            Kind::Message(message) => Is::Message(self.place(&message)),
        }
    }
}

impl Plan {
    /// Writes the key of the field at this place.
    pub fn write_key(&self, place: usize, to: &mut Vec<u8>) {
        self.keys.write(place..place + 1, to);
    }

    /// Writes what stands there for the fields of these places.
    pub fn write_absent(&self, places: Range<usize>, to: &mut Vec<u8>) {
        self.absent.write(places, to);
    }

    /// The place of the field with this number.
    pub fn numbered(&self, number: u32) -> Option<usize> {
        // Numbers mostly run from one without a gap.
        let guess = (number as usize).wrapping_sub(1);
        if self.fields.get(guess).is_some_and(|it| it.number == number) {
            return Some(guess);
        }
        self.fields
            .binary_search_by_key(&number, |it| it.number)
            .ok()
    }
}

fn form(message: &MessageDescriptor) -> Form {
    match (message.package_name(), message.name()) {
        ("google.protobuf", "Timestamp") => Form::Timestamp,
        ("google.protobuf", _) => Form::Other,
        _ => Form::Object,
    }
}

fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}
