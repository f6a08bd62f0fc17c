//! `<service> events`: what an operator sees and does. Every change is in the audit.

use std::io::Write;

use anyhow::{Context, ensure};
use uuid::Uuid;

use super::{drop_event, list, retry};
use crate::clock::Clock;
use crate::config::CommonArgs;
use crate::database::settings::DatabasePlace;
use crate::database::{Database, Limits, MigratorTrait};

#[derive(Debug, Clone, clap::Args)]
pub struct EventsArgs {
    #[command(flatten)]
    pub common: CommonArgs,
    #[command(flatten)]
    pub place: DatabasePlace,
    #[command(subcommand)]
    pub what: What,
}

#[derive(Debug, Clone, clap::Subcommand)]
pub enum What {
    /// Lists events that nobody took, the oldest first: id, where, kind, resource, time, tries, why.
    ListDead,
    /// Has one tried again by the service that runs, within seconds.
    ///
    /// It comes after what happened to its resource meanwhile.
    Retry(Change),
    /// Gives one up for good.
    Drop(Change),
}

#[derive(Debug, Clone, clap::Args)]
pub struct Change {
    /// The event's id, as listed.
    pub id: Uuid,
    /// Why, for the audit: a ticket. Never personal data.
    #[arg(long)]
    pub because: String,
}

/// # Errors
/// While migrations are pending, if there is no such event, or the database can't be reached.
pub async fn run<M: MigratorTrait>(name: &'static str, args: &EventsArgs) -> anyhow::Result<()> {
    crate::telemetry::start(name, &args.common)?;
    let limits = Limits {
        connections: 1,
        read_connections: 1,
        ..Limits::default()
    };
    let db = Database::open(&args.place.url()?, &limits).await?;
    let pending = db.pending::<M>().await?;
    ensure!(
        pending == 0,
        "{pending} migrations are pending: run `{name} migrate` first"
    );
    let text = work(&db, &args.common.clock, &args.what).await?;
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(db.close().await?)
}

/// Does it, and says what it did.
async fn work(db: &Database, clock: &Clock, what: &What) -> anyhow::Result<String> {
    let failed = |error| anyhow::anyhow!("the database said no: {error:?}");
    let (change, is_done, done) = match what {
        What::ListDead => return listed(db).await,
        What::Retry(it) => (
            it,
            retry(db, clock, it.id, &it.because).await,
            "will be tried again",
        ),
        What::Drop(it) => (
            it,
            drop_event(db, clock, it.id, &it.because).await,
            "is given up",
        ),
    };
    let id = change.id;
    ensure!(is_done.map_err(failed)?, "there is no dead event {id}");
    Ok(format!("{id} {done}\n"))
}

async fn listed(db: &Database) -> anyhow::Result<String> {
    let found = list(db)
        .await
        .map_err(|error| anyhow::anyhow!("the database said no: {error:?}"))?;
    let mut text = String::new();
    for dead in &found {
        use std::fmt::Write;
        let state = if dead.is_wanted { "waits" } else { "dead" };
        writeln!(
            text,
            "{} {:6} {state:5} {} {} {} tries={} {}",
            dead.id, dead.side, dead.kind, dead.about, dead.time, dead.attempts, dead.reason
        )
        .context("a line was not written")?;
    }
    if found.is_empty() {
        text.push_str("no event is dead\n");
    }
    Ok(text)
}
