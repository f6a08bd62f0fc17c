//! Eligibility: who may sit which stage. Granted with the acceptance of an application, taken
//! with its withdrawal.

use uuid::Uuid;

use super::refusal::Refusal;
use super::words;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    pub campaign: String,
    pub account: Uuid,
    pub standing: Standing,
    /// The last stage the person advanced to. Acceptance opens the first.
    pub stage_number: i32,
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
    fn acceptance_opens_the_first_stage_only_and_withdrawal_closes_it() {
        let mut person = Eligibility {
            campaign: "reserve-2026".into(),
            account: Uuid::nil(),
            standing: Standing::Granted,
            stage_number: 1,
        };
        assert_eq!(of(Some(&person), 1), Ok(()));
        assert_eq!(of(Some(&person), 2), Err(Refusal::NotEligible));
        assert_eq!(of(None, 1), Err(Refusal::NotEligible));
        person.standing = Standing::Taken;
        assert_eq!(of(Some(&person), 1), Err(Refusal::NotEligible));
    }
}
