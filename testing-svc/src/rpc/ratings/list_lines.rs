//! ListRatingLines: a page goes on behind the rank and the number where the one before ended, whatever the
//! rating is by then.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::lines::{Line, lines};
use super::{Shown, seen};
use crate::Context;
use crate::rpc::parse;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListRatingLinesRequest>,
) -> Result<pb::ListRatingLinesResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = parse::admission_specialty(&mut violations, "parent", &pb.parent);
    let bound = ["ratingLines", pb.parent.as_str()];
    let (size, token) = (pb.page_size, &pb.page_token);
    let page = Page::<(u32, String)>::parse(&mut violations, size, token, &bound);
    let (Some(id), true) = (id, violations.is_empty()) else {
        return Err(violations.into());
    };
    let specialty = seen(ctx, &caller, id, pb.parent).await?;
    let after = |line: &Line| {
        let after = page.after.as_ref();
        after.is_none_or(|(rank, number)| line.place() > (*rank, number.as_str()))
    };
    let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let lines = lines(ctx, &specialty).await?;
    let mut here: Vec<Line> = lines.into_iter().filter(after).take(limit).collect();
    let next_page_token = page.next(&mut here, |line| {
        let (rank, number) = line.place();
        (rank, number.to_owned())
    });
    let written = |line: &Line| line.written(&specialty.campaign, Shown::to(&caller));
    Ok(pb::ListRatingLinesResponse {
        rating_lines: here.iter().map(written).collect(),
        next_page_token,
        provisional: specialty.started.is_none(),
    })
}
