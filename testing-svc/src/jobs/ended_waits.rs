//! Ends the places on the lists of stages whose results are out, and tells their people: nobody is
//! offered a seat of such a stage any more. In batches: a batch is told or it is not.

use chassis::{Result, audit};

use super::{BATCH, this_service};
use crate::domain::stage::Stage;
use crate::{Context, events, store};

pub async fn run(ctx: &Context) -> Result<()> {
    for stage in store::waitlist::outlived(ctx.db.read()).await? {
        let Some(stage) = store::stage::find(ctx.db.read(), stage).await? else {
            continue;
        };
        while end_some(ctx, &stage).await? {}
    }
    Ok(())
}

/// True while there may be more.
async fn end_some(ctx: &Context, stage: &Stage) -> Result<bool> {
    let tx = ctx.db.begin().await?;
    // A place leaves the state WAITING under the lock of its list only.
    store::waitlist::lock(&tx, stage.id).await?;
    let ended = store::waitlist::end_waiting(&tx, stage.id, BATCH).await?;
    let by = this_service();
    for entry in &ended {
        let (name, detail) = (entry.name(), "STAGE_PUBLISHED");
        audit::record(&tx, &ctx.clock, &by, "LeaveWaitlist", &name, detail).await?;
        events::waiting_ended(ctx, &tx, stage, entry).await?;
    }
    ctx.db.commit(tx).await?;
    Ok(!ended.is_empty())
}
