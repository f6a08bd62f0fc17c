//! ListCandidates: oneself; everybody to the exam desk, in the order of their numbers.

use chassis::Result;
use chassis::caller::{Caller, Role};
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::domain::eligibility::LONGEST_DIRECTION;
use crate::rpc::parse;
use crate::store::eligibility::Filter;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListCandidatesRequest>,
) -> Result<pb::ListCandidatesResponse> {
    let caller = Caller::of(&request);
    let person = caller.person()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent);
    let direction = violations.sought("direction", &pb.direction, LONGEST_DIRECTION);
    let filter = Filter {
        campaign: campaign.unwrap_or_default(),
        account: (!person.has(Role::ExamDesk)).then_some(person.account),
        direction: (!direction.is_empty()).then_some(direction),
    };
    let bound = format!("{filter:?}");
    let page = Page::<String>::parse(
        &mut violations,
        pb.page_size,
        &pb.page_token,
        &["candidates", &bound],
    );
    violations.into_result()?;
    let limit = page.limit();
    let after = page.after.clone();
    let mut rows = store::eligibility::list(ctx.db.read(), &filter, after, limit).await?;
    let number = |it: &crate::domain::eligibility::Eligibility| it.candidate_number.clone();
    let next_page_token = page.next(&mut rows, |it| number(it).unwrap_or_default());
    Ok(pb::ListCandidatesResponse {
        candidates: rows.iter().map(written).collect(),
        next_page_token,
    })
}
