//! A season in miniature: people doing anything in any order, held against a model and against
//! what must always be true.

use std::collections::BTreeMap;

use proto::testing::v1::booking::State;

use crate::world::{World, reason};

/// Numbers that look drawn and are the same in every run.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

#[tokio::test]
async fn whatever_people_do_the_seats_add_up_and_refusals_change_nothing() {
    for seed in [11, 22, 33] {
        rehearse(seed).await;
    }
}

async fn rehearse(seed: u64) {
    let world = World::new().await;
    let mut draw = Draw(0x9e37_79b9_7f4a_7c15 ^ seed);
    let stage = world.stage(1).await.name;
    let day = 24 * 60;
    let mut sessions = Vec::new();
    for at in 0..3 {
        sessions.push(world.session(&stage, (2 + at) * day, 2).await.name);
    }
    for number in 1..=6 {
        world.accept(number).await;
    }
    // What each person was last told of their booking.
    let mut mine: BTreeMap<u128, String> = BTreeMap::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..120 {
        let person = u128::from(draw.below(6)) + 1;
        let session = sessions[usize::try_from(draw.below(3)).expect("small")].clone();
        let name = mine.get(&person).cloned().unwrap_or_default();
        let answer = match draw.below(8) {
            0..=2 => world.hold(person, &session).await,
            3 | 4 if !name.is_empty() => world.confirm(person, &name).await,
            5 if !name.is_empty() => world.move_to(person, &name, &session).await,
            6 if !name.is_empty() => world.cancel(person, &name).await,
            _ => {
                world.pass(i64::try_from(draw.below(15)).expect("small"));
                if draw.below(2) == 0 {
                    world.run("expired_holds").await;
                }
                continue;
            }
        };
        match answer {
            Ok(booking) => {
                let left = world.seats_left(&booking.session).await;
                assert!((0..=2).contains(&left));
                mine.insert(person, booking.name);
            }
            Err(status) => {
                let why = if status.code() == tonic::Code::InvalidArgument {
                    "INVALID_REQUEST".to_owned()
                } else {
                    reason(&status)
                };
                *reasons.entry(why).or_default() += 1;
            }
        }
        world.seats_add_up().await;
    }
    assert!(reasons.len() > 3, "{reasons:?}");
    assert!(!reasons.contains_key("INTERNAL"), "{reasons:?}");
    // Everybody's last word and the rows agree.
    for (person, name) in &mine {
        let shown = world.get_booking(*person, name).await.expect("the booking");
        assert_ne!(shown.state(), State::Unspecified);
    }
    world.pass(30 * day);
    world.run("expired_holds").await;
    world.run("missed_bookings").await;
    let live = "bookings WHERE state IN ('HELD', 'BOOKED', 'CHECKED_IN')";
    assert_eq!(world.count(live).await, 0);
    world.seats_add_up().await;
}
