//! The rules of questionnaire-svc: no I/O, no clock, no protobuf, no SQL.
//!
//! | file | what it decides |
//! |---|---|
//! | [`labels`], [`dictionary`] | texts in three languages; the options of choice fields |
//! | [`csv`], [`import`], [`alphabet`] | files of options; the order of the Kazakh alphabet |
//! | [`form`] | revisions of forms, compiled |
//! | [`schema`], [`pattern`] | what a form may be made of |
//! | [`form_diff`], [`rebase`] | what changed between two revisions; answers moved from one to the other |
//! | [`receive`] | answers as they came → regular answers, what is wrong, what is missing |
//! | [`check`], [`annotation`], [`format`], [`limit`], [`normal`] | the steps of that: JSON Schema, our annotations and formats, size, regular shape |
//! | [`section`] | answers as types, and the rules over several fields |
//! | [`experience`], [`language`], [`eligibility`] | what the rules of a campaign make of the answers |
//! | [`campaign`], [`campaign_change`] | window, rules, declarations; what may change when |
//! | [`application`] | the life of an application and its right to a promo code |
//! | [`document`] | files: what is taken, what the bytes are, which of them count |
//! | [`readiness`] | everything that still stands between a draft and its submission |
//! | [`news`] | news items: their time, and the markup that is taken |
//! | [`frozen`] | an application as it was sent, in one canonical text |
//! | [`refusal`] | every "no" |

pub mod alphabet;
pub mod annotation;
pub mod application;
pub mod campaign;
pub mod campaign_change;
pub mod check;
pub mod csv;
pub mod dictionary;
pub mod document;
pub mod eligibility;
pub mod experience;
pub mod form;
pub mod form_diff;
pub mod format;
pub mod frozen;
pub mod import;
pub mod labels;
pub mod language;
pub mod limit;
pub mod news;
pub mod normal;
pub mod pattern;
pub mod readiness;
pub mod rebase;
pub mod receive;
pub mod refusal;
pub mod schema;
pub mod section;
