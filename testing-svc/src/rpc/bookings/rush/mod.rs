//! A rush: those who ask for a seat at the same moment are decided on together, in one transaction with
//! one commit, and each hears their own answer after it; so are those who confirm one. A seat that
//! everybody wants is locked once for all of them instead of once for each.
//!
//! Only the plain case is decided here: a seat, or a "no" of the rules. Whoever is anything else – a
//! repeated request, an expired hold in the way, a place on the waiting list, a row that somebody else
//! has locked – is told to go [`Told::Alone`] and does what they would have done without the rush.
//!
//! * [`holds`] – one transaction of those who ask for a seat
//! * [`share`] – who gets which seat, counted under the locks
//! * [`confirms`] – one transaction of those who confirm theirs

pub(super) mod confirms;
pub(super) mod holds;
mod share;

use std::collections::{HashMap, HashSet};
use std::fmt::Debug;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use chassis::caller::Caller;
use chassis::clock::Stopwatch;
use chassis::database::Tx;
use chassis::many::{self, Claim};
use chassis::{Error, Result, audit, telemetry};
use futures_util::FutureExt;
use proto::testing::v1 as pb;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::Context;
use crate::config::Config;
use crate::gather::{Gather, Joined};

/// Who finds the queue full comes again after this long: by then several rounds have run.
const COME_AGAIN: Duration = Duration::from_secs(1);

/// For so long a round that failed is cut into halves to find whose fault it was. Then everybody goes
/// alone: whatever is wrong would hold up the next round, too.
const SEARCH: Duration = Duration::from_secs(2);

/// Who does something at once with others, under which request id.
#[derive(Debug)]
pub(super) struct Who {
    pub caller: Caller,
    pub account: Uuid,
    pub claim: Claim,
}

/// What many do at once.
pub(super) trait Act: Debug + Send + Sync + Sized + 'static {
    const RPC: &'static str;
    /// What is written of it beside the booking's name.
    const DETAIL: &'static str;
    /// How many wait, as a level.
    const WAITING: &'static str;
    /// What those of one transaction have in common.
    type Crowd: PartialEq + Send;

    fn crowd(&self) -> Self::Crowd;

    fn who(&self) -> &Who;

    /// One transaction for all of them, who are of one crowd and each somebody else.
    fn run(ctx: &Context, asks: &[&Self]) -> impl Future<Output = Result<Vec<Told>>> + Send;
}

struct Asked<A> {
    asks: A,
    told: oneshot::Sender<Told>,
}

/// Those of one transaction.
struct Crowd<A: Act> {
    of: A::Crowd,
    who: HashSet<Uuid>,
    all: Vec<Asked<A>>,
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

pub(super) struct Rush<A> {
    gather: Gather<Asked<A>>,
    is_on: bool,
}

impl<A: Act> Rush<A> {
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

    /// Asks together with whoever else does.
    ///
    /// # Errors
    /// `TOO_BUSY` where too many wait already.
    pub async fn ask(self: &Arc<Self>, ctx: &Arc<Context>, asks: A) -> Result<Told> {
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

async fn lead<A: Act>(rush: Arc<Rush<A>>, ctx: Arc<Context>) {
    while let Some(mut asked) = rush.gather.next() {
        let waiting = i64::try_from(rush.gather.waiting()).unwrap_or(i64::MAX);
        telemetry::level(crate::NAME, A::WAITING, waiting);
        // For those who went away before anything was begun, nothing is.
        asked.retain(|it| !it.told.is_closed());
        // The lead must go on whatever happens: nobody else would take it.
        let settled = AssertUnwindSafe(settle(&ctx, asked)).catch_unwind().await;
        if settled.is_err() {
            tracing::error!("a round of bookings panicked");
        }
    }
}

/// Decides on all who came, crowd by crowd. Who asks twice at once asks the second time alone.
async fn settle<A: Act>(ctx: &Context, asked: Vec<Asked<A>>) {
    let mut twice = Vec::new();
    let mut crowds: Vec<Crowd<A>> = Vec::new();
    for one in asked {
        let (of, account) = (one.asks.crowd(), one.asks.who().account);
        match crowds.iter_mut().find(|it| it.of == of) {
            Some(crowd) if crowd.who.contains(&account) => twice.push(one),
            Some(crowd) => {
                crowd.who.insert(account);
                crowd.all.push(one);
            }
            None => crowds.push(Crowd {
                of,
                who: HashSet::from([account]),
                all: vec![one],
            }),
        }
    }
    for crowd in crowds {
        of_one_crowd(ctx, crowd.all).await;
    }
    tell(twice, |_| Told::Alone);
}

/// Runs a round. One that fails is cut into halves, so that one request that breaks does not take the
/// others with it.
async fn of_one_crowd<A: Act>(ctx: &Context, all: Vec<Asked<A>>) {
    let watch = Stopwatch::start();
    let mut parts = vec![all];
    while let Some(mut part) = parts.pop() {
        let asks: Vec<&A> = part.iter().map(|it| &it.asks).collect();
        match A::run(ctx, &asks).await {
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

fn tell<A>(all: Vec<Asked<A>>, mut what: impl FnMut(&A) -> Told) {
    for one in all {
        let what = what(&one.asks);
        // Whoever went away settles it by the request id.
        let _ = one.told.send(what);
    }
}

/// Begins the requests of all; tells which of them are new, by their places.
async fn begin<A: Act>(ctx: &Context, asks: &[&A]) -> Result<(Tx, HashSet<usize>)> {
    let tx = ctx.db.begin().await?;
    many::prepare(&tx).await?;
    let claims: Vec<_> = asks.iter().map(|it| &it.who().claim).collect();
    let new = many::begin(&tx, &ctx.clock, A::RPC, &claims).await?;
    Ok((tx, new))
}

/// Keeps what came of it, with the audit rows and the answers; of those who got nothing nothing is kept.
/// `told` is what they hear, by their places; who is not in it goes alone.
async fn end<A: Act>(
    ctx: &Context,
    tx: Tx,
    (asks, new): (&[&A], &HashSet<usize>),
    answers: Vec<(usize, pb::Booking)>,
    mut told: HashMap<usize, Told>,
) -> Result<Vec<Told>> {
    if answers.is_empty() {
        // As for one who is refused: nothing has happened.
        tx.rollback().await?;
    } else {
        let names = answers
            .iter()
            .map(|(place, answer)| (&asks[*place].who().caller, answer.name.clone()));
        audit::record_many(&tx, &ctx.clock, A::RPC, A::DETAIL, names).await?;
        let kept: Vec<_> = answers
            .iter()
            .map(|(place, answer)| (&asks[*place].who().claim, answer))
            .collect();
        many::answer(&tx, A::RPC, &kept).await?;
        let got: HashSet<usize> = answers.iter().map(|(place, _)| *place).collect();
        // Only what was begun here: the answers of before stay.
        let others: Vec<_> = new
            .difference(&got)
            .map(|place| &asks[*place].who().claim)
            .collect();
        if !others.is_empty() {
            many::forget(&tx, A::RPC, &others).await?;
        }
        ctx.db.commit(tx).await?;
    }
    let answers = answers.into_iter();
    told.extend(answers.map(|(place, answer)| (place, Told::Answer(Box::new(Ok(answer))))));
    let all = 0..asks.len();
    Ok(all
        .map(|place| told.remove(&place).unwrap_or(Told::Alone))
        .collect())
}
