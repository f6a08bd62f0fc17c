//! What we ask of other services, always before a transaction and never inside one.

pub mod identity;
pub mod questionnaire;
pub mod signatures;
