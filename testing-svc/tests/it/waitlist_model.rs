//! A waiting list played at random against a model that knows only the rules: who came first is
//! offered a seat first, no seat is lost, and none is given twice.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use proto::testing::v1::booking::State;
use proto::testing::v1::waitlist_entry::State as Place;

use crate::seats::DAY;
use crate::world::World;

/// The same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % most
    }
}

/// What the rules say should be.
#[derive(Default)]
struct Model {
    free: usize,
    /// In the order in which they joined.
    waiting: Vec<u128>,
    /// Who has an offer, and how long it stands, in minutes of the play.
    offered: BTreeMap<u128, i64>,
    booked: BTreeSet<u128>,
}

impl Model {
    fn deal(&mut self, now: i64) {
        while self.free > 0 && !self.waiting.is_empty() {
            let next = self.waiting.remove(0);
            self.offered.insert(next, now + 12 * 60);
            self.free -= 1;
        }
    }

    fn lapse(&mut self, now: i64) {
        let over: Vec<u128> = self
            .offered
            .iter()
            .filter(|(_, until)| **until <= now)
            .map(|(who, _)| *who)
            .collect();
        for who in over {
            self.offered.remove(&who);
            self.free += 1;
        }
        self.deal(now);
    }
}

const PEOPLE: u64 = 12;

async fn play(seed: u64) {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 100 * DAY, 3).await.name;
    for number in 1..=PEOPLE {
        world.accept(number.into()).await;
    }
    let mut dice = Dice(seed);
    let mut now = 0;
    let mut model = Model {
        free: 3,
        ..Model::default()
    };
    for _ in 0..120 {
        let who = u128::from(dice.below(PEOPLE) + 1);
        // No two things happen at once: then even the microsecond is in order.
        world.clock.advance(SignedDuration::from_micros(1));
        let place = world.maybe_entry(who).await.map(|it| it.name);
        match dice.below(6) {
            0 | 1 => {
                let joined = world.wait(who, &stage, |_| {}).await.is_ok();
                let may = !model.waiting.contains(&who)
                    && !model.offered.contains_key(&who)
                    && !model.booked.contains(&who);
                assert_eq!(joined, may, "seed {seed}: join of {who}");
                if joined {
                    model.waiting.push(who);
                }
            }
            2 => {
                // A passer-by gets only what nobody waits for.
                let got = world.hold(who, &session).await;
                let was_waiting = model.waiting.contains(&who);
                let others = model.waiting.iter().filter(|it| **it != who).count();
                let may = !model.offered.contains_key(&who)
                    && !model.booked.contains(&who)
                    && model.free > others;
                assert_eq!(got.is_ok(), may, "seed {seed}: hold of {who}: {got:?}");
                if let Ok(held) = got {
                    world.confirm(who, &held.name).await.expect("booked");
                    model.waiting.retain(|it| !(was_waiting && *it == who));
                    model.booked.insert(who);
                    model.free -= 1;
                    model.deal(now);
                }
            }
            3 => {
                if let Some(place) = &place
                    && model.offered.remove(&who).is_some()
                {
                    world.take_offer(who, place).await.expect("the seat");
                    model.booked.insert(who);
                }
            }
            4 => {
                if let Some(place) = &place
                    && model.offered.remove(&who).is_some()
                {
                    world
                        .reject_offer(who, place, false)
                        .await
                        .expect("rejected");
                    model.free += 1;
                    model.deal(now);
                } else if model.booked.remove(&who) {
                    let booking = booked(&world, who).await;
                    world.cancel(who, &booking).await.expect("cancelled");
                    model.free += 1;
                    model.deal(now);
                }
            }
            _ => {
                let wait = i64::try_from(dice.below(500)).expect("small") + 1;
                now += wait;
                world.pass(wait);
                world.run("expired_holds").await;
                model.lapse(now);
                world.run("waiting_lists").await;
                model.deal(now);
            }
        }
        same(&world, &model, &session, seed).await;
    }
}

async fn booked(world: &World, who: u128) -> String {
    let request = proto::testing::v1::ListBookingsRequest {
        parent: crate::world::CAMPAIGN.into(),
        state: State::Booked.into(),
        ..Default::default()
    };
    let found = world.bookings(who).list_bookings(request).await;
    let bookings = found.expect("bookings").into_inner().bookings;
    bookings.into_iter().next().expect("a booking").name
}

/// The service is where the model is.
async fn same(world: &World, model: &Model, session: &str, seed: u64) {
    world.quotas_add_up().await;
    let free = usize::try_from(world.seats_left(session).await).expect("no fewer than none");
    assert_eq!(free, model.free, "seed {seed}");
    for who in 1..=u128::from(PEOPLE) {
        let Some(place) = world.maybe_entry(who).await else {
            assert!(!model.offered.contains_key(&who) && !model.waiting.contains(&who));
            continue;
        };
        let state = place.state();
        let (offered, waiting) = (state == Place::Offered, state == Place::Waiting);
        assert_eq!(
            offered,
            model.offered.contains_key(&who),
            "seed {seed}: {who} {state:?}"
        );
        assert_eq!(
            waiting,
            model.waiting.contains(&who),
            "seed {seed}: {who} {state:?}"
        );
    }
}

#[tokio::test]
async fn the_order_is_fair_no_seat_is_lost_and_none_is_given_twice() {
    for seed in [1, 20_260_601, 77] {
        play(seed).await;
    }
}
