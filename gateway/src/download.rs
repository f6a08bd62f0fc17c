//! A stream of messages to a raw body. What breaks after the start ends the connection abnormally,
//! so that nobody takes half a file for a whole one.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, header};
use prost_reflect::{DynamicMessage, Value};
use tonic::{Status, Streaming};

use crate::route::Shown;

/// Waits for the first bytes, so that a refusal is still answered as one, and streams the rest.
///
/// # Errors
/// The service's refusal, if it comes before the first bytes.
pub async fn response(
    mut messages: Streaming<DynamicMessage>,
    shown: Shown,
    silence: Duration,
) -> Result<Response, Status> {
    let first = next(&mut messages, silence).await?;
    let content_type = first
        .as_ref()
        .map(|(content_type, _)| content_type.as_str());
    let content_type = content_type.filter(|it| !it.is_empty());
    let content_type = HeaderValue::from_str(content_type.unwrap_or("application/octet-stream"))
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let state = (first.map(|(_, data)| data), messages);
    let bytes = stream::try_unfold(state, move |(pending, mut messages)| async move {
        let data = match pending {
            Some(data) => Some(data),
            None => next(&mut messages, silence).await?.map(|(_, data)| data),
        };
        Ok::<_, Status>(data.map(|data| (data, (None, messages))))
    });
    let mut response = Response::new(Body::from_stream(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    let disposition = match shown {
        Shown::AsFile => "attachment",
        Shown::AsPage => "inline",
    };
    let disposition = HeaderValue::from_static(disposition);
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

async fn next(
    messages: &mut Streaming<DynamicMessage>,
    silence: Duration,
) -> Result<Option<(String, Bytes)>, Status> {
    let late = |_| Status::deadline_exceeded("no bytes in time");
    let message = tokio::time::timeout(silence, messages.message())
        .await
        .map_err(late)??;
    Ok(message.map(|mut message| {
        let content_type = message.take_field_by_name("content_type");
        let data = message.take_field_by_name("data");
        let content_type = content_type
            .as_ref()
            .and_then(Value::as_str)
            .unwrap_or_default();
        let data = data
            .as_ref()
            .and_then(Value::as_bytes)
            .cloned()
            .unwrap_or_default();
        (content_type.to_owned(), data)
    }))
}
