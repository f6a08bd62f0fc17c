//! Lists organisations that sign by their BIN, for administrators.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use tonic::Request;

use super::show;
use crate::rpc::staff::administrator;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListSigningOrganisationsRequest>,
) -> Result<pb::ListSigningOrganisationsResponse> {
    administrator(ctx, &Caller::of(&request)).await?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let page = Page::<String>::parse(&mut violations, pb.page_size, &pb.page_token, &[]);
    violations.into_result()?;
    let (db, after) = (ctx.db.read(), page.after.as_deref());
    let mut found = store::signing_organisation::list(db, after, page.limit()).await?;
    let next_page_token = page.next(&mut found, |last| last.bin.to_string());
    Ok(pb::ListSigningOrganisationsResponse {
        signing_organisations: found.iter().map(show).collect(),
        next_page_token,
    })
}
