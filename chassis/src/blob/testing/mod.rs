//! Stores for tests: an S3 server that can be made to misbehave, and a disk that fills up.
//!
//! | file | what it is |
//! |---|---|
//! | [`server`] | the server: what was asked, what goes wrong |
//! | [`objects`] | what it keeps, and its answers |
//! | [`signature`] | whether a request is signed by who it says |
//! | [`full`] | a folder on a disk with little room |

mod full;
mod objects;
mod server;
mod signature;

pub use full::local_with_room;
pub use objects::PART_BYTES;
pub use server::{Asked, Fault, S3};
