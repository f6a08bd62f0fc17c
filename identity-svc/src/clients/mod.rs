//! What we ask of other services: always before a transaction, never inside one.

mod questionnaire;

pub use questionnaire::Questionnaire;
