//! Shows what changed from one revision of a form to another.

use chassis::Result;
use chassis::caller::Caller;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::find::find;
use super::message;
use crate::Context;
use crate::domain::form_diff;

pub async fn get_revision_diff(
    ctx: &Context,
    request: Request<pb::GetFormRevisionDiffRequest>,
) -> Result<pb::FormRevisionDiff> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let after = find(ctx, &caller, "name", &pb.name).await?.form;
    let field = "from_form_revision";
    let before = find(ctx, &caller, field, &pb.from_form_revision)
        .await?
        .form;
    if before.form != after.form {
        return Err(Violations::one(field, "UNKNOWN_VALUE").into());
    }
    let changes = form_diff::changes(&before, &after);
    Ok(pb::FormRevisionDiff {
        name: format!("{}/diff", pb.name),
        from_form_revision: pb.from_form_revision,
        changes: changes.iter().map(message::change).collect(),
    })
}
