//! Two tables to a market.
//!
//! * places – `specialty`, `places`, and if need be `order` (`reserved-first`, which is meant where nothing
//!   is said, or `open-first`). Its quotas are rows of their own below it, with `right`, `quota`
//!   (`minimum`, `falls-open`, `stays-empty`) and `size`: `3`, or a share: `35/100 down`, `up`, `half-up`.
//! * wishes – `applicant`, `choice`, `specialty`, `rank`, `score`, and if need be `rights`, separated by
//!   spaces. Without a rank somebody can't be placed there.

use std::collections::{BTreeMap, BTreeSet};

use super::Fault;
use super::cells::{self, Row};
use crate::domain::allocation::market::{Applicant, Choice, Claim, Market, Specialty};
use crate::domain::allocation::plan::{Kind, Order, Plan, Quota, ShareRounding, Size, Unfilled};
use crate::domain::score::Score;

/// `rights` are further ones than those of the places: rights that people have and no quota asks for.
///
/// # Errors
/// Everything that is wrong with the tables; then everything that is wrong with what they say.
pub fn market(places: &str, wishes: &str, rights: &[String]) -> Result<Market, Vec<Fault>> {
    let mut faults = Vec::new();
    let specialties = read_places(places, &mut faults);
    let mut known: BTreeSet<String> = rights.iter().cloned().collect();
    let quotas = specialties.iter().flat_map(|it| &it.plan.quotas);
    known.extend(quotas.map(|it| it.code.clone()));
    let applicants = read_wishes(wishes, &specialties, &mut faults);
    if !faults.is_empty() {
        return Err(faults);
    }
    Market::new(known, specialties, applicants)
}

fn read_places(text: &str, faults: &mut Vec<Fault>) -> Vec<Specialty> {
    let others = ["order", "right", "quota", "size"];
    let rows = match cells::read("places", text, &["specialty", "places"], &others) {
        Ok(rows) => rows,
        Err(found) => {
            faults.extend(found);
            return Vec::new();
        }
    };
    let mut specialties: Vec<Specialty> = Vec::new();
    for row in &rows {
        let code = row.cell("specialty");
        let read = if row.cell("right").is_empty() {
            plan(row).map(|plan| {
                let code = code.to_owned();
                specialties.push(Specialty { code, plan });
            })
        } else {
            quota(row).and_then(|quota| match specialties.last_mut() {
                Some(it) if it.code == code => {
                    it.plan.quotas.push(quota);
                    Ok(())
                }
                _ => Err(row.fault("specialty", "UNKNOWN")),
            })
        };
        faults.extend(read.err());
    }
    specialties
}

fn plan(row: &Row) -> Result<Plan, Fault> {
    let order = match row.cell("order") {
        "" | "reserved-first" => Order::ReservedFirst,
        "open-first" => Order::OpenFirst,
        _ => return Err(row.fault("order", "INVALID_FORMAT")),
    };
    Ok(Plan {
        places: row.number("places")?,
        quotas: Vec::new(),
        order,
    })
}

fn quota(row: &Row) -> Result<Quota, Fault> {
    let kind = match row.cell("quota") {
        "minimum" => Kind::Minimum,
        "falls-open" => Kind::Reserved(Unfilled::FallOpen),
        "stays-empty" => Kind::Reserved(Unfilled::StayEmpty),
        _ => return Err(row.fault("quota", "INVALID_FORMAT")),
    };
    Ok(Quota {
        code: row.cell("right").to_owned(),
        kind,
        size: size(row.cell("size")).ok_or_else(|| row.fault("size", "INVALID_FORMAT"))?,
    })
}

fn size(text: &str) -> Option<Size> {
    let Some((numerator, rest)) = text.split_once('/') else {
        return text.parse().ok().map(Size::Places);
    };
    let (denominator, rounding) = rest.split_once(' ')?;
    Some(Size::Share {
        numerator: numerator.parse().ok()?,
        denominator: denominator.parse().ok()?,
        rounding: match rounding.trim() {
            "up" => ShareRounding::Up,
            "down" => ShareRounding::Down,
            "half-up" => ShareRounding::HalfUp,
            _ => return None,
        },
    })
}

/// An applicant's rows so far: rights, and choices by their numbers.
type Wishes = (Vec<String>, BTreeMap<u32, Choice>);

fn read_wishes(text: &str, specialties: &[Specialty], faults: &mut Vec<Fault>) -> Vec<Applicant> {
    let needed = ["applicant", "choice", "specialty", "rank", "score"];
    let rows = match cells::read("wishes", text, &needed, &["rights"]) {
        Ok(rows) => rows,
        Err(found) => {
            faults.extend(found);
            return Vec::new();
        }
    };
    let codes = specialties.iter().zip(0_u32..);
    let codes: BTreeMap<&str, u32> = codes.map(|(it, at)| (it.code.as_str(), at)).collect();
    let mut people: BTreeMap<&str, Wishes> = BTreeMap::new();
    for row in &rows {
        faults.extend(wish(row, &codes, &mut people).err());
    }
    let people = people.into_iter();
    let applicants = people.map(|(number, (rights, choices))| Applicant {
        number: number.to_owned(),
        rights,
        choices: choices.into_values().collect(),
    });
    applicants.collect()
}

fn wish<'a>(
    row: &Row<'a>,
    codes: &BTreeMap<&str, u32>,
    people: &mut BTreeMap<&'a str, Wishes>,
) -> Result<(), Fault> {
    let claim = match row.cell("rank") {
        "" => None,
        _ => Some(Claim {
            rank: row.number("rank")?,
            score: Score::parse(row.cell("score")).map_err(|why| row.fault("score", why))?,
        }),
    };
    let specialty = codes.get(row.cell("specialty"));
    let specialty = *specialty.ok_or_else(|| row.fault("specialty", "UNKNOWN"))?;
    let rights: Vec<String> = row.cell("rights").split(' ').map(str::to_owned).collect();
    let rights: Vec<String> = rights.into_iter().filter(|it| !it.is_empty()).collect();
    let number = row.number("choice")?;
    let choice = Choice {
        specialty,
        claim,
        unproven: Vec::new(),
    };
    let new = || (rights.clone(), BTreeMap::new());
    let (before, choices) = people.entry(row.cell("applicant")).or_insert_with(new);
    if *before != rights {
        return Err(row.fault("rights", "CONTRADICTORY"));
    }
    match choices.insert(number, choice) {
        None => Ok(()),
        Some(_) => Err(row.fault("choice", "DUPLICATE")),
    }
}
