//! CreateStage: by the exam desk. What is not said of its terms is as usual.

use std::ops::RangeInclusive;

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::SignedDuration;
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::domain::refusal::Refusal;
use crate::domain::stage::{Stage, Terms, launch_url};
use crate::rpc::parse;
use crate::{Context, store};

/// Stages of one campaign at most.
const MOST_STAGES: i32 = 100;
/// Moves of one booking at most.
const MOST_CHANGES: i32 = 100;

pub async fn create(ctx: &Context, request: Request<pb::CreateStageRequest>) -> Result<pb::Stage> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let stage = read(ctx, &pb)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateStage",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(stage) => return Ok(stage),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    if !store::stage::insert(tx, &stage).await? {
        let first = store::stage::numbered(tx, &stage.campaign, stage.number).await?;
        let first = first.ok_or_else(|| Error::NotFound(stage.name()))?;
        return Err(Refusal::StageExists {
            stage: first.name(),
        }
        .into());
    }
    let number = stage.number.to_string();
    audit::record(
        tx,
        &ctx.clock,
        &caller,
        "CreateStage",
        &stage.name(),
        &number,
    )
    .await?;
    write.commit(written(&stage)).await
}

fn read(ctx: &Context, pb: &pb::CreateStageRequest) -> Result<Stage> {
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    let Some(stage) = &pb.stage else {
        violations.add("stage", "REQUIRED");
        return Err(violations.into());
    };
    if stage.number == 0 {
        violations.add("stage.number", "REQUIRED");
    } else if !(1..=MOST_STAGES).contains(&stage.number) {
        violations.add("stage.number", "OUT_OF_RANGE");
    }
    let title = parse::localized(&mut violations, "stage.title", stage.title.clone());
    let url = violations.take("stage.launch_url", launch_url(&stage.launch_url));
    let terms = terms(&mut violations, stage);
    let (Some(campaign), Some(launch_url), true) = (campaign, url, violations.is_empty()) else {
        return Err(violations.into());
    };
    Ok(Stage {
        id: ctx.ids.uuid(),
        campaign,
        number: stage.number,
        title,
        terms,
        launch_url,
        version: 1,
    })
}

fn terms(violations: &mut Violations, stage: &pb::Stage) -> Terms {
    let usual = Terms::default();
    let minutes = |from, to| -> RangeInclusive<SignedDuration> {
        SignedDuration::from_mins(from)..=SignedDuration::from_mins(to)
    };
    let day = 24 * 60;
    let max_changes = stage.max_changes.unwrap_or(usual.max_changes);
    if !(0..=MOST_CHANGES).contains(&max_changes) {
        violations.add("stage.max_changes", "OUT_OF_RANGE");
    }
    let mut length =
        |field, length, usual, bounds| parse::length(violations, field, length, usual, bounds);
    Terms {
        hold: length(
            "stage.hold_duration",
            stage.hold_duration,
            usual.hold,
            minutes(1, day),
        ),
        change_notice: length(
            "stage.change_notice",
            stage.change_notice,
            usual.change_notice,
            minutes(0, 60 * day),
        ),
        max_changes,
        early_start: length(
            "stage.early_start",
            stage.early_start,
            usual.early_start,
            minutes(0, day),
        ),
        late_start: length(
            "stage.late_start",
            stage.late_start,
            usual.late_start,
            minutes(1, day),
        ),
    }
}
