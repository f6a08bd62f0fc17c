//! The only room that knows SQL: what is kept, and how it is found.

pub mod calendar;
pub mod decision;
pub mod decision_log;
pub mod enquiry;
pub mod expert;
pub mod policy;
pub mod public_answer;
pub mod publication;
pub mod queue;
pub mod saved_filter;
pub mod statistics;
pub mod task;
mod task_row;
pub mod verdict;
