//! CreateStage: by the exam desk. What is not said of its terms is as usual.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{fields, written};
use crate::domain::refusal::Refusal;
use crate::domain::stage::Stage;
use crate::rpc::parse;
use crate::{Context, store};

/// Stages of one campaign at most.
const MOST_STAGES: i32 = 100;

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
    let fields = fields::read(&mut violations, stage);
    let (Some(campaign), Some(launch_url), true) =
        (campaign, fields.launch_url, violations.is_empty())
    else {
        return Err(violations.into());
    };
    Ok(Stage {
        id: ctx.ids.uuid(),
        campaign,
        number: stage.number,
        title: fields.title,
        terms: fields.terms,
        launch_url,
        selection: fields.selection,
        permit_note: fields.permit_note,
        published: None,
        begun: None,
        version: 1,
    })
}
