//! Lists what was done, newest first.

use chassis::Result;
use chassis::audit::{self, Filter, Record};
use chassis::clock::to_pb;
use proto::questionnaire::v1 as pb;
use proto::wire::v1::AuditRecord;
use tonic::Request;

use crate::Context;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListAuditRecordsRequest>,
) -> Result<pb::ListAuditRecordsResponse> {
    let pb = request.into_inner();
    let sought = Filter {
        resource: &pb.resource,
        ..Filter::default()
    };
    let page = audit::page(ctx.db.read(), sought, pb.page_size, &pb.page_token);
    let (records, next_page_token) = page.await?;
    let show = |record: Record| AuditRecord {
        name: format!("auditRecords/{}", record.number),
        create_time: Some(to_pb(record.time)),
        caller: record.caller,
        action: record.action,
        resource: record.resource,
        detail: record.detail,
    };
    Ok(pb::ListAuditRecordsResponse {
        audit_records: records.into_iter().map(show).collect(),
        next_page_token,
    })
}
