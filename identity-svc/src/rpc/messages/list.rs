//! Lists one's own messages, newest first, and tells how many are not read yet.

use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::show_here;
use crate::rpc::named;
use crate::store::Place;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListMessagesRequest>,
) -> Result<pb::ListMessagesResponse> {
    let person = Caller::of(&request).person()?.clone();
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let account = if pb.parent == "accounts/me" {
        Some(person.account)
    } else {
        named(&mut violations, "parent", "accounts/*", &pb.parent)
    };
    let filter = [person.account.to_string(), pb.unread_only.to_string()];
    let filter = filter.each_ref().map(String::as_str);
    let page = Page::<Place>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;
    if account != Some(person.account) {
        return Err(Error::NotFound(pb.parent));
    }
    let (db, after) = (ctx.db.read(), page.after.as_ref());
    // First how far the inbox is: what comes while it is listed is told again, not left out.
    let level = store::inbox::level(db, person.account).await?;
    let mut messages =
        store::message::list(db, person.account, pb.unread_only, after, page.limit()).await?;
    let next_page_token = page.next(&mut messages, |last| last.place());
    Ok(pb::ListMessagesResponse {
        messages: messages
            .iter()
            .map(|message| show_here(ctx, message))
            .collect(),
        next_page_token,
        unread_count: i32::try_from(level.unread).unwrap_or(i32::MAX),
        resume_token: level.changes.to_string(),
    })
}
