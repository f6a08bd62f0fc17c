//! How often boards open applications for the same person in a campaign, all colleges together.
//!
//! The person is told of each by mail and has one application at a time, so a board that opens one after
//! another would only be a nuisance, or would keep the person from applying by themselves.

use super::campaign::Rules;
use super::refusal::Refusal;

/// Where a campaign says nothing: one that was wrong, and another that was, may be put right.
pub const USUAL: i32 = 3;
/// More than this is a mistake in the campaign.
pub const MOST: i32 = 20;

/// `opened` are those of boards, with the one that is being opened now.
///
/// # Errors
/// `BOARD_OPENINGS_USED_UP`.
pub fn must_have_been_left(rules: &Rules, opened: i64) -> Result<(), Refusal> {
    // Where boards don't decide none opens any.
    let most = rules.board_openings().unwrap_or_default();
    match opened <= i64::from(most) {
        true => Ok(()),
        false => Err(Refusal::BoardOpeningsUsedUp { most }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::campaign::{Acceptance, tests::reserve_2025};
    use super::*;

    #[test]
    fn boards_open_as_many_as_the_campaign_lets_them_and_no_more() {
        for (acceptance, opened, most_told) in [
            (Acceptance::ByBoards { openings: USUAL }, 1, None),
            (Acceptance::ByBoards { openings: USUAL }, 3, None),
            (Acceptance::ByBoards { openings: USUAL }, 4, Some(3)),
            (Acceptance::ByBoards { openings: 1 }, 1, None),
            (Acceptance::ByBoards { openings: 1 }, 2, Some(1)),
            (Acceptance::ByExpert, 1, Some(0)),
        ] {
            let rules = Rules {
                acceptance,
                ..reserve_2025().rules
            };
            let told = most_told.map(|most| Refusal::BoardOpeningsUsedUp { most });
            assert_eq!(
                must_have_been_left(&rules, opened).err(),
                told,
                "{acceptance:?} {opened}"
            );
        }
    }
}
