//! A partner reported the result of a language test.

use proto::events::v1::LanguageResultReceived;

use super::Told;
use crate::domain::notice::Notice;
use proto::testing::v1::language_result::Outcome;

pub(super) fn told(event: LanguageResultReceived) -> Told {
    let notice = match event.outcome() {
        Outcome::Passed => Notice::LanguageTestPassed,
        Outcome::Failed | Outcome::Unspecified => Notice::LanguageTestFailed,
    };
    Told {
        account: event.account,
        about: event.language_result,
        notice,
    }
}
