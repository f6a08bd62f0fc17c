//! Streams the bytes of a document.

use chassis::Result;
use chassis::blob::Content;
use chassis::caller::Caller;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use proto::google::api::HttpBody;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::disclosure::Subject;
use tonic::{Request, Status};

use super::reach;
use crate::Context;
use crate::domain::refusal::Refusal;
use crate::rpc::disclosures::record::{Look, record};

pub async fn download(
    ctx: &Context,
    request: Request<pb::DownloadDocumentRequest>,
) -> Result<BoxStream<'static, std::result::Result<HttpBody, Status>>> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (application, kept) = reach::visible(ctx, &caller, &pb.name).await?;
    kept.document.must_be_clean()?;
    let blob = kept.blob.as_deref().ok_or(Refusal::DocumentNotReady {
        state: kept.document.state.code(),
    })?;
    let content_type = kept.document.media_type.clone();
    let look = Look {
        subject: Subject::DocumentContent,
        resource: &pb.name,
        sections: vec![kept.document.section.clone()],
    };
    record(ctx, &caller, &application, look).await?;
    let content = Content {
        size_bytes: kept.document.size_bytes,
        sha256: kept.document.sha256.clone(),
    };
    let bytes = ctx.blobs.stream(blob, content);
    let message = move |data: Result<bytes::Bytes>| {
        Ok(HttpBody {
            content_type: content_type.clone(),
            data: data?,
            extensions: Vec::new(),
        })
    };
    Ok(bytes.map(message).boxed())
}
