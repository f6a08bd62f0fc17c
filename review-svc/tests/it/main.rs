//! The real service on a real database, as its callers see it.

mod claims;
mod contract;
mod decision_log;
mod decisions;
mod dossier;
mod house;
mod jobs;
mod lists;
mod opening;
mod questionnaire;
mod reference;
