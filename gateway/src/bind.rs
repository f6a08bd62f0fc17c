//! A request of HTTP to a message of the contract: path, query, body and headers, each to its fields.

use chassis::ids::Ids;
use http::{HeaderMap, Method, StatusCode};
use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

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
    binding.request_id(parts, ids);
    binding.manner.snake = binding.reading.snake;
    if binding.reading.violations.is_empty() {
        Ok((binding.message, binding.manner))
    } else {
        Err(Problem::invalid(binding.reading.violations))
    }
}

struct Binding<'a> {
    operation: &'a Operation,
    message: DynamicMessage,
    reading: Reading,
    manner: Manner,
}

impl Binding<'_> {
    fn no(&mut self, field: &str, reason: &'static str) {
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

    fn if_match(&mut self, headers: &HeaderMap) {
        let Some(header) = headers.get(http::header::IF_MATCH) else {
            return;
        };
        let text = header.to_str().unwrap_or_default().trim();
        // "Whatever it is now, if it is": what a call without an etag means anyway.
        if text == "*" {
            return;
        }
        let etag = opaque(text);
        let (Some(etag), Some(way)) = (etag, self.operation.etag.clone()) else {
            // An unheeded condition would be worse than a refusal.
            return self.no("If-Match", "INVALID_ETAG");
        };
        match text_at(&self.message, &way) {
            Some(written) if !written.is_empty() && written != etag => {
                self.no("If-Match", "INVALID_ETAG");
            }
            _ => {
                set_at(&mut self.message, &way, Value::String(etag.to_owned()));
                self.manner.etag_by_header = true;
            }
        }
    }

    fn request_id(&mut self, parts: &Parts<'_>, ids: &Ids) {
        let Some(field) = self.operation.request_id.clone() else {
            return;
        };
        let written = text_at(&self.message, std::slice::from_ref(&field)).unwrap_or_default();
        let Some(header) = parts.headers.get("idempotency-key") else {
            if written.is_empty() {
                let id = ids.uuid().to_string();
                self.message.set_field(&field, Value::String(id));
            }
            return;
        };
        self.manner.key_by_header = true;
        let salt = if parts.is_stranger { parts.body } else { &[] };
        match header
            .to_str()
            .ok()
            .and_then(|key| request_id_of(key, salt))
        {
            Some(id) if written.is_empty() || Uuid::parse_str(&written) == Ok(id) => {
                self.message
                    .set_field(&field, Value::String(id.to_string()));
            }
            _ => self.no("Idempotency-Key", "INVALID_REQUEST_ID"),
        }
    }
}

/// The request id for a key. A UUID stays as it is; any other text of up to 255 characters always
/// gives the same UUID.
///
/// Services keep request ids by caller, and all strangers are one caller. Two of them may well
/// choose `1`, so for strangers the body is a part of such a key.
fn request_id_of(key: &str, salt: &[u8]) -> Option<Uuid> {
    let key = key.trim();
    let key = key
        .strip_prefix('"')
        .and_then(|key| key.strip_suffix('"'))
        .unwrap_or(key);
    if let Ok(id) = Uuid::parse_str(key) {
        return Some(id);
    }
    if key.is_empty() || key.len() > 255 {
        return None;
    }
    let mut hash = Sha256::new();
    hash.update(b"idempotency key\0");
    hash.update(key.as_bytes());
    hash.update(b"\0");
    hash.update(salt);
    let bytes: [u8; 16] = hash.finalize().as_slice().get(..16)?.try_into().ok()?;
    Some(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// The text of an entity tag: `"abc"` or `W/"abc"`, and only one.
pub fn opaque(tag: &str) -> Option<&str> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let inside = tag.strip_prefix('"')?.strip_suffix('"')?;
    (!inside.is_empty() && !inside.contains('"')).then_some(inside)
}

fn text_at(message: &DynamicMessage, way: &[FieldDescriptor]) -> Option<String> {
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

/// Whether the body may be read as JSON.
///
/// # Errors
/// 415 where it says to be something else.
pub fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let refusal = || {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "UNSUPPORTED_MEDIA_TYPE",
            &[],
        )
    };
    let encoding = headers.get(http::header::CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Err(refusal());
    }
    let header = headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|it| it.to_str().ok());
    let text = header.unwrap_or_default().to_ascii_lowercase();
    let mut pieces = text.split(';').map(str::trim);
    let essence = pieces.next().unwrap_or_default();
    let is_json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    let charset = pieces.find_map(|piece| piece.strip_prefix("charset="));
    let is_utf8 = charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8");
    if is_json && is_utf8 {
        Ok(())
    } else {
        Err(refusal())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_always_the_same_id() {
        let id = "0197aaaa-0000-7000-8000-000000000001";
        assert_eq!(request_id_of(id, b"x").expect("an id").to_string(), id);
        assert_eq!(
            request_id_of(&format!("\"{id}\""), b"")
                .expect("an id")
                .to_string(),
            id
        );
        assert_eq!(request_id_of("order-1", b""), request_id_of("order-1", b""));
        assert_ne!(request_id_of("order-1", b""), request_id_of("order-2", b""));
        assert_ne!(request_id_of("1", b"mine"), request_id_of("1", b"yours"));
        assert_eq!(request_id_of("", b""), None);
        assert_eq!(request_id_of(&"k".repeat(256), b""), None);
    }

    #[test]
    fn an_entity_tag_is_read_in_either_form() {
        assert_eq!(opaque("\"a\""), Some("a"));
        assert_eq!(opaque("W/\"a\""), Some("a"));
        for bad in ["a", "\"\"", "\"a\", \"b\"", "", "\""] {
            assert_eq!(opaque(bad), None, "{bad}");
        }
    }
}
