//! Lists the versions of a specialty's formula, the newest first.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name;
use crate::store::score_formula;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListScoreFormulasRequest>,
) -> Result<pb::ListScoreFormulasResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let parent = name::id_of("specialties/*", &pb.parent).ok_or(name::reason(&pb.parent));
    let specialty = violations.take("parent", parent).unwrap_or_default();
    let filter = [pb.parent.as_str()];
    let page = Page::<u32>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;
    let db = ctx.db.read();
    let mut found = score_formula::list(db, specialty, page.after, page.limit()).await?;
    let next_page_token = page.next(&mut found, |kept| kept.formula.version);
    Ok(pb::ListScoreFormulasResponse {
        score_formulas: found.iter().map(message::of).collect(),
        next_page_token,
    })
}
