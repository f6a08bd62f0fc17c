//! Lists every section of an application in the order of the form.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::filling::Filling;
use crate::rpc::name::ApplicationName;
use crate::rpc::rebase;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListSectionsRequest>,
) -> Result<pb::ListSectionsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let name = ApplicationName::parse("parent", &pb.parent)?;
    let mut violations = Violations::new();
    let page = Page::<usize>::parse(&mut violations, pb.page_size, &pb.page_token, &[&pb.parent]);
    violations.into_result()?;

    let kept = rebase::filled(ctx, &caller, &name).await?;
    let filling = Filling::read(ctx, ctx.db.read(), &kept, ctx.clock.now()).await?;
    let from = page.after.map_or(0, |last| last.saturating_add(1));
    let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let mut forms: Vec<_> = filling
        .form
        .sections
        .iter()
        .enumerate()
        .skip(from)
        .take(limit)
        .collect();
    let next_page_token = page.next(&mut forms, |(at, _)| *at);
    Ok(pb::ListSectionsResponse {
        sections: forms
            .into_iter()
            .map(|(_, form)| message::of(&kept, &filling, form))
            .collect(),
        next_page_token,
    })
}
