//! What a board signs about requests for services: which ones, as it saw them.

use chassis::violation::Violations;
use serde::{Deserialize, Serialize};

use super::choice_act::check_each;
use super::dictionary::Dictionaries;
use super::service_request::check_note;

/// The dictionary in which the reasons of a refusal stand.
pub const REASONS: &str = "service-refusal-reasons";

/// A request as somebody of the board saw it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenServiceRequest {
    /// The name of a request.
    pub service_request: String,
    pub current_etag: String,
}

/// What is wrong with a refusal, beside what is wrong with its rows.
pub fn check_refusal(codes: &[String], comment: &str, dictionaries: &Dictionaries) -> Violations {
    let mut wrong = Violations::new();
    let codes: Vec<_> = codes.iter().map(String::as_str).collect();
    let field = |at: usize| format!("refuse_service_requests.reason_codes[{at}]");
    check_each(&mut wrong, field, REASONS, &codes, dictionaries);
    check_note(&mut wrong, "refuse_service_requests.comment", comment);
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_in_their_dictionary_and_once() {
        let codes = ["NO_PLACES", "BORED", "NO_PLACES"].map(str::to_owned);
        let told = check_refusal(&codes, "Кешіріңіз.", Dictionaries::shipped());
        let told = told.into_iter().map(|it| (it.field, it.reason));
        let at = |at: usize| format!("refuse_service_requests.reason_codes[{at}]");
        let expected = [(at(1), "UNKNOWN_VALUE"), (at(2), "VALUE_TWICE")];
        assert_eq!(told.collect::<Vec<_>>(), expected);
    }
}
