//! What is asked of other services. Never inside a transaction.
//!
//! | file | what for |
//! |---|---|
//! | [`persons`] | identity-svc: who stands behind an account, for the prefilled section |
//! | [`signatures`] | identity-svc: whether a college signed, with a good key; its signatures, whole |
//! | [`language_results`] | testing-svc: the result that fills the certificate section |
//! | [`review_tasks`] | review-svc: the notes that an expert wrote to the applicant |

pub mod language_results;
pub mod persons;
pub mod review_tasks;
pub mod signatures;

use chassis::Error;
use tonic::{Code, Status};

/// A "no" of a neighbour to us is not the caller's "no": it means that something is wired wrongly.
fn ours(status: Status) -> Error {
    match status.code() {
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled => Error::from(status),
        code => Error::Internal(anyhow::anyhow!(
            "another service: {code}: {}",
            status.message()
        )),
    }
}
