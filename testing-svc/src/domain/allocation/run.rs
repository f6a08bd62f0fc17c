//! One run: from an input, terms and a seed to a result that was checked. A result that fails its check is
//! withheld; nobody sees it.

use serde::{Deserialize, Serialize};

use super::check::{Findings, check};
use super::in_turn::{self, Acceptance};
use super::lists::Lists;
use super::lottery::{Lottery, Seed};
use super::market::{Claim, Market};
use super::{Placed, canonical, deferred};

/// What is agreed before the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub mode: Mode,
    pub lottery: Lottery,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    DeferredAcceptance,
    InTurn { rounds: u32, acceptance: Acceptance },
}

#[derive(Debug)]
pub struct Run<'a> {
    pub market: &'a Market,
    pub terms: Terms,
    pub seed: Seed,
    /// The hash of the input.
    pub input: [u8; 32],
    pub lists: Lists,
    pub placed: Placed,
    pub findings: Findings,
}

impl Run<'_> {
    /// What the rating said of somebody on a list.
    pub fn claim(&self, specialty: u32, position: u32) -> Option<Claim> {
        let entry = self.lists.of(specialty).get(position as usize)?;
        let applicant = &self.market.applicants[entry.applicant as usize];
        applicant.choices[usize::from(entry.choice)].claim
    }
}

/// A result that is shown to nobody: the program is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withheld(pub Findings);

/// # Errors
/// [`Withheld`], where the result lacks what its mode promises.
pub fn allocate(market: &Market, terms: Terms, seed: Seed) -> Result<Run<'_>, Withheld> {
    let lists = Lists::new(market, terms.lottery, &seed);
    let placed = match terms.mode {
        Mode::DeferredAcceptance => deferred::place(&lists),
        Mode::InTurn { rounds, acceptance } => in_turn::place(&lists, rounds, acceptance),
    };
    let findings = check(&lists, &placed);
    release(terms.mode, findings)?;
    Ok(Run {
        market,
        terms,
        seed,
        input: canonical::hash(market),
        lists,
        placed,
        findings,
    })
}

/// Whether a result may be shown. Offers in turn promise no more than that the places are kept.
///
/// # Errors
/// [`Withheld`], where it may not.
pub fn release(mode: Mode, findings: Findings) -> Result<(), Withheld> {
    let kept = match mode {
        Mode::DeferredAcceptance => findings.is_stable(),
        Mode::InTurn { .. } => findings.is_sound(),
    };
    if kept {
        Ok(())
    } else {
        Err(Withheld(findings))
    }
}
