//! Lists what was done, newest first.

use chassis::Result;
use chassis::audit::{self, Filter, Record};
use chassis::caller::Caller;
use chassis::clock::to_pb;
use proto::identity::v1 as pb;
use proto::wire::v1::AuditRecord;
use tonic::Request;

use crate::Context;
use crate::rpc::staff::administrator;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListAuditRecordsRequest>,
) -> Result<pb::ListAuditRecordsResponse> {
    administrator(ctx, &Caller::of(&request)).await?;
    let pb = request.into_inner();
    let sought = Filter {
        resource: &pb.resource,
        caller: &pb.caller,
        action: &pb.action,
    };
    let page = audit::page(ctx.db.read(), sought, pb.page_size, &pb.page_token);
    let (records, next_page_token) = page.await?;
    Ok(pb::ListAuditRecordsResponse {
        audit_records: records.into_iter().map(show).collect(),
        next_page_token,
    })
}

fn show(record: Record) -> AuditRecord {
    AuditRecord {
        name: format!("auditRecords/{}", record.number),
        create_time: Some(to_pb(record.time)),
        caller: record.caller,
        action: record.action,
        resource: record.resource,
        detail: record.detail,
    }
}
