//! Eligibility: who may sit which stage. Granted with the acceptance of an application, taken
//! with its withdrawal.

use uuid::Uuid;

use super::quota::Needs;
use super::refusal::Refusal;
use super::words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    pub campaign: String,
    pub account: Uuid,
    pub standing: Standing,
    /// The last stage the person advanced to. Acceptance opens the first.
    pub stage_number: i32,
    /// The direction inside which the person competes; empty where the campaign has none.
    pub direction: String,
    /// What the newest submission of the application says of the seat; nothing where it asks for none.
    pub needs: Needs,
    /// What assessors see instead of the person; none before the first acceptance.
    pub candidate_number: Option<String>,
}

/// Digits of a candidate's number. They are drawn: neither the person nor the order of arrival can
/// be told from them.
pub const NUMBER_LENGTH: usize = 10;

/// The digits of a number that could have been drawn.
pub fn is_number(text: &str) -> bool {
    text.len() == NUMBER_LENGTH && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// Letters of the longest code of a direction.
pub const LONGEST_DIRECTION: usize = 64;

pub fn candidate_name(campaign: &str, number: &str) -> String {
    format!("campaigns/{campaign}/candidates/{number}")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Granted,
    /// The application was withdrawn.
    Taken,
}

words!(Standing {
    Granted = "GRANTED",
    Taken = "TAKEN",
});

impl Eligibility {
    pub fn may_sit(&self, stage_number: i32) -> Result<(), Refusal> {
        if self.standing == Standing::Granted && stage_number <= self.stage_number {
            Ok(())
        } else {
            Err(Refusal::NotEligible)
        }
    }
}

/// Somebody whom no event ever named is not eligible either.
pub fn of(known: Option<&Eligibility>, stage_number: i32) -> Result<(), Refusal> {
    known.ok_or(Refusal::NotEligible)?.may_sit(stage_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candidates_number_is_ten_digits() {
        assert!(is_number("0123456789"));
        for wrong in ["", "123456789", "01234567890", "012345678x", "٠١٢٣٤٥٦٧٨٩"] {
            assert!(!is_number(wrong), "{wrong}");
        }
    }

    #[test]
    fn acceptance_opens_the_first_stage_only_and_withdrawal_closes_it() {
        let mut person = Eligibility {
            campaign: "reserve-2026".into(),
            account: Uuid::nil(),
            standing: Standing::Granted,
            stage_number: 1,
            direction: String::new(),
            needs: Needs::default(),
            candidate_number: None,
        };
        assert_eq!(of(Some(&person), 1), Ok(()));
        assert_eq!(of(Some(&person), 2), Err(Refusal::NotEligible));
        assert_eq!(of(None, 1), Err(Refusal::NotEligible));
        person.standing = Standing::Taken;
        assert_eq!(of(Some(&person), 1), Err(Refusal::NotEligible));
    }
}
