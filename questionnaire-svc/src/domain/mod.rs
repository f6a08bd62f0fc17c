//! The rules of questionnaire-svc: no I/O, no clock, no protobuf, no SQL.
//!
//! | file | what it decides |
//! |---|---|
//! | [`labels`], [`dictionary`] | texts in three languages; the options of choice fields |
//! | [`csv`], [`sheet`], [`import`], [`alphabet`] | files of options; the order of the Kazakh alphabet |
//! | [`organisation`], [`organisation_import`] | where people work, and files of it |
//! | [`form`], [`shipped_forms`] | revisions of forms, compiled; those that come with the service |
//! | [`schema`], [`pattern`] | what a form may be made of |
//! | [`form_diff`], [`rebase`] | what changed between two revisions; answers moved from one to the other |
//! | [`receive`] | answers as they came → regular answers, what is wrong, what is missing |
//! | [`dependence`] | fields that go by the answer to another |
//! | [`check`], [`annotation`], [`format`], [`limit`], [`normal`] | the steps of that: JSON Schema, our annotations and formats, size, regular shape |
//! | [`section`] | answers as types, and the rules over several fields |
//! | [`experience`], [`language`], [`eligibility`] | what the rules of a campaign make of the answers |
//! | [`campaign`], [`application_kind`], [`campaign_change`] | window, rules, declarations; kinds of application, each with its form; what may change when |
//! | [`application`] | the life of an application and its right to a promo code |
//! | [`attempt`], [`board_opening`] | how often a person may sit a test in a year, and what is free of it; how often boards apply for the same person |
//! | [`document`] | files: what is taken, what the bytes are, which of them count |
//! | [`readiness`] | everything that still stands between a draft and its submission |
//! | [`seat`] | which seat in a test was asked for: what others are told of the answers |
//! | [`board_action`] | signed acts of colleges: what is signed, and how long it waits |
//! | [`specialty`], [`college`] | what colleges offer, and how they show themselves |
//! | [`quota_share`] | the share of the places that an order keeps for a benefit |
//! | [`choice`] | what applicants of colleges wish for, and what becomes of each wish |
//! | [`specialty_choice`], [`application_number`] | the specialties that answers name; the number of an application that was sent |
//! | [`score_formula`], [`formula_fit`] | how a specialty compares its applicants; whether that is a way for this specialty |
//! | [`compulsory_subject`] | the subjects whose marks every formula counts |
//! | [`choice_act`], [`claim`] | what a board signs about choices; the benefits that an applicant claimed |
//! | [`exam_sitting`] | entrance exams: when and where, and points once |
//! | [`service_request`], [`service_act`] | paid study, the dormitory, meals: what is asked of a college, and what a board signs about it |
//! | [`academic_year`], [`dormitory`] | what these are for; the places of a dormitory |
//! | [`news`] | news items: their time, and the markup that is taken |
//! | [`frozen`] | an application as it was sent, in one canonical text |
//! | [`refusal`] | every "no" |

pub mod academic_year;
pub mod alphabet;
pub mod annotation;
pub mod application;
pub mod application_kind;
pub mod application_number;
pub mod attempt;
pub mod board_action;
pub mod board_opening;
pub mod campaign;
pub mod campaign_change;
pub mod check;
pub mod choice;
pub mod choice_act;
pub mod claim;
pub mod college;
pub mod compulsory_subject;
pub mod csv;
pub mod dependence;
pub mod dictionary;
pub mod direction;
pub mod document;
pub mod dormitory;
pub mod eligibility;
pub mod exam_sitting;
pub mod experience;
pub mod form;
pub mod form_diff;
pub mod format;
pub mod formula_fit;
pub mod frozen;
pub mod import;
pub mod labels;
pub mod language;
pub mod limit;
pub mod news;
pub mod normal;
pub mod organisation;
pub mod organisation_import;
pub mod pattern;
pub mod quota_share;
pub mod readiness;
pub mod rebase;
pub mod receive;
pub mod refusal;
pub mod schema;
pub mod score_formula;
pub mod seat;
pub mod section;
pub mod service_act;
pub mod service_request;
pub mod sheet;
pub mod shipped_forms;
pub mod specialty;
pub mod specialty_choice;
