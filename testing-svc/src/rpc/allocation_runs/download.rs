//! DownloadAllocationRun: a file of a run, piece by piece as it is kept.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Result, audit};
use futures_util::StreamExt;
use futures_util::stream;
use proto::google::api::HttpBody;
use proto::testing::v1 as pb;
use proto::testing::v1::download_allocation_run_request::Part as Wire;
use tonic::Request;
use uuid::Uuid;

use super::find;
use crate::rpc::paper::Bytes;
use crate::rpc::parse;
use crate::store::allocation_run::Part;
use crate::{Context, store};

const CONTENT_TYPE: &str = "text/plain; charset=utf-8";

pub async fn download(
    ctx: &Arc<Context>,
    request: Request<pb::DownloadAllocationRunRequest>,
) -> Result<Bytes> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let parts = parse::below_campaign(&mut violations, "name", parse::ALLOCATION_RUN, &pb.name);
    let part = Wire::try_from(pb.part).map_err(|_| "UNKNOWN_VALUE");
    let part = violations.take("part", part);
    let (Some((campaign, id)), Some(part)) = (parts, part) else {
        return Err(violations.into());
    };
    let run = find(ctx, &campaign, id, &pb.name).await?;
    run.checked()?;
    let part = match part {
        Wire::Input => Part::Input,
        Wire::Unspecified | Wire::Record => Part::Record,
    };
    let (tx, detail) = (ctx.db.begin().await?, part.as_str());
    let rpc = "DownloadAllocationRun";
    audit::record(&tx, &ctx.clock, &caller, rpc, &pb.name, detail).await?;
    ctx.db.commit(tx).await?;
    let from = Some((ctx.clone(), 0));
    Ok(stream::unfold(from, move |at| next(at, id, part)).boxed())
}

type At = Option<(Arc<Context>, i32)>;

async fn next(
    at: At,
    run: Uuid,
    part: Part,
) -> Option<(std::result::Result<HttpBody, tonic::Status>, At)> {
    let (ctx, number) = at?;
    match store::allocation_run::piece(ctx.db.read(), run, part, number).await {
        Err(error) => Some((Err(error.into()), None)),
        Ok(None) => None,
        Ok(Some(text)) => {
            let body = HttpBody {
                content_type: CONTENT_TYPE.into(),
                data: text.into_bytes().into(),
                extensions: Vec::new(),
            };
            Some((Ok(body), Some((ctx, number + 1))))
        }
    }
}
