//! Lists to its owner the moves of a draft to another form, with the answers that were kept aside.

use chassis::Result;
use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::domain::rebase::SetAside;
use crate::rpc::name::ApplicationName;
use crate::rpc::{forms, rebase as moves, wire};
use crate::store::application::Kept;
use crate::store::rebase;

pub async fn list_rebases(
    ctx: &Context,
    request: Request<pb::ListRebasesRequest>,
) -> Result<pb::ListRebasesResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let name = ApplicationName::parse("parent", &pb.parent)?;
    let mut violations = Violations::new();
    let page = Page::<String>::parse(&mut violations, pb.page_size, &pb.page_token, &[&pb.parent]);
    violations.into_result()?;

    let kept = moves::filled(ctx, &caller, &name).await?;
    let after = page.after.clone();
    let mut found = rebase::list(ctx.db.read(), &kept.id, after, page.limit()).await?;
    let next_page_token = page.next(&mut found, |rebase| rebase.id.clone());
    Ok(pb::ListRebasesResponse {
        rebases: found.iter().map(|it| message(&kept, it)).collect(),
        next_page_token,
    })
}

fn message(application: &Kept, rebase: &rebase::Kept) -> pb::Rebase {
    let answer = |aside: &SetAside| pb::SetAsideAnswer {
        section: aside.section.clone(),
        field: aside.field.clone(),
        answer: Some(wire::json_to_value(&aside.answer)),
    };
    pb::Rebase {
        name: format!("{}/rebases/{}", application.name(), rebase.id),
        from_form_revision: rebase.from_revision.clone(),
        to_form_revision: rebase.to_revision.clone(),
        changes: rebase.changes.iter().map(forms::message::change).collect(),
        set_aside_answers: rebase.set_aside.iter().map(answer).collect(),
        create_time: Some(to_pb(rebase.time)),
    }
}
