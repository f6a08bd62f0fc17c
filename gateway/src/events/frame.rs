//! One message as one server-sent event.

use bytes::Bytes;
use prost_reflect::{
    DynamicMessage, FieldDescriptor, Kind, MethodDescriptor, OneofDescriptor, Value,
};
use tonic::Status;

use crate::json::write;

/// An event, encoded once for everybody who hears it.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Where a listener goes on after it.
    pub id: Option<String>,
    pub bytes: Bytes,
}

/// How the messages of one RPC become events.
#[derive(Debug, Clone)]
pub struct Framing {
    /// What events are called where the message does not tell.
    name: String,
    /// The choice within a message that says what happened.
    choice: Option<OneofDescriptor>,
    resume_token: Option<FieldDescriptor>,
}

impl Framing {
    pub fn of(rpc: &MethodDescriptor) -> Self {
        let output = rpc.output();
        let mut choices = output.oneofs().filter(|it| !it.is_synthetic());
        let choice = choices.next().filter(|_| choices.next().is_none());
        let token = output.get_field_by_name("resume_token");
        Self {
            name: name_of(rpc.name()),
            choice,
            resume_token: token.filter(|it| it.kind() == Kind::String),
        }
    }

    /// The names that events of this RPC can have.
    pub fn names(&self) -> Vec<String> {
        match &self.choice {
            Some(choice) => choice
                .fields()
                .map(|it| it.json_name().to_owned())
                .collect(),
            None => vec![self.name.clone()],
        }
    }

    /// # Errors
    /// Where the message holds what JSON has no words for.
    pub fn frame(&self, message: &DynamicMessage) -> Result<Frame, Status> {
        let json = write::to_text(message)
            .map_err(|error| Status::internal(format!("an event is not JSON: {error}")))?;
        let chosen = self
            .choice
            .as_ref()
            .and_then(|choice| choice.fields().find(|field| message.has_field(field)));
        let name = chosen
            .as_ref()
            .map_or(self.name.as_str(), |it| it.json_name());
        let token = self.resume_token.as_ref().map(|it| message.get_field(it));
        let id = token
            .as_deref()
            .and_then(Value::as_str)
            .filter(|it| is_id(it));
        Ok(Frame {
            bytes: event(name, id, &json),
            id: id.map(str::to_owned),
        })
    }
}

/// An event of the gateway's own or of a service. JSON text has no line of its own to end.
pub fn event(name: &str, id: Option<&str>, json: &[u8]) -> Bytes {
    let mut text = Vec::with_capacity(json.len() + name.len() + 64);
    text.extend_from_slice(b"event: ");
    text.extend_from_slice(name.as_bytes());
    if let Some(id) = id {
        text.extend_from_slice(b"\nid: ");
        text.extend_from_slice(id.as_bytes());
    }
    text.extend_from_slice(b"\ndata: ");
    text.extend_from_slice(json);
    text.extend_from_slice(b"\n\n");
    text.into()
}

/// `WatchSeats` tells of `seats`, `StreamRoster` of `roster`.
fn name_of(rpc: &str) -> String {
    let at = rpc
        .char_indices()
        .skip(1)
        .find(|(_, it)| it.is_ascii_uppercase());
    let rest = at.map_or(rpc, |(at, _)| &rpc[at..]);
    let mut letters = rest.chars();
    let first = letters.next().map(|it| it.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// Whether a browser sends it back as it is.
fn is_id(token: &str) -> bool {
    !token.is_empty() && token.len() <= 1024 && token.bytes().all(|it| it.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_called_after_what_the_rpc_tells_of() {
        for (rpc, name) in [
            ("WatchSeats", "seats"),
            ("StreamRoster", "roster"),
            ("WatchTestSessions", "testSessions"),
            ("Watch", "watch"),
        ] {
            assert_eq!(name_of(rpc), name);
        }
    }

    #[test]
    fn an_event_has_its_lines_in_order() {
        assert_eq!(event("seats", None, b"{}"), "event: seats\ndata: {}\n\n");
        assert_eq!(
            event("seats", Some("7"), b"{}"),
            "event: seats\nid: 7\ndata: {}\n\n"
        );
    }

    #[test]
    fn what_would_break_a_line_is_no_id() {
        for (token, good) in [
            ("a-7_x=", true),
            ("", false),
            ("a b", false),
            ("a\nb", false),
        ] {
            assert_eq!(is_id(token), good, "{token:?}");
        }
        assert!(!is_id(&"t".repeat(1025)));
    }
}
