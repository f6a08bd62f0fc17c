//! The fault harness: the suite as real processes, hurt by a seeded schedule while people use it, and
//! then held against what it had acknowledged.
//!
//! | room | what it does |
//! |---|---|
//! | [`proxy`] | stands between two programs: slow, parted, deaf one way, reset; [`wire`] bends PostgreSQL's talk |
//! | [`schedule`] | which fault comes when, by a seed |
//! | [`history`] | every call of the workers: asked when, answered when, with what |
//! | [`worker`], [`seats`], [`sessions`] | people who ask again until there is an answer |
//! | [`scene`] | the campaign, the seats and the accounts of a run |
//! | [`linear`] | whether a history of a session's seats is linearizable |
//! | [`rows`] | what the services' databases say |
//! | [`rules`] | the history held against the rows |
//! | [`embedded`] | a run on `irikteu` and SQLite: kill -9 in the middle of writes |
//! | [`play`] | everybody who uses the suite during a run, seasons included |
//! | [`many`], [`lines`], [`strike`] | a run on many processes, PostgreSQL and Redis: how each fault is done |
//! | [`planted`] | bugs planted on purpose: a test of the harness |
//! | [`report`] | the numbers at the end |

pub mod embedded;
pub mod history;
pub mod linear;
pub mod lines;
pub mod many;
pub mod planted;
pub mod play;
pub mod proxy;
pub mod report;
pub mod rows;
pub mod rules;
pub mod scene;
pub mod schedule;
pub mod seats;
pub mod sessions;
pub mod strike;
pub mod wire;
pub mod worker;
