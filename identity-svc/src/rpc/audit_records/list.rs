//! Lists what was done, newest first.

use chassis::Result;
use chassis::audit::{self, Filter, Record};
use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use proto::wire::v1::AuditRecord;
use tonic::Request;

use crate::Context;
use crate::rpc::staff::administrator;

/// Longer than any name of a resource of ours.
const LONGEST: usize = 200;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListAuditRecordsRequest>,
) -> Result<pb::ListAuditRecordsResponse> {
    administrator(ctx, &Caller::of(&request)).await?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let resource = violations.sought("resource", &pb.resource, LONGEST);
    let caller = violations.sought("caller", &pb.caller, LONGEST);
    let action = violations.sought("action", &pb.action, LONGEST);
    let parts = [&resource, &caller, &action].map(String::as_str);
    let page = Page::<i64>::parse(&mut violations, pb.page_size, &pb.page_token, &parts);
    violations.into_result()?;
    let filter = Filter {
        resource: &resource,
        caller: &caller,
        action: &action,
    };
    let mut records = audit::list(ctx.db.read(), &filter, page.after, page.limit()).await?;
    let next_page_token = page.next(&mut records, |last| last.number);
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
