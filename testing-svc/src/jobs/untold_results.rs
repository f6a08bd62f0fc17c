//! Tells people of published results, in batches: a batch is told or it is not.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

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
        let stage = match stages.entry(result.stage) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => {
                let stage = store::stage::find(&tx, result.stage).await?;
                let nowhere = || Error::Internal(anyhow!("a result has no stage"));
                place.insert(stage.ok_or_else(nowhere)?)
            }
        };
        events::stage_result_published(ctx, &tx, stage, result).await?;
    }
    ctx.db.commit(tx).await?;
    Ok(!untold.is_empty())
}
