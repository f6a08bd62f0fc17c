//! The rules, pure: no clock, no storage, no wire.
//!
//! | file | what it decides |
//! |---|---|
//! | [`account`] | who stands behind an account, its etag |
//! | [`account_opening`] | an account that a college opened, until the person has a password |
//! | [`age`] | full years, and whether a campaign takes them |
//! | [`calendar_file`] | the file that goes with a booking (RFC 5545) |
//! | [`clocks`] | times by the clocks of a place, and whose time it is |
//! | [`delivery`] | where a mail is on its way, and when it is tried again |
//! | [`email_change`] | from one e-mail address to another |
//! | [`failed_sign_in`] | what is kept of a sign-in that failed, and for how long |
//! | [`login`] | what an IIN or an e-mail address may look like |
//! | [`mail_preference`] | what a person wants by mail, and what goes by mail always |
//! | [`notice`] | what a person is told, and in which words |
//! | [`papers`] | what the papers of somebody without an IIN may look like |
//! | [`password`] | which passwords are taken |
//! | [`recovery`] | from a forgotten password to a new one |
//! | [`refusal`] | every "no" of this service |
//! | [`registration`] | from an IIN and an e-mail address to an account |
//! | [`session`] | how refresh tokens rotate, and what a stolen one does |
//! | [`sign_in_challenge`] | what is signed to come in, and for how long |
//! | [`signature`] | whose key it is, and what for; every "no" about one |
//! | [`signing_organisation`] | organisations that sign, and who does it for them |
//! | [`staff_invitation`] | how somebody comes to the staff |
//! | [`step`] | the same for terms, seats, results and the Reserve |
//! | [`admission`] | the same for choices of colleges, their exams, and what else was asked of a college |
//! | [`throttle`] | how long what was done too often delays the next time |

pub mod account;
pub mod account_opening;
pub mod admission;
pub mod age;
pub mod calendar_file;
mod clocks;
pub mod delivery;
pub mod email_change;
pub mod failed_sign_in;
pub mod login;
pub mod mail_preference;
pub mod notice;
pub mod papers;
pub mod password;
pub mod recovery;
pub mod refusal;
pub mod registration;
pub mod session;
pub mod sign_in_challenge;
pub mod signature;
pub mod signing_organisation;
pub mod staff_invitation;
pub mod step;
pub mod throttle;
