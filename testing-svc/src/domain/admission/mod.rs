//! College admission: what is known of its specialties and of those who compete for them, how a round's
//! allocation is made of that, and what follows from it.
//!
//! | file | what |
//! |---|---|
//! | [`specialty`] | a specialty as its college closed it |
//! | [`competitor`] | somebody's wish for it |
//! | [`round`] | the input of a run: who is still without a place, and the places that are left |
//! | [`run`] | what was agreed before a run, and where it is |
//! | [`seal`] | what is signed to publish one, and what is kept of the signature |
//! | [`outcome`] | what came of each wish, and the sentence that says why |
//! | [`offer`] | a place that is offered |

pub mod competitor;
pub mod offer;
pub mod outcome;
pub mod round;
pub mod run;
pub mod seal;
pub mod specialty;

#[cfg(test)]
mod admission_tests;
