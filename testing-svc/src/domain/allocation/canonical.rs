//! The input of a run as bytes: the same for the same input, whatever order it came in, and different for
//! any two that differ. Their hash stands for the input in a record.
//!
//! Lines of words with single spaces, each ended by a line feed. Codes hold no spaces, so nothing needs an
//! escape.
//!
//! ```text
//! irikteu allocation input 1
//! right RIGHT                                   by code
//! specialty CODE PLACES reserved-first|open-first
//! quota RIGHT minimum|falls-open|stays-empty PLACES    as the plan has them
//! applicant NUMBER RIGHT,RIGHT|-                by number
//! choice CODE RANK SCORE | choice CODE -        the dearest first; the score in ten-thousandths
//! unproven RIGHT,RIGHT                          below a choice: rights that count for nothing there
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use ring::digest::{Context, SHA256};

use super::market::{Applicant, Choice, Claim, Market, Specialty};
use super::plan::{Kind, Order, Plan, Quota, Size, Unfilled};
use crate::domain::score::Score;

const FIRST: &str = "irikteu allocation input 1";

/// SHA-256 of the canonical bytes.
pub fn hash(market: &Market) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    write(market, |part| context.update(part.as_bytes()));
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// The canonical bytes, piece by piece: all of them at once would be tens of megabytes.
pub fn write(market: &Market, mut sink: impl FnMut(&str)) {
    let mut text = format!("{FIRST}\n");
    for right in &market.rights {
        let _ = writeln!(text, "right {right}");
    }
    for specialty in &market.specialties {
        write_plan(&mut text, &specialty.code, &specialty.plan);
    }
    for applicant in &market.applicants {
        if text.len() > 60_000 {
            sink(&text);
            text.clear();
        }
        let rights = match applicant.rights.is_empty() {
            true => "-".to_owned(),
            false => applicant.rights.join(","),
        };
        let _ = writeln!(text, "applicant {} {rights}", applicant.number);
        for choice in &applicant.choices {
            let code = &market.specialties[choice.specialty as usize].code;
            let _ = match choice.claim {
                Some(claim) => writeln!(text, "choice {code} {} {}", claim.rank, claim.score.0),
                None => writeln!(text, "choice {code} -"),
            };
            if !choice.unproven.is_empty() {
                let _ = writeln!(text, "unproven {}", choice.unproven.join(","));
            }
        }
    }
    sink(&text);
}

fn write_plan(text: &mut String, code: &str, plan: &Plan) {
    let order = match plan.order {
        Order::ReservedFirst => "reserved-first",
        Order::OpenFirst => "open-first",
    };
    let _ = writeln!(text, "specialty {code} {} {order}", plan.places);
    for quota in &plan.quotas {
        let kind = match quota.kind {
            Kind::Minimum => "minimum",
            Kind::Reserved(Unfilled::FallOpen) => "falls-open",
            Kind::Reserved(Unfilled::StayEmpty) => "stays-empty",
        };
        // What a share comes to is what counts, and whoever reads this need not divide.
        let places = quota.size.of(plan.places);
        let _ = writeln!(text, "quota {} {kind} {places}", quota.code);
    }
}

/// The input that these bytes are; none where they are not the canonical bytes of any.
pub fn read(text: &str) -> Option<Market> {
    let mut lines = text.lines();
    if lines.next()? != FIRST {
        return None;
    }
    let mut read = Read::default();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        read.take(&words)?;
    }
    let market = Market::new(read.rights, read.specialties, read.applicants).ok()?;
    let mut left = text;
    let mut same = true;
    write(&market, |part| match left.strip_prefix(part) {
        Some(rest) => left = rest,
        None => same = false,
    });
    (same && left.is_empty()).then_some(market)
}

/// What was read so far.
#[derive(Default)]
struct Read<'a> {
    rights: BTreeSet<String>,
    specialties: Vec<Specialty>,
    /// Where each specialty is.
    places: BTreeMap<&'a str, u32>,
    applicants: Vec<Applicant>,
}

impl<'a> Read<'a> {
    fn take(&mut self, words: &[&'a str]) -> Option<()> {
        match *words {
            ["right", right] => {
                self.rights.insert(right.to_owned());
            }
            ["specialty", code, places, order] => {
                let at = u32::try_from(self.specialties.len()).ok()?;
                self.places.insert(code, at);
                let order = match order {
                    "reserved-first" => Order::ReservedFirst,
                    "open-first" => Order::OpenFirst,
                    _ => return None,
                };
                let plan = Plan {
                    order,
                    ..Plan::open(places.parse().ok()?)
                };
                let code = code.to_owned();
                self.specialties.push(Specialty { code, plan });
            }
            ["quota", right, kind, places] => {
                let kind = match kind {
                    "minimum" => Kind::Minimum,
                    "falls-open" => Kind::Reserved(Unfilled::FallOpen),
                    "stays-empty" => Kind::Reserved(Unfilled::StayEmpty),
                    _ => return None,
                };
                self.specialties.last_mut()?.plan.quotas.push(Quota {
                    code: right.to_owned(),
                    kind,
                    size: Size::Places(places.parse().ok()?),
                });
            }
            ["applicant", number, rights] => self.applicants.push(Applicant {
                number: number.to_owned(),
                rights: match rights {
                    "-" => Vec::new(),
                    _ => rights.split(',').map(str::to_owned).collect(),
                },
                choices: Vec::new(),
            }),
            ["choice", code, "-"] => self.choose(code, None)?,
            ["choice", code, rank, score] => {
                let (rank, score) = (rank.parse().ok()?, Score(score.parse().ok()?));
                self.choose(code, Some(Claim { rank, score }))?;
            }
            ["unproven", rights] => {
                let choice = self.applicants.last_mut()?.choices.last_mut()?;
                choice.unproven = rights.split(',').map(str::to_owned).collect();
            }
            _ => return None,
        }
        Some(())
    }

    fn choose(&mut self, code: &str, claim: Option<Claim>) -> Option<()> {
        let choice = Choice {
            specialty: *self.places.get(code)?,
            claim,
            unproven: Vec::new(),
        };
        self.applicants.last_mut()?.choices.push(choice);
        Some(())
    }
}
