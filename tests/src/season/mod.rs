//! A season: one campaign from the open window to the last list, played against a running suite
//! through what is open to everybody there – HTTP, the partners' port, the development mailbox.
//!
//! | room | what it does |
//! |---|---|
//! | [`plan`] | who takes part and what they will do, their [`habits`], by [`dice`] from a seed |
//! | [`stand`] | the suite, the house's people, the campaign of this run |
//! | [`actor`] | somebody whose every call is timed and noted |
//! | [`people`], [`partner`], [`experts`], [`desk`] | what each side does |
//! | [`judgement`] | what an expert sees in a dossier |
//! | [`selection`] | stage by stage: [`scores`], then [`results`]; [`cut`] computes the same by itself |
//! | [`news`], [`stream`], [`closure`] | what everybody reads; the inbox as it happens; a room that closes |
//! | [`patience`] | pauses between two questions |
//! | [`play`] | the order of it all, with [`progress`] |
//! | [`ledger`] | what was acknowledged |
//! | [`invariants`] | the suite, read back, held against the ledger |
//! | [`report`] | the table at the end |
//! | [`teachers`] | the same for a round of the teachers' test |
//! | [`admission`] | and for an admission to colleges |

pub mod actor;
pub mod admission;
pub mod closure;
pub mod cut;
pub mod desk;
pub mod dice;
pub mod experts;
pub mod habits;
pub mod invariants;
pub mod judgement;
pub mod ledger;
pub mod news;
pub mod partner;
pub mod patience;
pub mod people;
pub mod plan;
pub mod play;
pub mod progress;
pub mod report;
pub mod results;
pub mod scores;
pub mod selection;
pub mod stand;
pub mod stream;
pub mod teachers;

pub use play::{Season, play};
pub use stand::{Options, Staff};
