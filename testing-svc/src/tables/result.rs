//! A run as a table: for every choice of everybody what came of it, and why. A byte order mark and `;`, so
//! that spreadsheets take it for what it is; codes begin with a letter or a digit and scores are numbers,
//! so no cell is taken for a formula.

use std::fmt::Write as _;

use crate::domain::allocation::compare::{Comparison, Totals};
use crate::domain::allocation::explain::{Last, Reasons, Standing, Why};
use crate::domain::allocation::run::Run;

const HEAD: &str =
    "applicant;choice;specialty;outcome;rank;score;places;last_rank;last_score;draw;last_draw";

pub fn table(run: &Run) -> String {
    let mut text = format!("\u{feff}{HEAD}\r\n");
    let reasons = Reasons::of(run);
    for applicant in run.market.applicants() {
        let whys = reasons.explain(&applicant.number).unwrap_or_default();
        for (number, (choice, why)) in (1..).zip(applicant.choices.iter().zip(whys)) {
            let code = &run.market.specialties()[choice.specialty as usize].code;
            let _ = write!(text, "{};{number};{code};", applicant.number);
            row(&mut text, why);
        }
    }
    text
}

fn row(text: &mut String, why: Why) {
    let (outcome, standing, last) = match why {
        Why::NotRanked => ("NOT_RANKED", None, None),
        Why::Admitted { standing, .. } => ("ADMITTED", Some(standing), None),
        Why::NotNeeded => ("NOT_NEEDED", None, None),
        Why::NoPlaces(standing) => ("NO_PLACES", Some(standing), None),
        Why::Behind(standing, last) => ("BEHIND", Some(standing), Some(last)),
        Why::PassedOver(standing, last) => ("PASSED_OVER", Some(standing), last),
    };
    text.push_str(outcome);
    match standing {
        Some(Standing { claim, places, .. }) => {
            let _ = write!(text, ";{};{};{places}", claim.rank, claim.score.written());
        }
        None => text.push_str(";;;"),
    }
    match last {
        Some(Last { claim, .. }) => {
            let _ = write!(text, ";{};{}", claim.rank, claim.score.written());
        }
        None => text.push_str(";;"),
    }
    match last.and_then(|it| it.draws) {
        // A letter first: so many digits would be rounded as a number.
        Some((own, last)) => {
            let _ = write!(text, ";x{own:016x};x{last:016x}");
        }
        None => text.push_str(";;"),
    }
    text.push_str("\r\n");
}

/// Two ways of placing people, for a terminal.
pub fn comparison(first: &str, second: &str, found: &Comparison) -> String {
    let mut text = String::new();
    let mut line = |what: &str, pair: [u64; 2]| {
        let _ = writeln!(text, "{what:<34}{:>12}{:>22}", pair[0], pair[1]);
    };
    let both = [&found.first, &found.second];
    let count = |of: fn(&Totals) -> u32| both.map(|it| u64::from(of(it)));
    for choice in 0..found.first.by_choice.len() {
        let got = both.map(|it| u64::from(it.by_choice[choice]));
        line(&format!("got choice {}", choice + 1), got);
    }
    line("without a place", count(|it| it.without_place));
    line("empty places", both.map(|it| it.empty_places));
    line("of them wanted", count(|it| it.findings.left_empty));
    line("people passed over", count(|it| it.findings.passed_over));
    line(
        "better off here",
        [found.better_in_first, found.better_in_second].map(u64::from),
    );
    format!("{:<34}{first:>12}{second:>22}\n{text}", "")
}
