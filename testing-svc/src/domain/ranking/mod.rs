//! Ranking: what a person's marks are worth at a specialty, and which place that is.
//!
//! | file | what |
//! |---|---|
//! | [`formula`] | which marks count and how much, what is added, how it is rounded, what decides between equals: data with a version |
//! | [`points`] | the result, an exact fraction |
//! | [`reckoning`] | a person's result with everything that it is made of, or what is missing for it |
//! | [`rating`] | all of a specialty by rank, and what put each behind the one before |
//!
//! Equal claims have equal ranks: nothing here draws lots. Who of them gets the last place is a matter of
//! the [`allocation`](super::allocation).

pub mod formula;
pub mod points;
pub mod rating;
pub mod reckoning;

#[cfg(test)]
mod ranking_tests;
