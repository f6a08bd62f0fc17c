//! Lists the revisions of a form, newest first; those that came with the service are the oldest.

use chassis::caller::{Caller, Role};
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{find, message};
use crate::Context;
use crate::domain::form;
use crate::rpc::name;
use crate::store::form_revision;

/// The key of the last one seen: the id of one that was made here, or the number of one that came
/// with the service.
type Key = (String, u32);

pub async fn list_revisions(
    ctx: &Context,
    request: Request<pb::ListFormRevisionsRequest>,
) -> Result<pb::ListFormRevisionsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let id = name::form("parent", &pb.parent)?;
    let sees_all = caller.has(Role::CampaignManager);
    let mut violations = Violations::new();
    let reader = if sees_all { "all" } else { "published" };
    let filter = [pb.parent.as_str(), reader];
    let page = Page::<Key>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;

    let (after, below) = page.after.clone().unwrap_or((String::new(), u32::MAX));
    let mut found = Vec::new();
    if below == u32::MAX {
        let on = ctx.db.read();
        let after = (!after.is_empty()).then_some(after);
        for kept in form_revision::list(on, id, sees_all, after, page.limit()).await? {
            let form = find::compiled(&kept)?;
            found.push(((kept.id.clone(), u32::MAX), message::of(&kept, &form)));
        }
    }
    let shipped: Vec<_> = form::shipped(id).collect();
    if found.is_empty() && shipped.is_empty() && page.after.is_none() {
        return Err(Error::NotFound(pb.parent));
    }
    for form in shipped.into_iter().rev().filter(|it| it.revision < below) {
        found.push(((String::new(), form.revision), message::of_shipped(form)));
    }
    let next_page_token = page.next(&mut found, |(key, _)| key.clone());
    Ok(pb::ListFormRevisionsResponse {
        form_revisions: found.into_iter().map(|(_, revision)| revision).collect(),
        next_page_token,
    })
}
