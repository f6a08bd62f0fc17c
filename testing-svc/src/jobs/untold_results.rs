//! Tells people of published results, in batches: a batch is told or it is not.

use std::collections::BTreeMap;

use anyhow::anyhow;
use chassis::{Error, Result};
use uuid::Uuid;

use super::BATCH;
use crate::domain::stage::Stage;
use crate::{Context, events, store};

pub async fn run(ctx: &Context) -> Result<()> {
    while tell_some(ctx).await? {}
    Ok(())
}

/// True while there may be more.
async fn tell_some(ctx: &Context) -> Result<bool> {
    let tx = ctx.db.begin().await?;
    let untold = store::stage_result::take_untold(&tx, BATCH).await?;
    let mut stages: BTreeMap<Uuid, Stage> = BTreeMap::new();
    for result in &untold {
        if !stages.contains_key(&result.stage) {
            let stage = store::stage::find(&tx, result.stage).await?;
            let stage = stage.ok_or_else(|| Error::Internal(anyhow!("a result has no stage")))?;
            stages.insert(result.stage, stage);
        }
        if let Some(stage) = stages.get(&result.stage) {
            events::stage_result_published(ctx, &tx, stage, result).await?;
        }
    }
    ctx.db.commit(tx).await?;
    Ok(!untold.is_empty())
}
