//! Personal data that a version before sealing wrote is sealed, and data keys that are under an old
//! master key are wrapped anew. At start, and now and then: other processes may be older than we.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{anyhow, ensure};
use chassis::Result;
use chassis::jobs::Job;

use crate::store::sealed::{self, Table};
use crate::{Context, store};

const EVERY: Duration = Duration::from_secs(600);
/// Rows of one transaction: others write between two of them.
const BATCH: u64 = 200;

pub fn job(ctx: Arc<Context>) -> Job {
    Job::new("identity.seal_personal_data", EVERY, move || {
        let ctx = ctx.clone();
        Box::pin(async move { run(&ctx).await })
    })
}

/// Before the first call: nothing plain is served, and a missing master key is noticed now.
pub async fn at_start(ctx: &Context) -> anyhow::Result<()> {
    for table in Table::ALL {
        let needed = store::sealed::master_keys(ctx.db.read(), table).await;
        for key in needed.map_err(|error| anyhow!("{error:?}"))? {
            ensure!(
                ctx.sealer.knows(&key),
                "rows of {} are sealed under the master key {key}, which is not in the file",
                table.as_str()
            );
        }
    }
    run(ctx).await.map_err(|error| anyhow!("{error:?}"))
}

async fn run(ctx: &Context) -> Result<()> {
    let (mut plain, mut wrapped) = (0, 0);
    for table in Table::ALL {
        loop {
            let tx = ctx.db.begin().await?;
            let sealed = sealed::seal_plain(&ctx.sealer, &tx, table, BATCH).await?;
            let rewrapped = sealed::rewrap(&ctx.sealer, &tx, table, BATCH).await?;
            ctx.db.commit(tx).await?;
            plain += sealed;
            wrapped += rewrapped;
            if sealed + rewrapped == 0 {
                break;
            }
        }
    }
    if plain > 0 {
        tracing::info!(rows = plain, "personal data was plain and is sealed now");
        // The rows are sealed all the same; what is left on the disk is for a person to know.
        if let Err(error) = sealed::forget_plain(ctx.db.read()).await {
            tracing::warn!(
                ?error,
                "what was plain may be on the disk still: vacuum the database"
            );
        }
    }
    if wrapped > 0 {
        let key = ctx.sealer.sealing_key();
        tracing::info!(
            rows = wrapped,
            key,
            "data keys are under the new master key; no row is under another"
        );
    }
    Ok(())
}
