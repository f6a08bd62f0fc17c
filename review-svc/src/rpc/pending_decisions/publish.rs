//! PublishDecisions: marks all that wait at one instant, and tells of them batch by batch.

use chassis::audit;
use chassis::caller::Caller;
use chassis::clock::to_pb as time;
use chassis::error::Result;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::jobs::publish_decisions;
use crate::rpc::campaign;
use crate::rpc::review_tasks::request_id;
use crate::store::publication::{self, Waiting};

const ACTION: &str = "PublishDecisions";
/// The most tasks that an answer names.
const MOST_NAMES: usize = 1000;
/// How many batches a call publishes itself; a job goes on with the rest.
const BATCHES: usize = 20;

pub async fn publish(
    ctx: &Context,
    request: Request<pb::PublishDecisionsRequest>,
) -> Result<pb::PublishDecisionsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    campaign(&mut violations, "campaign", &pb.campaign);
    request_id(&mut violations, &pb.request_id);
    violations.into_result()?;
    if pb.dry_run {
        let waiting = publication::waiting(ctx.db.read(), &pb.campaign).await?;
        let undecided = publication::undecided(ctx.db.read(), &pb.campaign).await?;
        return Ok(answer(&waiting, undecided));
    }

    let (db, id) = (&ctx.db, &pb.request_id);
    let write = match once::begin(db, &ctx.clock, &caller, ACTION, id, &pb).await? {
        Once::Answered(published) => return Ok(published),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    publication::lock_waiting(tx, &pb.campaign).await?;
    let marked = publication::mark(tx, &pb.campaign, now).await?;
    let undecided = publication::undecided(tx, &pb.campaign).await?;
    let detail = format!("{} decisions", marked.len());
    audit::record(tx, &ctx.clock, &caller, ACTION, &pb.campaign, &detail).await?;
    let published = pb::PublishDecisionsResponse {
        publish_time: Some(time(now)),
        ..answer(&marked, undecided)
    };
    let published = write.commit(published).await?;
    tell(ctx).await;
    Ok(published)
}

/// What is marked is published, whatever happens to this call: a job goes on.
async fn tell(ctx: &Context) {
    for _ in 0..BATCHES {
        match publish_decisions::batch(ctx).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => {
                tracing::warn!(?error, "the publication goes on later");
                return;
            }
        }
    }
}

fn answer(waiting: &[Waiting], undecided: i64) -> pb::PublishDecisionsResponse {
    let count = |outcome: &str| {
        let found = waiting.iter().filter(|it| it.outcome == outcome).count();
        i32::try_from(found).unwrap_or(i32::MAX)
    };
    let names = waiting.iter().take(MOST_NAMES);
    pb::PublishDecisionsResponse {
        accepted_count: count("ACCEPTED"),
        rejected_count: count("REJECTED"),
        review_tasks: names.map(|it| format!("reviewTasks/{}", it.id)).collect(),
        undecided_count: i32::try_from(undecided).unwrap_or(i32::MAX),
        publish_time: None,
    }
}
