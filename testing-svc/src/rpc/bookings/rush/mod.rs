//! A rush: those who ask for a seat at the same moment are decided on together, in one transaction with
//! one commit, and each hears their own answer after it. A seat that everybody wants is locked once for
//! all of them instead of once for each.
//!
//! Only the plain case is decided here: a seat, or a "no" of the rules. Whoever is anything else – a
//! repeated request, an expired hold in the way, a place on the waiting list, a row that somebody else
//! has locked – is told to go [`Told::Alone`] and does what they would have done without the rush.
//!
//! * [`round`] – one transaction
//! * [`share`] – who gets which seat, counted under the locks

mod round;
mod share;

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use chassis::caller::Caller;
use chassis::clock::Stopwatch;
use chassis::many::Claim;
use chassis::{Error, Result, telemetry};
use futures_util::FutureExt;
use proto::testing::v1 as pb;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::Context;
use crate::config::Config;
use crate::domain::quota::Needs;
use crate::gather::{Gather, Joined};
use crate::rpc::parse::Nested;

/// Who finds the queue full comes again after this long: by then several rounds have run.
const COME_AGAIN: Duration = Duration::from_secs(1);

/// For so long a round that failed is cut into halves to find whose fault it was. Then everybody goes
/// alone: whatever is wrong would hold up the next round, too.
const SEARCH: Duration = Duration::from_secs(2);

/// One who asks for a seat.
#[derive(Debug)]
pub(super) struct Asks {
    pub caller: Caller,
    pub account: Uuid,
    pub wanted: Nested,
    pub needs: Needs,
    pub claim: Claim,
}

struct Asked {
    asks: Asks,
    told: oneshot::Sender<Told>,
}

/// What somebody hears of a rush.
#[derive(Debug)]
pub(super) enum Told {
    Answer(Box<Result<pb::Booking>>),
    /// This is not for many at once.
    Alone,
}

impl Told {
    fn no(error: impl Into<Error>) -> Self {
        Self::Answer(Box::new(Err(error.into())))
    }
}

pub struct Rush {
    gather: Gather<Asked>,
    is_on: bool,
}

impl Rush {
    pub fn new(ctx: &Context) -> Self {
        let Config {
            bookings_together,
            bookings_waiting,
            ..
        } = ctx.config;
        Self {
            gather: Gather::new(bookings_together, bookings_waiting),
            // SQLite has one writer at a time anyway.
            is_on: bookings_together > 1 && ctx.db.is_postgres(),
        }
    }

    /// Asks for a seat together with whoever else does.
    ///
    /// # Errors
    /// `TOO_BUSY` where too many wait already.
    pub(super) async fn ask(self: &Arc<Self>, ctx: &Arc<Context>, asks: Asks) -> Result<Told> {
        if !self.is_on {
            return Ok(Told::Alone);
        }
        let (told, hears) = oneshot::channel();
        match self.gather.join(Asked { asks, told }) {
            Joined::Full => return Err(Error::Busy(COME_AGAIN)),
            Joined::Follows => {}
            // A task of its own: whoever leads may go away, and the others still hear.
            Joined::Leads => drop(tokio::spawn(lead(self.clone(), ctx.clone()))),
        }
        // A round that broke told nobody. What came of it is found by the request id, alone.
        Ok(hears.await.unwrap_or(Told::Alone))
    }
}

async fn lead(rush: Arc<Rush>, ctx: Arc<Context>) {
    while let Some(mut asked) = rush.gather.next() {
        let waiting = i64::try_from(rush.gather.waiting()).unwrap_or(i64::MAX);
        telemetry::level(crate::NAME, "bookings_waiting", waiting);
        // For those who went away before anything was begun, nothing is.
        asked.retain(|it| !it.told.is_closed());
        // The lead must go on whatever happens: nobody else would take it.
        let settled = AssertUnwindSafe(settle(&ctx, asked)).catch_unwind().await;
        if settled.is_err() {
            tracing::error!("a round of bookings panicked");
        }
    }
}

/// Decides on all who came, stage by stage. Who asks twice at once asks the second time alone.
async fn settle(ctx: &Context, asked: Vec<Asked>) {
    let mut twice = Vec::new();
    let mut known = HashSet::new();
    let mut stages: Vec<Vec<Asked>> = Vec::new();
    for one in asked {
        let of = |it: &Asked| (it.asks.wanted.campaign.clone(), it.asks.wanted.parent);
        if !known.insert((of(&one), one.asks.account)) {
            twice.push(one);
            continue;
        }
        match stages.iter_mut().find(|it| of(&it[0]) == of(&one)) {
            Some(stage) => stage.push(one),
            None => stages.push(vec![one]),
        }
    }
    for stage in stages {
        of_one_stage(ctx, stage).await;
    }
    tell(twice, |_| Told::Alone);
}

/// Runs a round. One that fails is cut into halves, so that one request that breaks does not take the
/// others with it.
async fn of_one_stage(ctx: &Context, all: Vec<Asked>) {
    let watch = Stopwatch::start();
    let mut parts = vec![all];
    while let Some(mut part) = parts.pop() {
        let asks: Vec<&Asks> = part.iter().map(|it| &it.asks).collect();
        match round::run(ctx, &asks).await {
            Ok(told) => {
                let mut told = told.into_iter();
                tell(part, |_| told.next().unwrap_or(Told::Alone));
            }
            // What cannot be reached for many cannot be reached for one.
            Err(Error::Unavailable(error)) => {
                let why = format!("{error:#}");
                tell(part, |_| Told::no(Error::Unavailable(anyhow!(why.clone()))));
            }
            Err(error) if part.len() > 1 && watch.elapsed() < SEARCH => {
                let many = part.len();
                tracing::warn!(?error, many, "a round of bookings failed and is cut in two");
                let second = part.split_off(many / 2);
                parts.push(second);
                parts.push(part);
            }
            Err(error) => {
                tracing::warn!(?error, "bookings go on one by one");
                tell(part, |_| Told::Alone);
            }
        }
    }
}

fn tell(all: Vec<Asked>, mut what: impl FnMut(&Asks) -> Told) {
    for one in all {
        let what = what(&one.asks);
        // Whoever went away settles it by the request id.
        let _ = one.told.send(what);
    }
}
