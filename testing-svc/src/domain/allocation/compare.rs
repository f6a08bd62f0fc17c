//! Two results of one input side by side: what another way of placing people would have changed.

use super::check::Findings;
use super::run::Run;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    pub first: Totals,
    pub second: Totals,
    /// People who got something that they like better in the first, in the second, or neither.
    pub better_in_first: u32,
    pub better_in_second: u32,
    pub alike: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many got their first choice, their second, and so on.
    pub by_choice: Vec<u32>,
    pub without_place: u32,
    pub empty_places: u64,
    pub findings: Findings,
}

impl Totals {
    pub fn of(run: &Run) -> Self {
        let mut totals = Self {
            findings: run.findings,
            ..Self::default()
        };
        let most = run
            .market
            .applicants
            .iter()
            .map(|it| it.choices.len())
            .max();
        totals.by_choice = vec![0; most.unwrap_or(0)];
        for choice in &run.placed {
            match choice {
                Some(choice) => totals.by_choice[usize::from(*choice)] += 1,
                None => totals.without_place += 1,
            }
        }
        let places = run
            .market
            .specialties
            .iter()
            .map(|it| u64::from(it.plan.places));
        let admitted = totals.by_choice.iter().map(|it| u64::from(*it)).sum();
        totals.empty_places = places.sum::<u64>().saturating_sub(admitted);
        totals
    }
}

/// None where the inputs differ: then there is nothing to compare.
pub fn compare(first: &Run, second: &Run) -> Option<Comparison> {
    if first.input != second.input {
        return None;
    }
    let mut comparison = Comparison {
        first: Totals::of(first),
        second: Totals::of(second),
        better_in_first: 0,
        better_in_second: 0,
        alike: 0,
    };
    for (a, b) in first.placed.iter().zip(&second.placed) {
        // No place at all comes after every choice.
        let (a, b) = (a.unwrap_or(u8::MAX), b.unwrap_or(u8::MAX));
        let count = match a.cmp(&b) {
            std::cmp::Ordering::Less => &mut comparison.better_in_first,
            std::cmp::Ordering::Greater => &mut comparison.better_in_second,
            std::cmp::Ordering::Equal => &mut comparison.alike,
        };
        *count += 1;
    }
    Some(comparison)
}
