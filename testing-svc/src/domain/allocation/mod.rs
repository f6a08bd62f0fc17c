//! Allocation: who gets which place, when many people wish for several specialties each.
//!
//! | file | what |
//! |---|---|
//! | [`plan`] | the places of a specialty and its quotas, and in which order they are filled |
//! | [`market`] | the input: specialties, applicants, their ordered choices and claims; checked and put in order |
//! | [`canonical`] | the input as bytes, which are hashed |
//! | [`lottery`] | the last resort between equal claims |
//! | [`lists`] | each specialty's applicants in the one order that all of a run shares |
//! | [`choice`] | the rule: whom a specialty takes out of those who want to come |
//! | [`seats`], [`guarantee`] | the same, one newcomer at a time |
//! | [`deferred`] | applicants propose, specialties keep the best so far |
//! | [`in_turn`] | today's way: each specialty by itself, offers in rounds |
//! | [`check`] | what must be true of a result, looked at anew |
//! | [`run`] | one run from input to result; one that fails its check is withheld |
//! | [`record`] | a run as bytes that never change, and the replay |
//! | [`explain`] | why, for each choice of one applicant |
//! | [`compare`] | two results of one input side by side |
//!
//! # What is promised
//!
//! The choice rule of [`choice`] only ever gains when somebody more wants to come: whoever is not taken
//! out of a few is not taken out of more (*substitutable*), and more people never leave more places
//! empty. From this follows, and is held against all outcomes of thousands of small cases: deferred
//! acceptance ends, its result does not depend on the order in which people come, **nobody with a better
//! claim is passed over, no place stays empty that somebody wanted and could have**, nobody could have
//! got better in any other such result, and nobody gains by hiding what they wish for.
//!
//! In today's way only the places are kept; what it passes over is counted.

pub mod canonical;
pub mod check;
pub mod choice;
pub mod compare;
pub mod deferred;
pub mod explain;
pub mod guarantee;
pub mod in_turn;
pub mod lists;
pub mod lottery;
pub mod market;
pub mod plan;
pub mod record;
pub mod run;
pub mod seats;

#[cfg(test)]
mod brute_tests;
#[cfg(test)]
mod explain_tests;
#[cfg(test)]
mod plan_tests;
#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod run_tests;
#[cfg(test)]
mod small_markets;
#[cfg(test)]
mod written_markets;

/// The rules that a run follows. Raised with every change by which somebody could get another place; a
/// record is replayed only under its own.
pub const RULES: u32 = 1;

/// For each applicant, which of their choices they got; from 0.
pub type Placed = Vec<Option<u8>>;
