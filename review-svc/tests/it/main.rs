//! The real service on a real database, as its callers see it.

mod away;
mod bulk;
mod calendars;
mod claims;
mod contract;
mod decision_log;
mod decisions;
mod dossier;
mod enquiries;
mod filters;
mod house;
mod jobs;
mod lists;
mod opening;
mod opinions;
mod pauses;
mod policies;
mod publication;
mod questionnaire;
mod queue;
mod reference;
mod statistics;
mod verdicts;
mod wishes;
