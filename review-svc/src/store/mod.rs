//! The only room that knows SQL: what is kept, and how it is found.

pub mod decision;
pub mod decision_log;
pub mod queue;
pub mod task;
