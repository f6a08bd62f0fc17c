//! The share of the places that an order keeps for people with a benefit: a fact of the entry in
//! `quota-categories`, with the day from which it holds and the document that says so. A later order is a later
//! version of the dictionary.
//!
//! An order speaks of all places of the state, and a specialty is a part of them: so a college is warned where
//! it keeps other numbers than its part would be, and not refused.

use std::ops::RangeInclusive;

use chassis::violation::Violations;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::choice::Hundredths;
use super::dictionary::{Dictionaries, Entry};
use super::specialty::{Quota, Specialty};

const CATEGORIES: &str = "quota-categories";
/// What people study for whom the state pays.
const STATE_ORDER: &str = "STATE_ORDER";
/// The share is of programmes for villages alone, and no field of a specialty tells which these are.
const RURAL_PROGRAMMES: &str = "RURAL_PROGRAMMES";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaShare {
    /// Of the places: above 0, at most 100.
    pub percent: Hundredths,
    /// The first day on which it holds.
    pub start_date: Date,
    /// The document that says so.
    pub basis: String,
}

impl QuotaShare {
    /// A part of a hundred, and not nothing.
    pub fn percent(text: &str) -> Option<Hundredths> {
        let range = Hundredths::whole(0)..=Hundredths::whole(100);
        Hundredths::parse(text).filter(|it| range.contains(it) && *it > Hundredths::whole(0))
    }

    /// The whole numbers beside the share of so many places: an order does not say how it is rounded.
    pub fn of(&self, places: i32) -> RangeInclusive<i32> {
        let parts = self.parts(places);
        let below = parts / WHOLE;
        let above = (parts + WHOLE - 1) / WHOLE;
        whole(below)..=whole(above)
    }

    /// The nearest of them; of two that are equally near the greater.
    pub fn nearest(&self, places: i32) -> i32 {
        whole((self.parts(places) + WHOLE / 2) / WHOLE)
    }

    fn parts(&self, places: i32) -> i64 {
        i64::from(places.max(0)) * i64::from(self.percent.count())
    }
}

/// A hundred percent in hundredths.
const WHOLE: i64 = 10_000;

fn whole(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The categories with a share of this specialty's places that holds on this day.
fn shares<'a>(
    specialty: &Specialty,
    dictionaries: &'a Dictionaries,
    day: Date,
) -> Vec<(&'a Entry, &'a QuotaShare)> {
    let found = dictionaries.find(CATEGORIES);
    let entries = found.map_or(&[][..], |found| found.entries.as_slice());
    let is_counted = |entry: &&Entry| {
        specialty.payment == STATE_ORDER
            && !entry.retired
            && !entry.tags.iter().any(|tag| tag == RURAL_PROGRAMMES)
    };
    let share = |entry: &'a Entry| Some((entry, entry.share.as_ref()?));
    entries
        .iter()
        .filter(is_counted)
        .filter_map(share)
        .filter(|(_, share)| share.start_date <= day)
        .collect()
}

/// The places that the shares give, where a college says no numbers of its own.
pub fn default_quotas(specialty: &Specialty, dictionaries: &Dictionaries, day: Date) -> Vec<Quota> {
    let quota = |(entry, share): (&Entry, &QuotaShare)| Quota {
        category: entry.code.clone(),
        places: share.nearest(specialty.places),
    };
    let quotas = shares(specialty, dictionaries, day).into_iter().map(quota);
    quotas.filter(|quota| quota.places > 0).collect()
}

/// Where a specialty keeps fewer or more places than the shares give.
pub fn warnings(
    path: &str,
    specialty: &Specialty,
    dictionaries: &Dictionaries,
    day: Date,
) -> Violations {
    let mut told = Violations::new();
    for (entry, share) in shares(specialty, dictionaries, day) {
        let mut quotas = specialty.quotas.iter();
        let at = quotas.position(|quota| quota.category == entry.code);
        let kept = at.map_or(0, |at| specialty.quotas[at].places);
        let given = share.of(specialty.places);
        let (reason, bound) = match kept {
            kept if kept < *given.start() => ("QUOTA_BELOW_SHARE", given.start()),
            kept if kept > *given.end() => ("QUOTA_ABOVE_SHARE", given.end()),
            _ => continue,
        };
        let field = match at {
            Some(at) => format!("{path}.quotas[{at}].places"),
            None => format!("{path}.quotas"),
        };
        let args = [
            ("category", entry.code.clone()),
            ("percent", share.percent.to_string()),
            ("count", bound.to_string()),
            ("basis", share.basis.clone()),
        ];
        told.add_with(field, reason, args);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::super::specialty::tests;
    use super::*;

    const DAY: Date = Date::constant(2026, 6, 1);

    fn nursing(places: i32) -> Specialty {
        Specialty {
            places,
            ..tests::nursing()
        }
    }

    fn share(percent: &str) -> QuotaShare {
        QuotaShare {
            percent: QuotaShare::percent(percent).expect("a percentage"),
            start_date: Date::constant(2023, 8, 15),
            basis: "an order".into(),
        }
    }

    fn told(specialty: &Specialty, day: Date) -> Vec<(String, &'static str, String)> {
        let all = warnings("s", specialty, Dictionaries::shipped(), day);
        let count = |args: &[(&str, String)]| {
            let found = args.iter().find(|(name, _)| *name == "count");
            found.map(|(_, value)| value.clone()).unwrap_or_default()
        };
        all.into_iter()
            .map(|it| (it.field, it.reason, count(&it.args)))
            .collect()
    }

    #[test]
    fn a_share_is_exact_and_both_whole_numbers_beside_it_are_right() {
        assert_eq!(share("10").of(25), 2..=3);
        assert_eq!(share("10").nearest(25), 3);
        assert_eq!(share("10").of(50), 5..=5);
        assert_eq!(share("0.5").of(50), 0..=1);
        assert_eq!(share("0.5").nearest(50), 0);
        assert_eq!(share("0.5").nearest(100), 1);
        for text in ["0", "100.01", "-1", "ten", ""] {
            assert_eq!(QuotaShare::percent(text), None, "{text}");
        }
    }

    #[test]
    fn fewer_and_more_places_than_the_share_are_told_and_nothing_before_its_day() {
        let mut specialty = nursing(50);
        let quota = |category: &str, places| Quota {
            category: category.into(),
            places,
        };
        specialty.quotas = vec![quota("RURAL", 30), quota("DISABILITY", 5)];
        assert_eq!(told(&specialty, DAY), []);
        specialty.quotas[1].places = 4;
        let below = (
            "s.quotas[1].places".to_owned(),
            "QUOTA_BELOW_SHARE",
            "5".to_owned(),
        );
        assert_eq!(told(&specialty, DAY), [below]);
        specialty.quotas[1] = quota("VETERAN", 2);
        let expected = [
            ("s.quotas".to_owned(), "QUOTA_BELOW_SHARE", "5".to_owned()),
            (
                "s.quotas[1].places".to_owned(),
                "QUOTA_ABOVE_SHARE",
                "1".to_owned(),
            ),
        ];
        assert_eq!(told(&specialty, DAY), expected);
        assert_eq!(told(&specialty, Date::constant(2023, 8, 14)), []);
        specialty.payment = "PAID".into();
        assert_eq!(told(&specialty, DAY), []);
    }

    #[test]
    fn what_the_shares_give_is_no_warning_and_never_more_than_there_is() {
        for places in 1..=5_000 {
            let mut specialty = nursing(places);
            specialty.quotas = default_quotas(&specialty, Dictionaries::shipped(), DAY);
            let kept: i32 = specialty.quotas.iter().map(|it| it.places).sum();
            assert!(kept <= places, "{places}");
            assert_eq!(told(&specialty, DAY), [], "{places}");
        }
        let given = default_quotas(&nursing(100), Dictionaries::shipped(), DAY);
        let given: Vec<_> = given
            .iter()
            .map(|it| (it.category.as_str(), it.places))
            .collect();
        assert_eq!(given, [("DISABILITY", 10), ("VETERAN", 1)]);
    }
}
