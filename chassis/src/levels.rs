//! What every service tells of its outbox, its stream and its connections, every few seconds.

use std::time::Duration;

use crate::agreement;
use crate::clock::{Clock, to_us};
use crate::database::Database;
use crate::error::Result;
use crate::jobs::Job;
use crate::outbox;
use crate::telemetry::level;

const EVERY: Duration = Duration::from_secs(5);

pub(crate) fn job(service: &'static str, db: Database, clock: Clock) -> Job {
    Job::new("levels", EVERY, move || {
        let (db, clock) = (db.clone(), clock.clone());
        Box::pin(async move { look(service, &db, &clock).await })
    })
}

async fn look(service: &'static str, db: &Database, clock: &Clock) -> Result<()> {
    // First: they are known while the database is not to be reached, too.
    let pool = db.connections();
    level(service, "pool_open", pool.open);
    level(service, "pool_idle", pool.idle);
    level(service, "pool_most", pool.most);
    level(service, "pool_waiting", pool.waiting);
    agreement::look(service, db, clock).await?;
    let (waiting, dead) = outbox::depth(db).await?;
    level(service, "outbox_waiting", waiting);
    level(service, "outbox_dead", dead);
    let age = outbox::oldest_us(db)
        .await?
        .map_or(0, |oldest| to_us(clock.now()).saturating_sub(oldest));
    level(service, "outbox_oldest_seconds", age.max(0) / 1_000_000);
    level(service, "stream_dead", crate::stream::dead(db).await?);
    Ok(())
}
