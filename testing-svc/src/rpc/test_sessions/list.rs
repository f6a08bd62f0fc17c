//! ListTestSessions: the sessions of a stage, the next first.

use chassis::clock::to_us;
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::rpc::parse;
use crate::store::test_session::Filter;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListTestSessionsRequest>,
) -> Result<pb::ListTestSessionsResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let parent = parse::below_campaign(&mut violations, "parent", parse::STAGE, &pb.parent);
    let filter = read_filter(&mut violations, &pb);
    let bound = format!("{filter:?}");
    let page = Page::<(i64, String)>::parse(
        &mut violations,
        pb.page_size,
        &pb.page_token,
        &["sessions", &pb.parent, &bound],
    );
    let (Some((campaign, stage)), true) = (parent, violations.is_empty()) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    store::stage::find(db, stage)
        .await?
        .filter(|stage| stage.campaign == campaign)
        .ok_or(Error::NotFound(pb.parent))?;
    let (after, limit) = (page.after.clone(), page.limit());
    let now = ctx.clock.now();
    let mut rows = store::test_session::list(db, stage, &filter, after, limit, now).await?;
    let next_page_token = page.next(&mut rows, |offer| {
        (to_us(offer.session.start), offer.session.id.to_string())
    });
    let rows = store::test_session::with_quotas(db, rows, now).await?;
    Ok(pb::ListTestSessionsResponse {
        sessions: rows.iter().map(written).collect(),
        next_page_token,
    })
}

fn read_filter(violations: &mut Violations, pb: &pb::ListTestSessionsRequest) -> Filter {
    let center = (!pb.center.is_empty())
        .then(|| parse::test_center(violations, "center", &pb.center))
        .flatten();
    let mut time = |field, time: &Option<prost_types::Timestamp>| {
        parse::optional_time(violations, field, time.as_ref())
    };
    Filter {
        center,
        earliest_start: time("earliest_start_time", &pb.earliest_start_time),
        latest_start: time("latest_start_time", &pb.latest_start_time),
        free_only: pb.free_only,
    }
}
