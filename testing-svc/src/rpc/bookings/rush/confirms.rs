//! One transaction for many who confirm their seats. Only those in whose way nothing stands: the others are
//! answered alone, in [`super::super::confirm`].

use std::collections::HashMap;

use chassis::Result;
use chassis::database::Tx;
use chassis::telemetry::carry::Carried;
use jiff::Timestamp;
use uuid::Uuid;

use super::{Act, Told, Who, begin, end};
use crate::domain::Change;
use crate::domain::eligibility::{self, Eligibility};
use crate::domain::stage::Stage;
use crate::rpc::bookings::confirm::RPC;
use crate::rpc::bookings::written;
use crate::store::booking::Seat;
use crate::{Context, events, store};

/// One who confirms.
#[derive(Debug)]
pub(in crate::rpc::bookings) struct Confirms {
    pub who: Who,
    pub campaign: String,
    pub booking: Uuid,
    /// The version that the caller has seen.
    pub seen: Option<i32>,
    /// What asked for it: the transaction belongs to nobody's call.
    pub cause: Option<Carried>,
}

impl Act for Confirms {
    const RPC: &'static str = RPC;
    const DETAIL: &'static str = "BOOKED";
    const WAITING: &'static str = "confirmations_waiting";
    /// The campaign.
    type Crowd = String;

    fn crowd(&self) -> Self::Crowd {
        self.campaign.clone()
    }

    fn who(&self) -> &Who {
        &self.who
    }

    async fn run(ctx: &Context, asks: &[&Self]) -> Result<Vec<Told>> {
        let (tx, new) = begin(ctx, asks).await?;
        let mut known = Known::read(ctx, &tx, asks).await?;
        let mut done = Vec::new();
        for (place, one) in asks.iter().enumerate() {
            if new.contains(&place)
                && let Some(seat) = known.confirmed(one)
            {
                done.push((place, seat));
            }
        }
        let seats: Vec<&Seat> = done.iter().map(|(_, seat)| seat).collect();
        store::rush::confirm(&tx, &seats).await?;
        for (_, seat) in &mut done {
            seat.booking.version += 1;
        }
        let news = done
            .iter()
            .map(|(place, seat)| (seat, asks[*place].cause.clone()));
        events::bookings_confirmed(ctx, &tx, news).await?;
        let answers = done
            .iter()
            .map(|(place, seat)| (*place, written(seat, &asks[*place].who.caller, known.now)));
        let answers = answers.collect();
        end(ctx, tx, (asks, &new), answers, HashMap::new()).await
    }
}

/// What they are held against; the rows are locked.
struct Known {
    now: Timestamp,
    stages: HashMap<Uuid, Stage>,
    people: HashMap<Uuid, Eligibility>,
    seats: HashMap<Uuid, Seat>,
}

impl Known {
    /// Locks in the order of all: stages, people, bookings.
    async fn read(ctx: &Context, tx: &Tx, asks: &[&Confirms]) -> Result<Self> {
        let campaign = asks.first().map(|it| it.campaign.as_str());
        let accounts: Vec<Uuid> = asks.iter().map(|it| it.who.account).collect();
        let bookings: Vec<Uuid> = asks.iter().map(|it| it.booking).collect();
        let mut stages = HashMap::new();
        for id in store::rush::stages_of(tx, &bookings).await? {
            let stage = store::stage::share(tx, id).await?;
            stages.extend(stage.map(|it| (id, it)));
        }
        let campaign = campaign.unwrap_or_default();
        Ok(Self {
            people: store::rush::lock_people(tx, campaign, &accounts).await?,
            seats: store::rush::lock_bookings(tx, &bookings).await?,
            now: ctx.clock.now(),
            stages,
        })
    }

    /// The seat as it is when it is confirmed; `None` where anything is in the way.
    fn confirmed(&mut self, asks: &Confirms) -> Option<Seat> {
        let mut seat = self.seats.remove(&asks.booking)?;
        let own = &seat.booking;
        let is_plain = own.account == asks.who.account
            && own.campaign == asks.campaign
            && own.waitlist_entry.is_none()
            && asks.seen.is_none_or(|seen| seen == own.version);
        let person = self.people.get(&asks.who.account)?;
        eligibility::of(Some(person), seat.stage_number).ok()?;
        self.stages.get(&own.stage)?.is_open().ok()?;
        let mut booking = own.clone();
        let change = booking.confirm(seat.at(self.now)).ok()?;
        seat.booking = booking;
        (is_plain && change == Change::Made).then_some(seat)
    }
}
