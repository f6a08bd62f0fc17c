//! Markets that a test writes down by hand.

use super::in_turn::Acceptance;
use super::lottery::Lottery;
use super::market::{Applicant, Choice, Claim, Market, Specialty};
use super::plan::Plan;
use super::run::{Mode, Run, Terms, allocate};
use super::small_markets::rights;
use crate::domain::score::Score;

pub fn run(market: &Market, mode: Mode) -> Run<'_> {
    let lottery = Lottery::One;
    allocate(market, Terms { mode, lottery }, [1; 32]).unwrap()
}

pub fn in_turn(rounds: u32) -> Mode {
    Mode::InTurn {
        rounds,
        acceptance: Acceptance::Final,
    }
}

pub fn wish(specialty: u32, rank: u32, score: i64) -> Choice {
    let score = Score(score);
    Choice {
        specialty,
        claim: Some(Claim { rank, score }),
        unproven: vec![],
    }
}

pub fn specialty(code: &str, plan: Plan) -> Specialty {
    let code = code.into();
    Specialty { code, plan }
}

pub fn applicant(number: usize, rights: &[&str], choices: Vec<Choice>) -> Applicant {
    Applicant {
        number: format!("{number:04}"),
        rights: rights.iter().map(ToString::to_string).collect(),
        choices,
    }
}

pub fn market_of(specialties: Vec<Specialty>, applicants: Vec<Applicant>) -> Market {
    Market::new(rights(), specialties, applicants).unwrap()
}
