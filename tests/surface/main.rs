//! The surface: what is proved of every RPC of the contract, by calling it.
//!
//! | room | what is proved |
//! |---|---|
//! | [`matrix`] with `matrix.txt` | who gets through to which call, over gRPC and the partners' port |
//! | [`http`] | the same through the gateway, as 401 and 403 in three languages |
//! | [`owned`] with `owned.txt` | what is somebody's is nobody else's, with real things |
//! | [`fuzz`] | no message breaks a call; every error has its reason and sentence |
//! | [`asvs`] | the tests that `docs/asvs.md` names are there |
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test says no by panicking"
)]

mod asvs;
mod fuzz;
mod http;
mod matrix;
mod owned;
mod table;
