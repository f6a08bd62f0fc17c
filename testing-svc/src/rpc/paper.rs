//! What is put on paper, on its way out.

use chassis::Result;
use chassis::text::Language;
use chassis::violation::Violations;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use proto::google::api::HttpBody;
use tonic::Status;

use super::{enums, parse};
use crate::domain::session;

pub type Bytes = BoxStream<'static, std::result::Result<HttpBody, Status>>;

/// The language that was asked for, or that of the call.
pub fn language(violations: &mut Violations, field: &str, wanted: i32) -> Language {
    match parse::optional_word(violations, field, wanted, enums::from_language) {
        None => chassis::error::language(),
        Some(session::Language::Kk) => Language::Kk,
        Some(session::Language::Ru) => Language::Ru,
        Some(session::Language::En) => Language::En,
    }
}

/// A page is drawn in some milliseconds of one processor: not where calls are waited for.
pub async fn drawn(
    content_type: &'static str,
    draw: impl FnOnce() -> anyhow::Result<Vec<u8>> + Send + 'static,
) -> Result<Bytes> {
    let data = tokio::task::spawn_blocking(draw).await;
    let data = data.map_err(anyhow::Error::from)??;
    let body = HttpBody {
        content_type: content_type.into(),
        data: data.into(),
        extensions: Vec::new(),
    };
    Ok(stream::iter([Ok(body)]).boxed())
}
