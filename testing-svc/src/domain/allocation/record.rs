//! A run as bytes that never change, and its replay: whoever has the input and the record can find out,
//! without us, that the one follows from the other.
//!
//! Lines of words with single spaces, each ended by a line feed; specialties by code, applicants by number.
//!
//! ```text
//! irikteu allocation record 1
//! rules N
//! mode deferred-acceptance | mode in-turn ROUNDS final|until-better
//! lottery one|per-specialty
//! seed HEX                                   32 bytes
//! input HEX                                  SHA-256 of the canonical input
//! findings WRONGLY_PLACED UNASKED PASSED_OVER LEFT_EMPTY
//! specialty CODE PLACES ADMITTED RANK SCORE  of the last admitted; - - where nobody is
//! drawn CODE NUMBER DRAW                     where lots decided between equal claims: all who were equal
//! applicant NUMBER CHOICE CODE | applicant NUMBER -     the choice counted from 1
//! end HEX                                    SHA-256 of everything before this line
//! ```

use std::fmt::Write as _;

use ring::digest::{SHA256, digest};

use super::in_turn::Acceptance;
use super::lottery::{Lottery, Seed};
use super::market::Market;
use super::run::{Mode, Run, Terms, allocate};
use super::{RULES, canonical};

const FIRST: &str = "irikteu allocation record 1";

/// Why a record is not what its input comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoReplay {
    /// Not a record, or not as it was written.
    Damaged,
    /// Made under rules that this program does not have any more, or not yet.
    OtherRules(u32),
    /// Made from another input.
    OtherInput,
    /// The run fails its check.
    Withheld,
    /// The first line that comes out otherwise; from 1.
    Differs(usize),
}

pub fn write(run: &Run) -> String {
    let mut text = head(run);
    let members = run.lists.members(&run.placed);
    for (specialty, members) in (0_u32..).zip(&members) {
        let it = &run.market.specialties[specialty as usize];
        let last = members
            .last()
            .and_then(|position| run.claim(specialty, *position));
        let (code, places, admitted) = (&it.code, it.plan.places, members.len());
        let _ = match last {
            Some(claim) => {
                let (rank, score) = (claim.rank, claim.score.written());
                writeln!(text, "specialty {code} {places} {admitted} {rank} {score}")
            }
            None => writeln!(text, "specialty {code} {places} {admitted} - -"),
        };
        drawn(&mut text, run, specialty, members);
    }
    for (applicant, choice) in run.market.applicants.iter().zip(&run.placed) {
        let wish = choice.and_then(|it| applicant.choices.get(usize::from(it)));
        let _ = match (choice, wish) {
            (Some(choice), Some(wish)) => {
                let code = &run.market.specialties[wish.specialty as usize].code;
                writeln!(text, "applicant {} {} {code}", applicant.number, choice + 1)
            }
            _ => writeln!(text, "applicant {} -", applicant.number),
        };
    }
    let end = hex::encode(digest(&SHA256, text.as_bytes()));
    let _ = writeln!(text, "end {end}");
    text
}

fn head(run: &Run) -> String {
    let mut text = format!("{FIRST}\nrules {RULES}\n");
    let _ = match run.terms.mode {
        Mode::DeferredAcceptance => writeln!(text, "mode deferred-acceptance"),
        Mode::InTurn { rounds, acceptance } => {
            writeln!(text, "mode in-turn {rounds} {}", word_of(acceptance))
        }
    };
    let lottery = match run.terms.lottery {
        Lottery::One => "one",
        Lottery::PerSpecialty => "per-specialty",
    };
    let (seed, input, found) = (hex::encode(run.seed), hex::encode(run.input), run.findings);
    let _ = writeln!(text, "lottery {lottery}\nseed {seed}\ninput {input}");
    let _ = writeln!(
        text,
        "findings {} {} {} {}",
        found.wrongly_placed, found.unasked, found.passed_over, found.left_empty
    );
    text
}

fn word_of(acceptance: Acceptance) -> &'static str {
    match acceptance {
        Acceptance::Final => "final",
        Acceptance::UntilBetter => "until-better",
    }
}

/// The numbers of those who were equal where some got in and others, who would have liked to, did not.
fn drawn(text: &mut String, run: &Run, specialty: u32, members: &[u32]) {
    let list = run.lists.of(specialty);
    let mut begin = 0;
    for equals in list.chunk_by(|a, b| a.rank == b.rank) {
        let positions = (begin..).zip(equals);
        begin += u32::try_from(equals.len()).unwrap_or(u32::MAX);
        if equals.len() == 1 {
            continue;
        }
        let inside = |position: &u32| members.binary_search(position).is_ok();
        let wants = |it: &super::lists::Entry| {
            run.placed[it.applicant as usize].is_none_or(|choice| it.choice < choice)
        };
        let mut outside = false;
        let mut any = false;
        for (position, it) in positions {
            any |= inside(&position);
            outside |= !inside(&position) && wants(it);
        }
        if any && outside {
            let code = &run.market.specialties[specialty as usize].code;
            for it in equals {
                let number = &run.market.applicants[it.applicant as usize].number;
                let _ = writeln!(text, "drawn {code} {number} {:016x}", it.draw);
            }
        }
    }
}

/// The hash in the last line of a record; none where it has no such line.
pub fn hash(record: &str) -> Option<&str> {
    let (_, end) = record.rsplit_once("end ")?;
    end.strip_suffix('\n')
}

/// Runs it again.
///
/// # Errors
/// [`NoReplay`], where the same bytes do not come out.
pub fn replay(market: &Market, record: &str) -> Result<(), NoReplay> {
    let (body, end) = record.rsplit_once("end ").ok_or(NoReplay::Damaged)?;
    if end.strip_suffix('\n') != Some(&hex::encode(digest(&SHA256, body.as_bytes()))) {
        return Err(NoReplay::Damaged);
    }
    let (rules, terms, seed, input) = read_head(body).ok_or(NoReplay::Damaged)?;
    if rules != RULES {
        return Err(NoReplay::OtherRules(rules));
    }
    if input != hex::encode(canonical::hash(market)) {
        return Err(NoReplay::OtherInput);
    }
    let run = allocate(market, terms, seed).map_err(|_| NoReplay::Withheld)?;
    let again = write(&run);
    if again == record {
        return Ok(());
    }
    let same = again
        .lines()
        .zip(record.lines())
        .take_while(|(a, b)| a == b);
    Err(NoReplay::Differs(same.count() + 1))
}

fn read_head(text: &str) -> Option<(u32, Terms, Seed, &str)> {
    let mut lines = text.lines();
    if lines.next()? != FIRST {
        return None;
    }
    let rules = lines.next()?.strip_prefix("rules ")?.parse().ok()?;
    let mode: Vec<&str> = lines.next()?.strip_prefix("mode ")?.split(' ').collect();
    let mode = match mode[..] {
        ["deferred-acceptance"] => Mode::DeferredAcceptance,
        ["in-turn", rounds, acceptance] => Mode::InTurn {
            rounds: rounds.parse().ok()?,
            acceptance: match acceptance {
                "final" => Acceptance::Final,
                "until-better" => Acceptance::UntilBetter,
                _ => return None,
            },
        },
        _ => return None,
    };
    let lottery = match lines.next()?.strip_prefix("lottery ")? {
        "one" => Lottery::One,
        "per-specialty" => Lottery::PerSpecialty,
        _ => return None,
    };
    let seed = lines.next()?.strip_prefix("seed ")?;
    let input = lines.next()?.strip_prefix("input ")?;
    Some((rules, Terms { mode, lottery }, read_seed(seed)?, input))
}

/// A seed as it is written; none where it is not.
pub fn read_seed(text: &str) -> Option<Seed> {
    let mut seed = [0; 32];
    hex::decode_to_slice(text, &mut seed).ok()?;
    Some(seed)
}
