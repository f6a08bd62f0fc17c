//! Lists mails, newest first.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use tonic::Request;

use super::{show, state_from_pb};
use crate::domain::login;
use crate::store::Place;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListMailsRequest>,
) -> Result<pb::ListMailsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let to = login::normal(&pb.to);
    let to_index = (!to.is_empty()).then(|| ctx.secrets.email_index(&to));
    let mut violations = Violations::new();
    let state = state_from_pb(&mut violations, pb.state);
    let filter = [
        to_index.as_deref().unwrap_or_default(),
        state.map_or("", |state| state.as_str()),
    ];
    let page = Page::<Place>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;
    let mut mails = store::mail::list(
        &ctx.sealer,
        ctx.db.read(),
        to_index.as_deref(),
        state,
        page.after.as_ref(),
        page.limit(),
    )
    .await?;
    let next_page_token = page.next(&mut mails, |last| last.mail.place());
    Ok(pb::ListMailsResponse {
        mails: mails.iter().map(|mail| show(mail, &caller)).collect(),
        next_page_token,
    })
}
