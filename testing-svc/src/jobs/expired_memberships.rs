//! Writes down which memberships' last day has passed.

use chassis::clock::astana_date;
use chassis::{Result, audit};

use super::{BATCH, this_service};
use crate::{Context, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let (tx, by) = (ctx.db.begin().await?, this_service());
    let day = astana_date(ctx.clock.now());
    for member in store::membership::expire(&tx, day, BATCH).await? {
        let (name, state) = (member.name(), member.state.as_str());
        audit::record(&tx, &ctx.clock, &by, "ExpireMembership", &name, state).await?;
    }
    Ok(ctx.db.commit(tx).await?)
}
