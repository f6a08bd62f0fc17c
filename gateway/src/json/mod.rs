//! JSON in and out, by the canonical mapping of proto3.
//!
//! | room | what it does |
//! |---|---|
//! | [`tree`] | text to a tree that keeps doubled keys and stops at a depth |
//! | [`read`] | a tree to a message, with everything wrong told at once |
//! | [`scalar`] | one value to one field; query strings come here too |
//! | [`write`] | a message to text |
//! | [`wire`], [`plan`] | the same without a message between: bytes to text, by what was worked out before |

pub mod plan;
pub mod read;
pub mod scalar;
pub mod tree;
pub mod wire;
pub mod write;
