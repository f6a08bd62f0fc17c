//! GetCutPreview: what a publication would do now. Nothing is written.

use std::collections::BTreeSet;

use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{number, written_cut};
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetCutPreviewRequest>,
) -> Result<pb::CutPreview> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some((campaign, id)) = parse::part_of_stage(&mut violations, "cutPreview", &pb.name) else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let stage = store::stage::find(db, id).await?;
    let stage = stage.filter(|stage| stage.campaign == campaign);
    let stage = stage.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    stage.is_open()?;
    let chosen = BTreeSet::new();
    let weighed = store::weighed::weigh(db, &stage, &chosen, ctx.clock.now()).await?;
    let (ready, missing) = (&weighed.ready, weighed.missing());
    let complete = missing.is_none();
    Ok(pb::CutPreview {
        name: pb.name,
        cuts: weighed.outcome.cuts.iter().map(written_cut).collect(),
        absent_count: number(ready.absent),
        terminated_count: number(ready.terminated),
        missing_count: number(missing.map_or(0, |some| some.count)),
        unfinished_count: number(ready.running.len()),
        ahead_count: number(ready.ahead.len()),
        input_hash: weighed.input_hash,
        publishable: ready.running.is_empty() && ready.ahead.is_empty() && complete,
    })
}
