//! Streams what was asked of the caller's college as a table, all of one moment.
//!
//! One statement reads it, so that no request is missing or in two states; its lines are made as they are
//! taken, so that a long one holds nobody up.

use chassis::caller::Caller;
use chassis::csv;
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use proto::google::api::HttpBody;
use proto::questionnaire::v1 as pb;
use tonic::{Request, Status};

use super::filter::{self, Asked};
use super::table;
use crate::Context;
use crate::domain::refusal::Refusal;
use crate::domain::service_request::MOST_IN_A_FILE;
use crate::store::service_request::{self, Filter, Kept};

/// From here on lines begin another piece.
const PIECE: usize = 64 * 1024;

pub async fn download(
    ctx: &Context,
    request: Request<pb::DownloadServiceRequestsRequest>,
) -> Result<BoxStream<'static, std::result::Result<HttpBody, Status>>> {
    let caller = Caller::of(&request);
    let own = caller.signatory()?.organisation;
    let pb = request.into_inner();
    let mut wrong = Violations::new();
    let bin = filter::college(&mut wrong, &pb.parent);
    let asked = Asked {
        kind: pb.kind,
        state: pb.state,
        specialty: &pb.specialty,
        academic_year: pb.academic_year,
    };
    let filter = filter::read(&mut wrong, &asked);
    wrong.into_result()?;
    if bin != Some(own) {
        return Err(Error::NotFound(pb.parent));
    }
    let filter = Filter { bin, ..filter };
    let most = u64::try_from(MOST_IN_A_FILE).unwrap_or(u64::MAX);
    let found = service_request::list(ctx.db.read(), &filter, None, most + 1).await?;
    if found.len() > MOST_IN_A_FILE {
        let limit = MOST_IN_A_FILE;
        return Err(Refusal::ServiceRequestsTooMany { limit }.into());
    }
    // Durable before the answer leaves.
    let (rpc, detail) = ("DownloadServiceRequests", detail(&filter, found.len()));
    let tx = ctx.db.begin().await?;
    audit::record(&tx, &ctx.clock, &caller, rpc, &pb.parent, &detail).await?;
    ctx.db.commit(tx).await?;
    Ok(stream::iter(pieces(found).map(Ok)).boxed())
}

/// What was filtered by, and how many were found.
fn detail(filter: &Filter<'_>, count: usize) -> String {
    let specialty = match filter.specialty {
        "" => None,
        id => Some(format!("specialties/{id}")),
    };
    let parts = [
        filter.kind.map(|it| it.code().to_owned()),
        filter.state.map(|it| it.code().to_owned()),
        specialty,
        filter.academic_year.map(|it| it.year().to_string()),
        Some(count.to_string()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn pieces(found: Vec<Kept>) -> impl Iterator<Item = HttpBody> {
    let mut head = Some(table::head());
    let mut found = found.into_iter();
    std::iter::from_fn(move || {
        let mut text = head.take().unwrap_or_default();
        while text.len() < PIECE {
            let Some(kept) = found.next() else { break };
            csv::line(&mut text, &table::cells(&kept));
        }
        let is_over = text.is_empty();
        (!is_over).then(|| HttpBody {
            content_type: csv::MEDIA_TYPE.into(),
            data: text.into_bytes().into(),
            extensions: Vec::new(),
        })
    })
}
