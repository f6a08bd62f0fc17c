//! GetReviewStatistics: the tasks of a campaign in numbers.

use chassis::error::Result;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::store::{policy, statistics};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetReviewStatisticsRequest>,
) -> Result<pb::ReviewStatistics> {
    let name = request.into_inner().name;
    let pattern = "campaigns/*/reviewStatistics";
    let Some([campaign]) = chassis::name::capture::<1>(pattern, &name) else {
        return Err(Violations::one("name", "INVALID_NAME").into());
    };
    let campaign = format!("campaigns/{campaign}");
    let (db, now) = (ctx.db.read(), ctx.clock.now());
    let (policy, _) = policy::of(db, &campaign, &ctx.config).await?;
    let counts = statistics::counts(db, &campaign, now, policy.near_due_hours).await?;
    let outcomes = statistics::outcomes(db, &campaign).await?;
    let [median, p90] = statistics::working_minutes(db, &campaign, [50, 90]).await?;
    let loads = statistics::loads(db, &campaign, now).await?;
    let of = |outcome: &str| {
        let found = outcomes.iter().find(|(it, _)| it == outcome);
        number(found.map_or(0, |(_, count)| *count))
    };
    let load = |load: &statistics::Load| pb::ExpertLoad {
        expert: load.expert.clone(),
        claimed_count: number(load.claimed),
        decided_count: number(load.decided),
    };
    Ok(pb::ReviewStatistics {
        name,
        open_count: number(counts.open),
        claimed_count: number(counts.claimed),
        paused_count: number(counts.paused),
        pending_count: number(counts.pending),
        disputed_count: number(counts.disputed),
        second_opinion_count: number(counts.second_opinion),
        accepted_count: of("ACCEPTED"),
        rejected_count: of("REJECTED"),
        correction_requested_count: of("CORRECTION_REQUESTED"),
        withdrawn_count: number(counts.withdrawn),
        near_due_count: number(counts.near_due),
        overdue_count: number(counts.overdue),
        correction_wanted_count: number(counts.correction_wanted),
        median_working_minutes: number(median),
        p90_working_minutes: number(p90),
        expert_loads: loads.iter().map(load).collect(),
    })
}

fn number(count: i64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
