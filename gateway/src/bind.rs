//! A request of HTTP to a message of the contract: path, query, body and headers, each to its fields.

use chassis::ids::Ids;
use http::{HeaderMap, Method};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, Value};

use crate::comment::is_output_only;
use crate::json::read::Reading;
use crate::json::scalar;
use crate::json::tree::{self, Json};
use crate::naming::Manner;
use crate::percent;
use crate::problem::Problem;
use crate::route::{Body, Operation, set_at};
use crate::template::field_path;

/// Lists and objects within each other, the body itself included.
pub const DEEPEST: usize = 16;

/// What a request consists of, once its body is read.
pub struct Parts<'a> {
    pub segments: &'a [String],
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    /// Empty where there is none.
    pub body: &'a [u8],
    /// Nobody is signed in.
    pub is_stranger: bool,
}

/// The message a request means.
///
/// # Errors
/// Everything wrong with it at once; a body that is no JSON alone.
pub fn bind(
    operation: &Operation,
    parts: &Parts<'_>,
    ids: &Ids,
) -> Result<(DynamicMessage, Manner), Problem> {
    let mut binding = Binding {
        operation,
        message: DynamicMessage::new(operation.input()),
        reading: Reading::default(),
        manner: Manner::default(),
    };
    binding.body(parts.body)?;
    binding.query(parts.query);
    binding.check_mask();
    binding.path(parts.segments);
    binding.if_match(parts.headers);
    binding.last_event_id(parts.headers);
    binding.request_id(parts, ids);
    binding.manner.snake = binding.reading.snake;
    if binding.reading.violations.is_empty() {
        Ok((binding.message, binding.manner))
    } else {
        Err(Problem::invalid(binding.reading.violations))
    }
}

pub(crate) struct Binding<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) message: DynamicMessage,
    reading: Reading,
    pub(crate) manner: Manner,
}

impl Binding<'_> {
    pub(crate) fn no(&mut self, field: &str, reason: &'static str) {
        self.reading.violations.add(field, reason);
    }

    fn body(&mut self, text: &[u8]) -> Result<(), Problem> {
        if text.is_empty() {
            return Ok(());
        }
        let tree = tree::parse(text, DEEPEST).map_err(|place| {
            let violation = chassis::violation::Violations::one("body", "MALFORMED_JSON");
            let mut problem = Problem::invalid(violation);
            problem
                .metadata
                .insert("line".into(), place.line.to_string());
            problem
                .metadata
                .insert("column".into(), place.column.to_string());
            problem
        })?;
        if !matches!(tree, Json::Object(_)) {
            self.no("body", "WRONG_TYPE");
            return Ok(());
        }
        match &self.operation.body {
            // Fields that nobody reads are better refused than dropped.
            Body::None => self.no("body", "UNKNOWN_FIELD"),
            Body::Whole => {
                self.reading.fill(&mut self.message, &tree);
            }
            Body::Field(field) => {
                if let Kind::Message(descriptor) = field.kind() {
                    let mut inner = DynamicMessage::new(descriptor);
                    let named = self.reading.fill(&mut inner, &tree).unwrap_or_default();
                    self.message.set_field(field, Value::Message(inner));
                    self.derive_mask(&named);
                }
            }
        }
        Ok(())
    }

    /// A PATCH changes the fields that its body names, unless it brings a mask.
    fn derive_mask(&mut self, named: &[FieldDescriptor]) {
        let Some(mask) = &self.operation.update_mask else {
            return;
        };
        if self.operation.method != Method::PATCH {
            return;
        }
        let paths = named
            .iter()
            .filter(|field| !is_output_only(field) && field.name() != "etag");
        let paths = paths
            .map(|field| Value::String(field.name().to_owned()))
            .collect();
        if let Some(mask) = self.message.get_field_mut(mask).as_message_mut() {
            mask.set_field_by_name("paths", Value::List(paths));
        }
    }

    fn query(&mut self, query: &str) {
        let mut seen: Vec<String> = Vec::new();
        for pair in percent::pairs(query) {
            let (name, text) = match pair {
                Ok(pair) => pair,
                Err(name) => {
                    self.no(&name, "INVALID_FORMAT");
                    continue;
                }
            };
            let shown: String = name.chars().take(64).collect();
            let Some(way) = self.way_of(&name) else {
                self.no(&shown, "UNKNOWN_FIELD");
                continue;
            };
            self.reading.snake |= name.contains('_');
            let is_list = way.last().is_some_and(FieldDescriptor::is_list);
            let full: String = way
                .iter()
                .map(|field| format!(".{}", field.name()))
                .collect();
            if seen.contains(&full) && !is_list {
                self.no(&shown, "DUPLICATE_FIELD");
                continue;
            }
            seen.push(full);
            if let Err(reason) = self.set_text(&way, &text) {
                self.no(&shown, reason);
            }
        }
    }

    /// To some services an empty mask means every field, which a body without fields never meant.
    fn check_mask(&mut self) {
        let mask = self.operation.update_mask.as_ref();
        let mask = mask.filter(|_| self.operation.method == Method::PATCH);
        if self.reading.violations.is_empty() && mask.is_some_and(|mask| self.mask_is_empty(mask)) {
            self.no("updateMask", "REQUIRED");
        }
    }

    fn mask_is_empty(&self, mask: &FieldDescriptor) -> bool {
        let value = self.message.get_field(mask);
        let paths = value
            .as_message()
            .and_then(|mask| mask.get_field_by_name("paths"));
        paths.is_none_or(|paths| paths.as_list().is_none_or(<[Value]>::is_empty))
    }

    /// The field that a query parameter names: one that neither path nor body binds.
    fn way_of(&self, name: &str) -> Option<Vec<FieldDescriptor>> {
        let way = field_path(&self.operation.input(), name)?;
        let is_taken = match &self.operation.body {
            Body::None => false,
            Body::Whole => true,
            Body::Field(body) => way.first() == Some(body),
        };
        let in_path = self
            .operation
            .template
            .variables
            .iter()
            .any(|it| it.fields == way);
        (!is_taken && !in_path && !way.last()?.is_map()).then_some(way)
    }

    fn set_text(&mut self, way: &[FieldDescriptor], text: &str) -> Result<(), &'static str> {
        let Some(field) = way.last() else {
            return Ok(());
        };
        let value = match field.kind() {
            Kind::Message(message) => scalar::well_known(&message, &Json::Text(text.to_owned()))
                .unwrap_or(Err("UNKNOWN_FIELD"))?,
            kind => scalar::from_text(&kind, text)?,
        };
        if field.is_list() {
            if let Some(list) = list_at(&mut self.message, way) {
                list.push(value);
            }
        } else {
            set_at(&mut self.message, way, value);
        }
        Ok(())
    }

    /// What the path says goes before what a body says of the same field.
    fn path(&mut self, segments: &[String]) {
        for variable in &self.operation.template.variables {
            let text = segments
                .get(variable.steps.clone())
                .unwrap_or_default()
                .join("/");
            set_at(&mut self.message, &variable.fields, Value::String(text));
        }
    }
}

pub(crate) fn text_at(message: &DynamicMessage, way: &[FieldDescriptor]) -> Option<String> {
    let (first, rest) = way.split_first()?;
    let value = message.get_field(first);
    match rest {
        [] => value.as_str().map(str::to_owned),
        _ => text_at(value.as_message()?, rest),
    }
}

fn list_at<'a>(
    message: &'a mut DynamicMessage,
    way: &[FieldDescriptor],
) -> Option<&'a mut Vec<Value>> {
    let (first, rest) = way.split_first()?;
    let value = message.get_field_mut(first);
    match rest {
        [] => value.as_list_mut(),
        _ => list_at(value.as_message_mut()?, rest),
    }
}
