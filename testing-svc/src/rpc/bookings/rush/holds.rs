//! One transaction for many who want seats of one stage. The same rules in the same order as for one in
//! [`super::super::create`], on rows that are read for all of them at once.

use std::collections::{HashMap, HashSet};

use chassis::clock::to_us;
use chassis::database::Tx;
use chassis::{Error, Result};
use jiff::Timestamp;
use proto::testing::v1 as pb;
use uuid::Uuid;

use super::share::{self, Candidate, Free};
use super::{Act, Told, Who, begin, end};
use crate::domain::booking::{At, Booking};
use crate::domain::eligibility::{self, Eligibility};
use crate::domain::quota::Needs;
use crate::domain::refusal::Refusal;
use crate::domain::session;
use crate::domain::stage::Stage;
use crate::rpc::bookings::create::RPC;
use crate::rpc::bookings::{next_free, written};
use crate::rpc::parse::Nested;
use crate::rpc::wishes;
use crate::store::booking::Seat;
use crate::store::rush::Offered;
use crate::store::seats::Taken;
use crate::{Context, dealing, store};

/// One who asks for a seat.
#[derive(Debug)]
pub(in crate::rpc::bookings) struct Asks {
    pub who: Who,
    pub wanted: Nested,
    pub needs: Needs,
}

impl Act for Asks {
    const RPC: &'static str = RPC;
    const DETAIL: &'static str = "HELD";
    const WAITING: &'static str = "bookings_waiting";
    /// The campaign and the stage.
    type Crowd = (String, Uuid);

    fn crowd(&self) -> Self::Crowd {
        (self.wanted.campaign.clone(), self.wanted.parent)
    }

    fn who(&self) -> &Who {
        &self.who
    }

    async fn run(ctx: &Context, asks: &[&Self]) -> Result<Vec<Told>> {
        let Some(first) = asks.first() else {
            return Ok(Vec::new());
        };
        let (tx, new) = begin(ctx, asks).await?;
        let mut known = Known::read(ctx, &tx, asks, &first.wanted.campaign).await?;
        let (mut told, mut candidates) = (HashMap::new(), Vec::new());
        for (place, one) in asks.iter().enumerate() {
            let judged = match new.contains(&place) {
                true => known.judge(ctx, one),
                // It was made before, or is under way elsewhere.
                false => Err(Told::Alone),
            };
            match judged {
                Ok((booking, quotas)) => candidates.push(Candidate {
                    place,
                    booking,
                    quotas,
                }),
                Err(no) => drop(told.insert(place, no)),
            }
        }
        known.sweep(ctx, &tx, &candidates).await?;
        let (got, refused) = give(&tx, &known, candidates).await?;
        told.extend(known.refuse(&tx, refused).await?);
        let mut answers = Vec::new();
        for candidate in got {
            let one = asks[candidate.place];
            answers.push((candidate.place, known.answer(one, candidate.booking)?));
        }
        end(ctx, tx, (asks, &new), answers, told).await
    }
}

/// What they are held against; the rows are locked.
struct Known {
    now: Timestamp,
    stage: Option<Stage>,
    people: HashMap<Uuid, Eligibility>,
    booked: HashSet<Uuid>,
    offered: HashMap<Uuid, Offered>,
    is_waited_for: bool,
    waiting: HashSet<Uuid>,
}

impl Known {
    /// Locks in the order of all: the stage, people, sessions, the waiting list.
    async fn read(ctx: &Context, tx: &Tx, asks: &[&Asks], campaign: &str) -> Result<Self> {
        let accounts: Vec<Uuid> = asks.iter().map(|it| it.who.account).collect();
        let mut sessions: Vec<Uuid> = asks.iter().map(|it| it.wanted.id).collect();
        sessions.sort();
        sessions.dedup();
        let stage = asks.first().map(|it| it.wanted.parent).unwrap_or_default();
        let found = store::stage::share(tx, stage).await?;
        let people = store::rush::lock_people(tx, campaign, &accounts).await?;
        let booked = store::rush::booked(tx, stage, &accounts).await?;
        let offered = store::rush::lock_sessions(tx, &sessions, ctx.clock.now()).await?;
        let is_waited_for = store::waitlist::lock(tx, stage).await?;
        let waiting = if is_waited_for {
            store::rush::waiting(tx, stage, &accounts).await?
        } else {
            HashSet::new()
        };
        Ok(Self {
            now: ctx.clock.now(),
            stage: found,
            people,
            booked,
            offered,
            is_waited_for,
            waiting,
        })
    }

    /// Holds one against everything but the number of seats.
    fn judge(&self, ctx: &Context, asks: &Asks) -> Result<(Booking, Vec<String>), Told> {
        let wanted = &asks.wanted;
        let offered = self.offered.get(&wanted.id).filter(|it| {
            it.session.stage == wanted.parent && it.session.campaign == wanted.campaign
        });
        let (Some(offered), Some(stage)) = (offered, &self.stage) else {
            let name = session::name(&wanted.campaign, wanted.parent, wanted.id);
            return Err(Told::no(Error::NotFound(name)));
        };
        // Not eligible, or busy with something else at this moment.
        let person = self.people.get(&asks.who.account).ok_or(Told::Alone)?;
        eligibility::of(Some(person), stage.number).map_err(Told::no)?;
        stage.is_open().map_err(Told::no)?;
        let session = &offered.session;
        let (chosen, applied) = (asks.needs.clone(), &person.needs);
        let (form, quotas) = (session.language, &offered.quotas);
        let settled = wishes::settled("booking.", chosen, applied, form, quotas);
        let (needs, quotas) = settled.map_err(Told::no)?;
        let at = At {
            session,
            terms: &stage.terms,
            now: self.now,
        };
        let booking = Booking::hold(ctx.ids.uuid(), asks.who.account, needs, at);
        let booking = booking.map_err(Told::no)?;
        if self.booked.contains(&asks.who.account) || self.waiting.contains(&asks.who.account) {
            return Err(Told::Alone);
        }
        Ok((booking, quotas))
    }

    /// Ends the expired holds of sessions that are too small for all, and deals what is free to those
    /// who wait, before anybody here gets a seat.
    async fn sweep(&mut self, ctx: &Context, tx: &Tx, candidates: &[Candidate]) -> Result<()> {
        let mut sessions: Vec<Uuid> = if self.is_waited_for {
            candidates.iter().map(|it| it.booking.session).collect()
        } else {
            share::too_small(&self.offered, candidates)
                .into_iter()
                .collect()
        };
        sessions.sort();
        sessions.dedup();
        for session in &sessions {
            dealing::sweep(ctx, tx, *session).await?;
        }
        if !sessions.is_empty() {
            let now = store::rush::lock_sessions(tx, &sessions, self.now).await?;
            self.offered.extend(now);
        }
        Ok(())
    }

    /// Tells those who found no seat, with the way out where there is one.
    async fn refuse(
        &self,
        tx: &Tx,
        refused: Vec<(Candidate, Taken)>,
    ) -> Result<HashMap<usize, Told>> {
        let (mut told, mut next) = (HashMap::new(), None);
        for (candidate, taken) in refused {
            let Some(offered) = self.offered.get(&candidate.booking.session) else {
                continue;
            };
            let session = &offered.session;
            let no = match taken {
                // Overtaken, or refused for a seat that somebody did not take after all.
                Taken::Yes => Told::Alone,
                Taken::QuotaFull(quota) => Told::no(Refusal::QuotaFull {
                    session: session.name(),
                    quota,
                }),
                Taken::Full => {
                    if next.is_none() {
                        next = Some(next_free(tx, session.stage, self.now).await?);
                    }
                    Told::no(Refusal::SessionFull {
                        session: session.name(),
                        next_free: next.clone().flatten(),
                    })
                }
            };
            told.insert(candidate.place, no);
        }
        Ok(told)
    }

    fn answer(&self, asks: &Asks, booking: Booking) -> Result<pb::Booking> {
        let lost = || Error::NotFound(booking.name());
        let offered = self.offered.get(&booking.session).ok_or_else(lost)?;
        let stage = self.stage.as_ref().ok_or_else(lost)?;
        let mut session = offered.session.clone();
        session.end = session.end_with(session.extra_time_of(&booking.needs));
        let seat = Seat {
            session,
            terms: stage.terms,
            stage_number: stage.number,
            is_published: stage.published.is_some(),
            center_title: offered.center_title.clone(),
            time_zone: offered.time_zone.clone(),
            booking,
        };
        Ok(written(&seat, &asks.who.caller, self.now))
    }
}

type Shared = (Vec<Candidate>, Vec<(Candidate, Taken)>);

/// Gives seats in the order in which they were asked for, as far as they go. Those who were overtaken –
/// an offer of the waiting list came first – go alone, and so do those who were refused beside them.
async fn give(tx: &Tx, known: &Known, candidates: Vec<Candidate>) -> Result<Shared> {
    let mut free = Free::of(&known.offered);
    let (mut got, mut refused) = (Vec::new(), Vec::new());
    for candidate in candidates {
        match free.take(&candidate) {
            Taken::Yes => got.push(candidate),
            none => refused.push((candidate, none)),
        }
    }
    if got.is_empty() {
        return Ok((got, refused));
    }
    let extra = |booking: &Booking| {
        let offered = known.offered.get(&booking.session);
        offered.map_or(0, |it| {
            let percent = it.session.extra_time_of(&booking.needs);
            to_us(it.session.end_with(percent)) - to_us(it.session.end)
        })
    };
    let rows: Vec<_> = got
        .iter()
        .map(|it| (&it.booking, extra(&it.booking)))
        .collect();
    let written = store::rush::insert(tx, &rows).await?;
    let (got, overtaken): (Vec<_>, Vec<_>) = got
        .into_iter()
        .partition(|it| written.contains(&it.booking.id));
    let again: HashSet<Uuid> = overtaken.iter().map(|it| it.booking.session).collect();
    for (candidate, taken) in &mut refused {
        if again.contains(&candidate.booking.session) {
            *taken = Taken::Yes;
        }
    }
    refused.extend(overtaken.into_iter().map(|it| (it, Taken::Yes)));
    store::rush::take(tx, &share::sum(&got)).await?;
    Ok((got, refused))
}
