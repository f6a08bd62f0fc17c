//! A message that can't be read ends its call below every handler: it is told here as every other
//! "no", with a reason and a sentence, and not as a fault of ours.

use axum::response::{IntoResponse, Response};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use crate::error;

/// How the transport begins to tell of a message that is none.
const UNREADABLE: [&str; 4] = [
    "failed to decode Protobuf message",
    "protocol error: received message",
    "Unexpected EOF decoding stream",
    "Missing request message",
];

/// As large as the transport takes a message where nothing else is said.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The answer, told anew where the transport made it: all of ours have details.
pub(crate) fn told(response: Response) -> Response {
    let Some(given) = Status::from_header_map(response.headers()) else {
        return response;
    };
    let is_unreadable = UNREADABLE
        .iter()
        .any(|start| given.message().starts_with(start));
    let (code, reason) = match given.code() {
        _ if !given.details().is_empty() => return response,
        Code::Internal if is_unreadable => (Code::InvalidArgument, "INVALID_REQUEST"),
        Code::OutOfRange => (Code::ResourceExhausted, "PAYLOAD_TOO_LARGE"),
        _ => return response,
    };
    let text = error::explain(reason, &[("max", MOST_BYTES.to_string())]);
    let mut details = ErrorDetails::with_error_info(reason, "wire.irikteu.kz", []);
    details.set_localized_message(error::language().code(), &text);
    tracing::debug!(reason, "a message can't be read");
    Status::with_error_details(code, text, details)
        .into_http::<axum::body::Body>()
        .into_response()
}
