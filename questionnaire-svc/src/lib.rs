//! The questionnaire service.

pub mod domain;
