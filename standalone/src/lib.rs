//! The whole suite in one process: what `cargo run` starts and what the journeys walk through.
//!
//! | room | what it does |
//! |---|---|
//! | [`settings`] | flags and variables, each explained by `--help` |
//! | [`certificates`] | an authority for development and tests |
//! | [`signing`] | a test authority of electronic signatures, and the key of a college |
//! | [`folder`] | the data folder: one process at a time, keys and certificates made on first start |
//! | [`compose`] | builds the services, joins them, serves, drains |
//! | [`banner`] | what a newcomer reads once it is ready |
//! | [`demo`], [`demo_nqt`], [`demo_nqt_seats`], [`demo_college`] | the campaigns, sessions, organisations and accounts to try things with |
//! | [`demo_applicant`], [`paper`] | an application that the boards of the colleges find in their folders |
//! | [`pages`] | the development pages: kept mail |
//! | [`partner`] | a partner's side of the promo codes, to try from a terminal |

pub mod banner;
pub mod certificates;
pub mod compose;
pub mod demo;
pub mod demo_applicant;
mod demo_college;
pub mod demo_nqt;
mod demo_nqt_seats;
pub mod folder;
pub mod pages;
pub mod paper;
pub mod partner;
pub mod settings;
pub mod signing;
