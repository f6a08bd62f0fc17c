//! The rules of review-svc: no I/O, no clock, no protobuf, no SQL.
//!
//! | file | what it decides |
//! |---|---|
//! | [`calendar`] | working days, and when a term ends |
//! | [`task`] | the life of a review task: claims, leases, the decision |
//! | [`decision`] | what an expert can decide, and what has to be told with it |
//! | [`decision_log`] | the chain of decisions, and what is wrong with one that was touched |
//! | [`reason_code`] | the reasons of rejections |
//! | [`labels`] | texts in three languages |
//! | [`refusal`] | every "no" |

pub mod calendar;
pub mod decision;
pub mod decision_log;
pub mod labels;
pub mod reason_code;
pub mod refusal;
pub mod task;
