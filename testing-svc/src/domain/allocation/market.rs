//! The input of a run: specialties with their places, applicants with their rights, their choices in the
//! order in which they wish for them, and what each choice's rating said. Checked once and put in an order
//! of its own, so that nothing depends on the order in which it came.

use std::collections::BTreeSet;

use super::plan::Plan;
use crate::domain::ranking::rating::Ranked;
use crate::domain::score::Score;

/// Rights that any specialty of a market knows.
pub const MOST_RIGHTS: usize = 32;
/// Choices of one applicant. How many a season allows is its own matter.
pub const MOST_CHOICES: usize = 20;
pub const LONGEST_CODE: usize = 64;
/// Faults that are told at once.
pub const MOST_FAULTS: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specialty {
    pub code: String,
    pub plan: Plan,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicant {
    /// Stands for a person; nothing else of them is here.
    pub number: String,
    /// Codes of the quotas that they may use, proven.
    pub rights: Vec<String>,
    /// The dearest first.
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its place among the specialties.
    pub specialty: u32,
    /// None: can't be ranked there.
    pub claim: Option<Claim>,
    /// Rights of the applicant that count for nothing there: each college looks at the papers by itself.
    pub unproven: Vec<String>,
}

/// What the rating of the specialty said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// From 1; equal claims have the same.
    pub rank: u32,
    /// For people to read. The rank decides.
    pub score: Score,
}

impl From<&Ranked> for Claim {
    fn from(it: &Ranked) -> Self {
        Self {
            rank: it.rank,
            score: it.reckoning.points.score(),
        }
    }
}

/// An input that was checked: specialties by code, applicants by number, rights as bits in the order of
/// their codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Market {
    pub(super) rights: Vec<String>,
    pub(super) specialties: Vec<Specialty>,
    pub(super) applicants: Vec<Applicant>,
}

/// Where something is wrong, and the reason.
pub type Fault = (String, &'static str);

impl Market {
    /// `rights` are the codes of all quotas that there are, so that a right with a slip of the pen is
    /// found and does not cost somebody a place.
    ///
    /// # Errors
    /// What is wrong with the input, at once, up to [`MOST_FAULTS`].
    pub fn new(
        rights: BTreeSet<String>,
        specialties: Vec<Specialty>,
        applicants: Vec<Applicant>,
    ) -> Result<Self, Vec<Fault>> {
        let mut market = Self {
            rights: rights.into_iter().collect(),
            specialties,
            applicants,
        };
        let mut faults = Vec::new();
        market.check_specialties(&mut faults);
        market.check_applicants(&mut faults);
        if faults.is_empty() {
            market.put_in_order(&mut faults);
        }
        if faults.is_empty() {
            market.check_ranks(&mut faults);
        }
        faults.truncate(MOST_FAULTS);
        if faults.is_empty() {
            Ok(market)
        } else {
            Err(faults)
        }
    }

    pub fn specialties(&self) -> &[Specialty] {
        &self.specialties
    }

    pub fn applicants(&self) -> &[Applicant] {
        &self.applicants
    }

    /// Where an applicant is.
    pub fn find(&self, number: &str) -> Option<usize> {
        let all = &self.applicants;
        all.binary_search_by(|it| it.number.as_str().cmp(number))
            .ok()
    }

    /// The bit of a right.
    pub(super) fn right(&self, code: &str) -> u32 {
        let place = self.rights.binary_search_by(|it| it.as_str().cmp(code));
        place.map_or(0, |place| 1 << place)
    }

    fn check_specialties(&self, faults: &mut Vec<Fault>) {
        if self.rights.len() > MOST_RIGHTS {
            faults.push(("rights".into(), "TOO_MANY"));
        }
        for (at, it) in self.rights.iter().enumerate() {
            if !is_code(it) {
                faults.push((format!("rights[{at}]"), "INVALID_FORMAT"));
            }
        }
        for (at, specialty) in self.specialties.iter().enumerate() {
            if !is_code(&specialty.code) {
                faults.push((format!("specialties[{at}].code"), "INVALID_FORMAT"));
            }
            let found = specialty.plan.check().err().into_iter().flatten();
            faults.extend(found.map(|(field, why)| (format!("specialties[{at}].{field}"), why)));
            for (quota, it) in specialty.plan.quotas.iter().enumerate() {
                if self.rights.binary_search(&it.code).is_err() {
                    faults.push((format!("specialties[{at}].quotas[{quota}].code"), "UNKNOWN"));
                }
            }
        }
    }

    fn check_applicants(&self, faults: &mut Vec<Fault>) {
        for (at, applicant) in self.applicants.iter().enumerate() {
            if faults.len() >= MOST_FAULTS {
                return;
            }
            let mut add =
                |field: &str, why| faults.push((format!("applicants[{at}].{field}"), why));
            if !is_code(&applicant.number) {
                add("number", "INVALID_FORMAT");
            }
            if applicant
                .rights
                .iter()
                .any(|it| self.rights.binary_search(it).is_err())
            {
                add("rights", "UNKNOWN");
            }
            if applicant.choices.len() > MOST_CHOICES {
                add("choices", "TOO_MANY");
            }
            for (place, choice) in applicant.choices.iter().enumerate() {
                let before = &applicant.choices[..place.min(MOST_CHOICES)];
                if before.iter().any(|it| it.specialty == choice.specialty) {
                    add("choices", "DUPLICATE");
                }
                if choice.specialty as usize >= self.specialties.len() {
                    add("choices", "UNKNOWN");
                }
                if choice
                    .unproven
                    .iter()
                    .any(|it| !applicant.rights.contains(it))
                {
                    add("choices", "UNKNOWN");
                }
                if choice.claim.is_some_and(|claim| claim.rank == 0) {
                    add("choices", "OUT_OF_RANGE");
                }
            }
        }
    }

    fn put_in_order(&mut self, faults: &mut Vec<Fault>) {
        let mut order: Vec<_> = std::mem::take(&mut self.specialties)
            .into_iter()
            .zip(0_u32..)
            .collect();
        order.sort_by(|(a, _), (b, _)| a.code.cmp(&b.code));
        let mut now = vec![0; order.len()];
        for ((_, before), after) in order.iter().zip(0_u32..) {
            now[*before as usize] = after;
        }
        self.specialties = order.into_iter().map(|(it, _)| it).collect();
        for applicant in &mut self.applicants {
            applicant.rights.sort();
            applicant.rights.dedup();
            for choice in &mut applicant.choices {
                choice.specialty = now[choice.specialty as usize];
                choice.unproven.sort();
                choice.unproven.dedup();
                if choice.claim.is_none() {
                    choice.unproven.clear();
                }
            }
        }
        self.applicants.sort_by(|a, b| a.number.cmp(&b.number));
        let specialties = self.specialties.windows(2);
        let twice = specialties.filter(|pair| pair[0].code == pair[1].code);
        faults.extend(twice.map(|pair| (format!("specialty {}", pair[0].code), "DUPLICATE")));
        let applicants = self.applicants.windows(2);
        let twice = applicants.filter(|pair| pair[0].number == pair[1].number);
        faults.extend(twice.map(|pair| (format!("applicant {}", pair[0].number), "DUPLICATE")));
    }

    /// A better rank never goes with a lower score: then two ratings were mixed up.
    fn check_ranks(&self, faults: &mut Vec<Fault>) {
        let mut claims: Vec<Vec<Claim>> = vec![Vec::new(); self.specialties.len()];
        for choice in self.applicants.iter().flat_map(|it| &it.choices) {
            claims[choice.specialty as usize].extend(choice.claim);
        }
        for (specialty, mut claims) in self.specialties.iter().zip(claims) {
            claims.sort_unstable_by_key(|it| (it.rank, it.score));
            let wrong = claims.windows(2).any(|pair| {
                let equal = pair[0].rank == pair[1].rank;
                pair[0].score < pair[1].score || equal && pair[0].score != pair[1].score
            });
            if wrong {
                faults.push((
                    format!("specialty {}", specialty.code),
                    "RANK_AGAINST_SCORE",
                ));
            }
        }
    }
}

/// A code says nothing to a spreadsheet and needs no escape anywhere.
pub fn is_code(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-/".contains(byte);
    let first = text.as_bytes().first();
    first.is_some_and(u8::is_ascii_alphanumeric)
        && text.len() <= LONGEST_CODE
        && text.bytes().all(|byte| plain(&byte))
}
