//! ListAdmitted: the published list of a stage, by number.

use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::score;
use crate::domain::eligibility::LONGEST_DIRECTION;
use crate::domain::refusal::Refusal;
use crate::domain::stage_result::StageResult;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListAdmittedRequest>,
) -> Result<pb::ListAdmittedResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "parent", parse::STAGE, &pb.parent);
    let direction = violations.sought("direction", &pb.direction, LONGEST_DIRECTION);
    let bound = ["admitted", pb.parent.as_str(), direction.as_str()];
    let page = Page::<String>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    let (Some((campaign, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let stage = store::stage::find(db, id).await?;
    let stage = stage.filter(|stage| stage.campaign == campaign);
    let stage = stage.ok_or(Error::NotFound(pb.parent))?;
    if stage.published.is_none() {
        return Err(Refusal::ResultsNotPublished.into());
    }
    let after = page.after.clone().unwrap_or_default();
    let limit = page.limit();
    let mut rows = store::stage_result::admitted(db, id, &direction, &after, limit).await?;
    let next_page_token = page.next(&mut rows, |it| it.candidate_number.clone());
    let written = |it: &StageResult| pb::AdmittedCandidate {
        candidate_number: it.candidate_number.clone(),
        direction: it.direction.clone(),
        total: score(it.total()),
        rank: it.published.as_ref().map_or(0, |it| it.rank),
        by_appeal: it.published.as_ref().is_some_and(|it| it.by_appeal),
    };
    Ok(pb::ListAdmittedResponse {
        admitted_candidates: rows.iter().map(written).collect(),
        next_page_token,
    })
}
