//! ListDecisionLogEntries: the rows in their order, as they are kept.

use chassis::error::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::store::decision_log::{self, Logged};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListDecisionLogEntriesRequest>,
) -> Result<pb::ListDecisionLogEntriesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let filter = ["decision_log_entries"];
    let page = Page::<i64>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;

    let after = page.after.unwrap_or(0);
    let mut rows = decision_log::list(ctx.db.read(), after, i64::MAX, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |row| row.entry.sequence);
    Ok(pb::ListDecisionLogEntriesResponse {
        decision_log_entries: rows.into_iter().map(to_pb).collect(),
        next_page_token,
    })
}

fn to_pb(row: Logged) -> pb::DecisionLogEntry {
    let Logged { entry, task, .. } = row;
    pb::DecisionLogEntry {
        name: format!("decisionLogEntries/{}", entry.sequence),
        sequence: entry.sequence,
        previous_hash: entry.previous_hash.to_vec().into(),
        content: entry.content.into(),
        hash: entry.hash.to_vec().into(),
        review_task: format!("reviewTasks/{task}"),
    }
}
