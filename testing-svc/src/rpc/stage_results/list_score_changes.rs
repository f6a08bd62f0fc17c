//! ListScoreChanges: what imports changed, newest first.

use chassis::clock::to_pb;
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::score;
use crate::rpc::parse;
use crate::store::score::Change;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListScoreChangesRequest>,
) -> Result<pb::ListScoreChangesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "parent", parse::STAGE, &pb.parent);
    let number = pb.candidate_number.trim();
    let bound = ["scoreChanges", pb.parent.as_str(), number];
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    let (Some((campaign, id)), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let stage = store::stage::find(db, id).await?;
    if stage.is_none_or(|stage| stage.campaign != campaign) {
        return Err(Error::NotFound(pb.parent));
    }
    let mut rows = store::score::changes(db, id, number, page.after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |it| it.id);
    let written = |change: &Change| pb::ScoreChange {
        name: format!("{}/scoreChanges/{}", pb.parent, change.id),
        candidate_number: change.candidate_number.clone(),
        previous_score: score(change.before.0),
        previous_absent: change.before.1,
        score: score(change.after.0),
        absent: change.after.1,
        account: change.by.clone(),
        create_time: Some(to_pb(change.time)),
    };
    Ok(pb::ListScoreChangesResponse {
        score_changes: rows.iter().map(written).collect(),
        next_page_token,
    })
}
