//! Lists the caller's own sessions that can still be used, newest first.

use chassis::caller::Caller;
use chassis::clock::to_us;
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::show_to;
use crate::rpc::accounts;
use crate::store::Place;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListSessionsRequest>,
) -> Result<pb::ListSessionsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let account = accounts::meant(&mut violations, "parent", &caller, &pb.parent);
    let owner = account.map(|account| account.to_string());
    let filter = [owner.as_deref().unwrap_or_default()];
    let page = Page::<Place>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;
    let account = account
        .filter(|account| caller.is(*account))
        .ok_or(Error::NotFound(pb.parent))?;
    let (db, now, after) = (ctx.db.read(), ctx.clock.now(), page.after.as_ref());
    let mut sessions = store::session::list(db, account, now, after, page.limit()).await?;
    let next_page_token = page.next(&mut sessions, |last| {
        (to_us(last.created), last.id.to_string())
    });
    Ok(pb::ListSessionsResponse {
        sessions: sessions
            .iter()
            .map(|session| show_to(&caller, session, now))
            .collect(),
        next_page_token,
    })
}
