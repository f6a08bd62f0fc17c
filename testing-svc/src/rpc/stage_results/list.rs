//! ListStageResults: one's own published ones; everybody's to the desk and to campaign managers.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::{sees_all, written};
use crate::domain::eligibility::LONGEST_DIRECTION;
use crate::rpc::{enums, parse};
use crate::store::stage_result::{Filter, Seen};
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListStageResultsRequest>,
) -> Result<pb::ListStageResultsResponse> {
    let caller = Caller::of(&request);
    let person = caller.person()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let (campaign, stage) = parse::any_stage(&mut violations, &pb.parent).unzip();
    let direction = violations.sought("direction", &pb.direction, LONGEST_DIRECTION);
    let outcome = enums::from_came;
    let came = parse::optional_word(&mut violations, "outcome", pb.outcome, outcome);
    let seen = if sees_all(&caller) {
        Seen::All
    } else {
        Seen::Published
    };
    let filter = Filter {
        campaign: campaign.unwrap_or_default(),
        stage: stage.flatten(),
        account: (seen == Seen::Published).then_some(person.account),
        direction: (!direction.is_empty()).then_some(direction),
        came,
    };
    let bound = format!("{filter:?}");
    let bound = ["stageResults", bound.as_str()];
    let token = &pb.page_token;
    let page = Page::<(i32, String)>::parse(&mut violations, pb.page_size, token, &bound);
    violations.into_result()?;
    let (db, limit) = (ctx.db.read(), page.limit());
    let after = page.after.clone();
    let mut rows = store::stage_result::list(db, seen, &filter, after, limit).await?;
    let next_page_token = page.next(&mut rows, |it| {
        (it.stage_number, it.candidate_number.clone())
    });
    Ok(pb::ListStageResultsResponse {
        stage_results: rows.iter().map(written).collect(),
        next_page_token,
    })
}
