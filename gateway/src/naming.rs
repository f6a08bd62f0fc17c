//! Names of fields as a client knows them: a service says `registration_attempt.birth_date`, the
//! client wrote `birthDate` into a body that is the attempt itself.

use prost_reflect::{Kind, MessageDescriptor};

use crate::route::{Body, Operation};
use crate::template::field_named;

/// How the client wrote, and what headers stood for.
#[derive(Debug, Default, Clone)]
pub struct Manner {
    /// Proto names rather than JSON names.
    pub snake: bool,
    /// The request id came as a header.
    pub key_by_header: bool,
    /// The etag came as a header.
    pub etag_by_header: bool,
}

/// The name a client knows a field of the request by.
pub fn shown(operation: &Operation, manner: &Manner, field: &str) -> String {
    if field == "request_id" && manner.key_by_header {
        return "Idempotency-Key".to_owned();
    }
    let within = match &operation.body {
        Body::Field(body) => field
            .strip_prefix(body.name())
            .and_then(|rest| rest.strip_prefix('.'))
            .zip(body.kind().as_message().cloned()),
        _ => None,
    };
    let (path, message) = within.unwrap_or((field, operation.input()));
    if path == "etag" && manner.etag_by_header {
        return "If-Match".to_owned();
    }
    if manner.snake {
        path.to_owned()
    } else {
        in_json(path, &message)
    }
}

/// JSON names along the way; what lies inside free JSON or a map stays as it is.
fn in_json(path: &str, message: &MessageDescriptor) -> String {
    let (step, rest) = match path.split_once('.') {
        Some((step, rest)) => (step, Some(rest)),
        None => (path, None),
    };
    let (name, index) = step.split_at(step.find('[').unwrap_or(step.len()));
    let Some(field) = field_named(message, name) else {
        return path.to_owned();
    };
    let mut text = format!("{}{index}", field.json_name());
    if let Some(rest) = rest {
        text.push('.');
        match field.kind() {
            Kind::Message(inner) if !field.is_map() => text.push_str(&in_json(rest, &inner)),
            _ => text.push_str(rest),
        }
    }
    text
}
