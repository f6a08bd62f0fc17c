//! Lists the log of signed acts of all colleges in its order.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::store::board_log;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListBoardLogEntriesRequest>,
) -> Result<pb::ListBoardLogEntriesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let page = Page::<i64>::parse(&mut violations, pb.page_size, &pb.page_token, &[]);
    violations.into_result()?;
    let after = page.after.unwrap_or_default();
    let mut found = board_log::list(ctx.db.read(), after, i64::MAX, page.limit()).await?;
    let next_page_token = page.next(&mut found, |logged| logged.entry.sequence);
    Ok(pb::ListBoardLogEntriesResponse {
        board_log_entries: found.into_iter().map(message::log_entry).collect(),
        next_page_token,
    })
}
