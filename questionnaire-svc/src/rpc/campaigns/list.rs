//! Lists campaigns, the one that opens last first.

use chassis::Result;
use chassis::clock::to_us;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::campaign::State as Wire;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::campaign::State;
use crate::store::campaign::{self, Filter};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListCampaignsRequest>,
) -> Result<pb::ListCampaignsResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let state = match Wire::try_from(pb.state) {
        Ok(Wire::Unspecified) => None,
        Ok(Wire::Scheduled) => Some(State::Scheduled),
        Ok(Wire::Open) => Some(State::Open),
        Ok(Wire::Closed) => Some(State::Closed),
        Err(_) => {
            violations.add("state", "UNKNOWN_VALUE");
            None
        }
    };
    let filter = [pb.programme.as_str(), &pb.state.to_string()];
    let page = Page::<(i64, String)>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;

    let now = ctx.clock.now();
    let filter = Filter {
        programme: &pb.programme,
        state,
        now,
    };
    let mut found =
        campaign::list(ctx.db.read(), &filter, page.after.clone(), page.limit()).await?;
    let next_page_token = page.next(&mut found, |kept| {
        (to_us(kept.campaign.window.open), kept.id.clone())
    });
    Ok(pb::ListCampaignsResponse {
        campaigns: found.iter().map(|kept| message::of(kept, now)).collect(),
        next_page_token,
    })
}
