//! The rules of review-svc: no I/O, no clock, no protobuf, no SQL.
//!
//! | file | what it decides |
//! |---|---|
//! | [`calendar`] | working days, and when a term ends |
//! | [`task`] | the life of a review task: claims, leases, the decision |
//! | [`opinion`] | second opinions, disputes, decisions that wait for publication |
//! | [`pause`] | terms that stand still |
//! | [`policy`] | by what a campaign is reviewed |
//! | [`verdict`] | what an expert holds of each section |
//! | [`import`] | a calendar that is handed in, line by line |
//! | [`decision`] | what an expert can decide, and what has to be told with it |
//! | [`decision_log`] | the chain of decisions, and what is wrong with one that was touched |
//! | [`enquiry`] | what people ask: who answers, and whose turn it is |
//! | [`reason_code`] | the reasons of rejections |
//! | [`labels`] | texts in three languages |
//! | [`refusal`] | every "no" |

pub mod calendar;
pub mod decision;
pub mod decision_log;
pub mod enquiry;
pub mod import;
pub mod labels;
pub mod opinion;
pub mod pause;
pub mod policy;
pub mod reason_code;
pub mod refusal;
pub mod task;
pub mod verdict;
