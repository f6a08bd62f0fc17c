//! ListWaitlistEntries: one's own, newest first; everybody's to the exam desk.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{sees_all, written};
use crate::rpc::{enums, parse};
use crate::store::waitlist::{Filter, Place};
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListWaitlistEntriesRequest>,
) -> Result<pb::ListWaitlistEntriesResponse> {
    let caller = Caller::of(&request);
    let account = caller.person()?.account;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = parse::any_campaign(&mut violations, &pb.parent);
    let read = enums::from_waitlist_state;
    let filter = Filter {
        account: (!sees_all(&caller)).then_some(account),
        campaign: campaign.flatten(),
        state: parse::optional_word(&mut violations, "state", pb.state, read),
    };
    let bound = format!("{filter:?}");
    let page = Page::<Uuid>::parse(
        &mut violations,
        pb.page_size,
        &pb.page_token,
        &["waitlist", &bound],
    );
    violations.into_result()?;
    let db = ctx.db.read();
    let mut rows = store::waitlist::list(db, &filter, page.after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |entry| entry.id);
    let mut waitlist_entries = Vec::with_capacity(rows.len());
    for entry in rows {
        let place = Place::among_others(db, entry).await?;
        waitlist_entries.push(written(ctx, &place, &caller)?);
    }
    Ok(pb::ListWaitlistEntriesResponse {
        waitlist_entries,
        next_page_token,
    })
}
