//! The input of a run. Of the rounds before, what was accepted stays: these places are gone, and so are
//! these people. What somebody declined, or let lapse, is not offered to them again; their other wishes
//! go on.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::competitor::{Competitor, rating};
use super::outcome::Wish;
use super::run::Agreed;
use super::specialty::Specialty;
use crate::domain::allocation::market::{self, Applicant, Choice, Claim, Fault, Market};
use crate::domain::allocation::plan::{Kind, Plan, Quota, Size};

/// What the rounds before left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Before {
    /// Applications that have a place.
    pub placed: BTreeSet<Uuid>,
    /// Wishes whose offers were declined or lapsed.
    pub refused: BTreeSet<Uuid>,
    /// Places that are taken, by specialty.
    pub taken: BTreeMap<Uuid, Vec<Taken>>,
}

/// A place that is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// The right by which it was got.
    pub quota: Option<String>,
    /// Rights that its holder has there.
    pub rights: BTreeSet<String>,
}

/// The input of a run, gathered one specialty after the other.
#[derive(Debug)]
pub struct Round {
    agreed: Agreed,
    before: Before,
    specialties: Vec<market::Specialty>,
    rights: BTreeSet<String>,
    people: BTreeMap<String, Person>,
    faults: Vec<Fault>,
    unranked: u32,
}

#[derive(Debug, Default)]
struct Person {
    application: Uuid,
    /// By preference.
    wishes: BTreeMap<u32, Wished>,
}

#[derive(Debug)]
struct Wished {
    wish: Wish,
    specialty: u32,
    claim: Option<Claim>,
    rights: BTreeSet<String>,
}

/// An input with what it was made of.
#[derive(Debug)]
pub struct Gathered {
    pub market: Market,
    /// By number, in the order of their choices.
    pub wishes: BTreeMap<String, Vec<Wish>>,
    pub unranked: u32,
}

impl Round {
    pub fn new(agreed: Agreed, before: Before) -> Self {
        Self {
            agreed,
            before,
            specialties: Vec::new(),
            rights: BTreeSet::new(),
            people: BTreeMap::new(),
            faults: Vec::new(),
            unranked: 0,
        }
    }

    /// A specialty with all who compete for it.
    pub fn add(&mut self, specialty: &Specialty, competitors: Vec<Competitor>) {
        let at = u32::try_from(self.specialties.len()).unwrap_or(u32::MAX);
        let plan = self.plan(specialty);
        let asked: BTreeSet<&String> = plan.quotas.iter().map(|it| &it.code).collect();
        let free = |it: &Competitor| {
            !self.before.placed.contains(&it.application)
                && !self.before.refused.contains(&it.choice)
        };
        let here: Vec<Competitor> = competitors.into_iter().filter(free).collect();
        let rating = rating(&specialty.formula, &here);
        let ranked = rating.ranked.iter();
        let claims: BTreeMap<&str, Claim> =
            ranked.map(|it| (it.number.as_str(), it.into())).collect();
        for it in &here {
            let claim = claims.get(it.number.as_str()).copied();
            self.unranked += u32::from(claim.is_none());
            let rights = it.rights.iter().filter(|code| asked.contains(code));
            let wished = Wished {
                wish: Wish {
                    choice: it.choice,
                    application: it.application,
                    specialty: specialty.id,
                    preference: it.preference,
                },
                specialty: at,
                claim,
                rights: rights.cloned().collect(),
            };
            let person = self.people.entry(it.number.clone()).or_default();
            let is_new = person.wishes.is_empty();
            let clash = !is_new && person.application != it.application;
            person.application = it.application;
            if person.wishes.insert(it.preference, wished).is_some() || clash {
                let fault = (format!("applicant {}", it.number), "DUPLICATE");
                self.faults.push(fault);
            }
        }
        self.rights.extend(asked.into_iter().cloned());
        let code = specialty.id.to_string();
        self.specialties.push(market::Specialty { code, plan });
    }

    /// What is left of the places. A quota never keeps more than there are: places that fell open were
    /// the quota's own.
    fn plan(&self, specialty: &Specialty) -> Plan {
        let none = Vec::new();
        let taken = self.before.taken.get(&specialty.id).unwrap_or(&none);
        let gone = u32::try_from(taken.len()).unwrap_or(u32::MAX);
        let places = specialty.places.saturating_sub(gone);
        let used = used(self.agreed.quotas, specialty, taken);
        let mut left = places;
        let quotas = specialty.quotas.iter().map(|it| {
            let used = used.get(it.category.as_str()).copied().unwrap_or(0);
            let kept = it.places.saturating_sub(used).min(left);
            left -= kept;
            Quota {
                code: it.category.clone(),
                kind: self.agreed.quotas,
                size: Size::Places(kept),
            }
        });
        Plan {
            quotas: quotas.collect(),
            places,
            order: self.agreed.order,
        }
    }

    /// # Errors
    /// What is wrong with the input.
    pub fn gathered(self) -> Result<Gathered, Vec<Fault>> {
        let mut wishes = BTreeMap::new();
        let applicants = self.people.into_iter().map(|(number, person)| {
            let of_all = person.wishes.values().flat_map(|it| it.rights.iter());
            let rights: BTreeSet<String> = of_all.cloned().collect();
            let choices = person.wishes.values().map(|it| Choice {
                specialty: it.specialty,
                claim: it.claim,
                unproven: rights.difference(&it.rights).cloned().collect(),
            });
            let applicant = Applicant {
                choices: choices.collect(),
                rights: rights.iter().cloned().collect(),
                number: number.clone(),
            };
            let in_order = person.wishes.into_values().map(|it| it.wish);
            wishes.insert(number, in_order.collect());
            applicant
        });
        let applicants = applicants.collect();
        let mut faults = self.faults;
        let market = Market::new(self.rights, self.specialties, applicants);
        match market {
            Ok(market) if faults.is_empty() => Ok(Gathered {
                market,
                wishes,
                unranked: self.unranked,
            }),
            Ok(_) => Err(faults),
            Err(found) => {
                faults.extend(found);
                Err(faults)
            }
        }
    }
}

/// How much of each quota is used up. Whoever counts for a minimum counts once, for the first that still
/// needs somebody.
fn used<'a>(kind: Kind, specialty: &'a Specialty, taken: &'a [Taken]) -> BTreeMap<&'a str, u32> {
    let mut used = BTreeMap::new();
    for it in taken {
        let quota = match kind {
            Kind::Reserved(_) => it.quota.as_deref(),
            Kind::Minimum => {
                let needs = |quota: &&super::specialty::KeptPlaces| {
                    let so_far = used.get(quota.category.as_str()).copied().unwrap_or(0);
                    it.rights.contains(&quota.category) && so_far < quota.places
                };
                let found = specialty.quotas.iter().find(needs);
                found.map(|quota| quota.category.as_str())
            }
        };
        if let Some(quota) = quota {
            *used.entry(quota).or_insert(0) += 1;
        }
    }
    used
}
