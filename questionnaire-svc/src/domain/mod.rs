//! The rules of questionnaire-svc: no I/O, no clock, no protobuf, no SQL.
//!
//! | file | what it decides |
//! |---|---|
//! | [`labels`], [`dictionary`] | texts in three languages; the options of choice fields |
//! | [`form`] | published revisions of forms, read from `forms/` |
//! | [`receive`] | answers as they came → regular answers, what is wrong, what is missing |
//! | [`check`], [`annotation`], [`format`], [`limit`], [`normal`] | the steps of that: JSON Schema, our annotations and formats, size, regular shape |
//! | [`section`] | answers as types, and the rules over several fields |
//! | [`experience`], [`language`], [`eligibility`] | what the rules of a campaign make of the answers |
//! | [`campaign`] | window, rules, declarations |
//! | [`application`] | the life of an application and its right to a promo code |
//! | [`document`] | files: what is taken, what the bytes are, which of them count |
//! | [`readiness`] | everything that still stands between a draft and its submission |
//! | [`frozen`] | an application as it was sent, in one canonical text |
//! | [`refusal`] | every "no" |

pub mod annotation;
pub mod application;
pub mod campaign;
pub mod check;
pub mod dictionary;
pub mod document;
pub mod eligibility;
pub mod experience;
pub mod form;
pub mod format;
pub mod frozen;
pub mod labels;
pub mod language;
pub mod limit;
pub mod normal;
pub mod readiness;
pub mod receive;
pub mod refusal;
pub mod section;
