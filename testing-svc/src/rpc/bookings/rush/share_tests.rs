//! Seats and quotas of several sorts, taken in any order by any crowd: never below nothing, never above
//! what there is, and nobody refused while everything they need is free.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::domain::booking::At;
use crate::domain::localized::Localized;
use crate::domain::quota::{Kind, Needs, Quota, Release};
use crate::domain::session::{CheckIn, Language, Session};
use crate::domain::stage::Terms;

fn session(capacity: i32, taken: i32) -> Session {
    let start = Timestamp::from_second(100_000).expect("an instant");
    Session {
        id: Uuid::from_u128(1),
        campaign: "nqt-2026".into(),
        stage: Uuid::from_u128(2),
        center: Uuid::from_u128(3),
        start,
        end: start + SignedDuration::from_mins(90),
        capacity,
        taken,
        language: None,
        check_in: CheckIn::NotNeeded,
        room: None,
        extra_time_percent: 50,
        closed: false,
        version: 1,
    }
}

/// Two languages, two subjects, accessible workstations and the rest, each so large.
fn quotas(sizes: &[i32; 6]) -> Vec<Quota> {
    let sorts = [
        (Kind::LanguageForm, "kk"),
        (Kind::LanguageForm, "ru"),
        (Kind::Subject, "PHYSICS"),
        (Kind::Subject, "HISTORY"),
        (Kind::AccessibleWorkstation, ""),
        (Kind::OrdinarySeat, ""),
    ];
    let quota = |(at, ((kind, value), size)): (usize, ((Kind, &str), &i32))| Quota {
        id: format!("quota-{at}"),
        kind,
        value: value.into(),
        size: *size,
        taken: 0,
        release: Release::default(),
    };
    sorts
        .into_iter()
        .zip(sizes)
        .enumerate()
        .map(quota)
        .collect()
}

fn needs((language, subject, accessible): (bool, bool, bool)) -> Needs {
    let applied = Needs {
        language: Some(if language { Language::Kk } else { Language::Ru }),
        subject: Some(if subject { "PHYSICS" } else { "HISTORY" }.into()),
        accessible,
        ..Needs::default()
    };
    Needs::default().under(&applied).0
}

proptest! {
    #[test]
    fn of_a_crowd_as_many_are_served_as_there_are_seats_of_their_sorts(
        capacity in 0..12_i32,
        sizes in prop::array::uniform6(0..8_i32),
        crowd in prop::collection::vec(any::<(bool, bool, bool)>(), 0..40),
    ) {
        let (session, quotas) = (session(capacity, 0), quotas(&sizes));
        let at = At { session: &session, terms: &Terms::default(), now: Timestamp::UNIX_EPOCH };
        let offered = HashMap::from([(session.id, Offered {
            session: session.clone(),
            center_title: Localized::default(),
            time_zone: "Asia/Almaty".into(),
            quotas: quotas.clone(),
        })]);
        let mut free = Free::of(&offered);
        let (mut got, mut refused) = (Vec::new(), 0);
        for (place, sort) in crowd.into_iter().enumerate() {
            let needs = needs(sort);
            let wanted = needs.quotas(None, &quotas).expect("seats of every sort");
            let wanted: Vec<String> = wanted.iter().map(|it| it.id.clone()).collect();
            prop_assert_eq!(wanted.len(), 3);
            let account = Uuid::from_u128(place as u128);
            let booking = Booking::hold(account, account, needs, at).expect("open");
            let candidate = Candidate { place, booking, quotas: wanted };
            let count = |id: &str| got.iter().filter(|it: &&Candidate| it.quotas.iter().any(|own| own == id)).count();
            let size = |id: &str| quotas.iter().find(|it| it.id == id).map_or(0, |it| it.size);
            let is_full = |id: &String| i32::try_from(count(id)) == Ok(size(id));
            let expected = if i32::try_from(got.len()) == Ok(capacity) {
                Taken::Full
            } else {
                let full = candidate.quotas.iter().find(|id| is_full(id));
                full.map_or(Taken::Yes, |id| Taken::QuotaFull(id.clone()))
            };
            prop_assert_eq!(free.take(&candidate), expected.clone());
            match expected {
                Taken::Yes => got.push(candidate),
                _ => refused += 1,
            }
        }
        let seats = sum(&got);
        let taken = seats.sessions.get(&session.id).copied().unwrap_or_default();
        prop_assert!((0..=capacity).contains(&taken));
        for quota in &quotas {
            let taken = seats.quotas.get(&(session.id, quota.id.clone())).copied().unwrap_or_default();
            prop_assert!((0..=quota.size).contains(&taken));
        }
        prop_assert_eq!(seats.notes.len(), got.len() * 3);
        prop_assert_eq!(too_small(&offered, &got).len(), 0, "{} refused", refused);
    }
}
