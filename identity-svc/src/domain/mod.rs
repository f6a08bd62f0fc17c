//! The rules, pure: no clock, no storage, no wire.
//!
//! | file | what it decides |
//! |---|---|
//! | [`account`] | who stands behind an account, its etag |
//! | [`age`] | full years, and whether a campaign takes them |
//! | [`calendar_file`] | the file that goes with a booking (RFC 5545) |
//! | [`delivery`] | where a mail is on its way, and when it is tried again |
//! | [`login`] | what an IIN or an e-mail address may look like |
//! | [`notice`] | what a person is told, and in which words |
//! | [`password`] | which passwords are taken |
//! | [`recovery`] | from a forgotten password to a new one |
//! | [`refusal`] | every "no" of this service |
//! | [`registration`] | from an IIN and an e-mail address to an account |
//! | [`session`] | how refresh tokens rotate, and what a stolen one does |
//! | [`step`] | the same for terms, seats, results and the Reserve |
//! | [`throttle`] | how long a wrong password delays the next |

pub mod account;
pub mod age;
pub mod calendar_file;
pub mod delivery;
pub mod login;
pub mod notice;
pub mod password;
pub mod recovery;
pub mod refusal;
pub mod registration;
pub mod session;
pub mod step;
pub mod throttle;
