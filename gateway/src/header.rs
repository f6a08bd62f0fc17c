//! Headers that mean something to a request: Idempotency-Key, If-Match, Content-Type.

use chassis::ids::Ids;
use http::{HeaderMap, StatusCode};
use prost_reflect::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::bind::{Binding, Parts, text_at};
use crate::problem::Problem;
use crate::route::{Shape, set_at};

impl Binding<'_> {
    pub(crate) fn if_match(&mut self, headers: &HeaderMap) {
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

    /// Where a listener that comes back goes on. The header is newer than the address, which stays
    /// as it was when the page began to listen.
    pub(crate) fn last_event_id(&mut self, headers: &HeaderMap) {
        let Shape::Events(events) = &self.operation.shape else {
            return;
        };
        let (Some(field), Some(header)) =
            (events.resume_token.clone(), headers.get("last-event-id"))
        else {
            return;
        };
        match header.to_str() {
            Ok("") => {}
            Ok(id) => self.message.set_field(&field, Value::String(id.to_owned())),
            Err(_) => self.no("Last-Event-ID", "INVALID_FORMAT"),
        }
    }

    pub(crate) fn request_id(&mut self, parts: &Parts<'_>, ids: &Ids) {
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
fn opaque(tag: &str) -> Option<&str> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let inside = tag.strip_prefix('"')?.strip_suffix('"')?;
    (!inside.is_empty() && !inside.contains('"')).then_some(inside)
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
