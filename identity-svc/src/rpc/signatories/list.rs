//! Lists who signed for an organisation, newest first, for administrators.

use chassis::Result;
use chassis::caller::Caller;
use chassis::clock::to_us;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use tonic::Request;

use super::show;
use crate::rpc::signing_organisations::{found, meant};
use crate::rpc::staff::administrator;
use crate::store::Place;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListSignatoriesRequest>,
) -> Result<pb::ListSignatoriesResponse> {
    administrator(ctx, &Caller::of(&request)).await?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let bin = meant(&mut violations, "parent", &pb.parent);
    let filter = [pb.parent.as_str()];
    let page = Page::<Place>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;
    let organisation = found(ctx, bin, &pb.parent).await?;
    let (sealer, db, after) = (&ctx.sealer, ctx.db.read(), page.after.as_ref());
    let list = store::signatory::list(sealer, db, organisation.bin, after, page.limit());
    let mut signatories = list.await?;
    let next_page_token = page.next(&mut signatories, |last| {
        (to_us(last.created), last.id.to_string())
    });
    Ok(pb::ListSignatoriesResponse {
        signatories: signatories.iter().map(show).collect(),
        next_page_token,
    })
}
