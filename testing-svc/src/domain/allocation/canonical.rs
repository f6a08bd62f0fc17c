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
//! ```

use std::fmt::Write as _;

use ring::digest::{Context, SHA256};

use super::market::Market;
use super::plan::{Kind, Order, Plan, Unfilled};

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
    let mut text = String::from("irikteu allocation input 1\n");
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
