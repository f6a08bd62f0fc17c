//! The record of a run: the same bytes from the same input in any order, and what a replay finds.

use super::RULES;
use super::canonical;
use super::in_turn::Acceptance;
use super::lottery::Lottery;
use super::market::{Applicant, Choice, Claim, Market, Specialty};
use super::plan::{Kind, Order, Plan, Quota, Size, Unfilled};
use super::record::{NoReplay, read_seed, replay, write};
use super::run::{Mode, Terms, allocate};
use super::small_markets::{Dice, market, parts, rights};
use crate::domain::score::Score;
use ring::digest::{SHA256, digest};

const SEED: [u8; 32] = [0xab; 32];

fn deferred() -> Terms {
    Terms {
        mode: Mode::DeferredAcceptance,
        lottery: Lottery::One,
    }
}

fn in_turn(acceptance: Acceptance) -> Terms {
    Terms {
        mode: Mode::InTurn {
            rounds: 3,
            acceptance,
        },
        lottery: Lottery::PerSpecialty,
    }
}

fn record(market: &Market, terms: Terms) -> String {
    write(&allocate(market, terms, SEED).unwrap())
}

fn choice(specialty: u32, rank: u32, score: i64) -> Choice {
    Choice {
        specialty,
        claim: Some(Claim {
            rank,
            score: Score(score),
        }),
        unproven: vec![],
    }
}

fn applicant(number: &str, rights: &[&str], choices: Vec<Choice>) -> Applicant {
    Applicant {
        number: number.into(),
        rights: rights.iter().map(ToString::to_string).collect(),
        choices,
    }
}

/// Two nurses' places, one of them for rural youth; one welder's place. Two are equal.
fn town() -> Market {
    let nurse = Plan {
        places: 2,
        quotas: vec![Quota {
            code: "rural".into(),
            kind: Kind::Reserved(Unfilled::FallOpen),
            size: Size::Places(1),
        }],
        order: Order::ReservedFirst,
    };
    let specialty = |code: &str, plan| Specialty {
        code: code.into(),
        plan,
    };
    let specialties = vec![
        specialty("welder", Plan::open(1)),
        specialty("nurse", nurse),
    ];
    let applicants = vec![
        applicant("0004", &["rural"], vec![choice(1, 4, 41_000)]),
        applicant(
            "0003",
            &[],
            vec![choice(1, 2, 46_200), choice(0, 2, 40_000)],
        ),
        applicant(
            "0002",
            &[],
            vec![choice(1, 2, 46_200), choice(0, 1, 50_000)],
        ),
        applicant("0001", &[], vec![choice(1, 1, 46_667)]),
    ];
    Market::new(rights(), specialties, applicants).unwrap()
}

#[test]
fn a_record_says_what_was_agreed_what_was_drawn_and_what_came_of_it() {
    let expected = "\
irikteu allocation record 1
rules 1
mode deferred-acceptance
lottery one
seed abababababababababababababababababababababababababababababababab
input INPUT
findings 0 0 0 0
specialty nurse 2 2 4 4.1
specialty welder 1 1 1 5
applicant 0001 1 nurse
applicant 0002 2 welder
applicant 0003 -
applicant 0004 1 nurse
";
    let market = town();
    let input = hex::encode(super::canonical::hash(&market));
    let record = record(&market, deferred());
    let (body, end) = record.rsplit_once("end ").unwrap();
    assert_eq!(body, expected.replace("INPUT", &input));
    assert_eq!(
        end.trim_end(),
        hex::encode(digest(&SHA256, body.as_bytes()))
    );
}

#[test]
fn the_input_as_bytes_is_by_code_and_number_and_names_what_shares_come_to() {
    let mut bytes = String::new();
    super::canonical::write(&town(), |part| bytes += part);
    let expected = "\
irikteu allocation input 1
right disability
right orphan
right rural
specialty nurse 2 reserved-first
quota rural falls-open 1
specialty welder 1 reserved-first
applicant 0001 -
choice nurse 1 46667
applicant 0002 -
choice nurse 2 46200
choice welder 1 50000
applicant 0003 -
choice nurse 2 46200
choice welder 2 40000
applicant 0004 rural
choice nurse 4 41000
";
    assert_eq!(bytes, expected);
}

#[test]
fn the_numbers_of_equals_are_recorded_where_lots_decided() {
    let plan = Plan::open(1);
    let specialties = vec![Specialty {
        code: "nurse".into(),
        plan,
    }];
    let equal = |number: &str| applicant(number, &[], vec![choice(0, 1, 50_000)]);
    let applicants = vec![equal("0001"), equal("0002"), equal("0003")];
    let market = Market::new(rights(), specialties, applicants).unwrap();
    let record = record(&market, deferred());
    let drawn = record
        .lines()
        .filter(|line| line.starts_with("drawn nurse "));
    let drawn: Vec<(&str, &str)> = drawn
        .filter_map(|line| line[12..].split_once(' '))
        .collect();
    assert_eq!(drawn.len(), 3);
    let (lucky, _) = drawn.iter().min_by_key(|(_, draw)| *draw).unwrap();
    assert!(
        record.contains(&format!("applicant {lucky} 1 nurse\n")),
        "{record}"
    );
    // Another seed, another winner: of many seeds each has its turn.
    let winners = (0..40).map(|seed| {
        let run = allocate(&market, deferred(), [seed; 32]).unwrap();
        run.placed.iter().position(Option::is_some).unwrap()
    });
    assert_eq!(winners.collect::<std::collections::BTreeSet<_>>().len(), 3);
}

#[test]
fn the_same_input_in_another_order_is_the_same_record_and_replays() {
    for case in 0..300 {
        let mut dice = Dice(60_000 + case);
        let (specialties, applicants) = parts(&mut dice, 9);
        let market = Market::new(rights(), specialties.clone(), applicants.clone()).unwrap();
        let mut order: Vec<usize> = (0..specialties.len()).collect();
        dice.shuffle(&mut order);
        let mut shuffled = applicants;
        dice.shuffle(&mut shuffled);
        for choice in shuffled.iter_mut().flat_map(|it| &mut it.choices) {
            let place = order.iter().position(|it| *it == choice.specialty as usize);
            choice.specialty = u32::try_from(place.unwrap()).unwrap();
        }
        for it in &mut shuffled {
            it.rights.reverse();
        }
        let specialties = order.iter().map(|it| specialties[*it].clone()).collect();
        let other = Market::new(rights(), specialties, shuffled).unwrap();
        for terms in [
            deferred(),
            in_turn(Acceptance::Final),
            in_turn(Acceptance::UntilBetter),
        ] {
            let record = record(&market, terms);
            assert_eq!(record, self::record(&other, terms), "case {case}");
            assert_eq!(replay(&other, &record), Ok(()), "case {case}");
        }
    }
}

#[test]
fn inputs_that_differ_in_anything_have_other_hashes() {
    let (a, b) = (market(&mut Dice(1), 9), market(&mut Dice(2), 9));
    let record = record(&a, deferred());
    assert_eq!(replay(&b, &record), Err(NoReplay::OtherInput));
}

/// A record whose content somebody changed and whose end they made fit.
fn doctored(record: &str, from: &str, to: &str) -> String {
    let (body, _) = record.rsplit_once("end ").unwrap();
    assert!(body.contains(from), "{body}");
    let body = body.replacen(from, to, 1);
    format!(
        "{body}end {}\n",
        hex::encode(digest(&SHA256, body.as_bytes()))
    )
}

#[test]
fn a_replay_finds_what_was_changed_in_a_record() {
    let market = town();
    let record = record(&market, deferred());
    assert_eq!(replay(&market, &record), Ok(()));
    let torn = &record[..record.len() - 2];
    assert_eq!(replay(&market, torn), Err(NoReplay::Damaged));
    let flipped = record.replacen("0003 -", "0003 1 nurse", 1);
    assert_eq!(replay(&market, &flipped), Err(NoReplay::Damaged));
    let placed = doctored(&record, "applicant 0003 -", "applicant 0003 1 nurse");
    assert_eq!(replay(&market, &placed), Err(NoReplay::Differs(12)));
    let next = RULES + 1;
    let rules = doctored(&record, "rules 1", &format!("rules {next}"));
    assert_eq!(replay(&market, &rules), Err(NoReplay::OtherRules(next)));
    // 0002 and 0003 are equal as nurses, but no lot between them decides here.
    let seed = doctored(&record, "seed ab", "seed ac");
    assert_eq!(replay(&market, &seed), Ok(()));
    assert_eq!(replay(&market, "end \n"), Err(NoReplay::Damaged));
}

#[test]
fn a_seed_is_read_as_it_is_written() {
    assert_eq!(read_seed(&hex::encode(SEED)), Some(SEED));
    assert_eq!(read_seed("ab"), None);
    assert_eq!(read_seed(&"+a".repeat(32)), None);
}

fn written(market: &Market) -> String {
    let mut text = String::new();
    canonical::write(market, |part| text += part);
    text
}

#[test]
fn an_input_is_read_back_from_its_bytes_and_comes_to_the_same_record() {
    for seed in 0..300 {
        let market = market(&mut Dice(seed), 6);
        let again = canonical::read(&written(&market)).unwrap();
        assert_eq!(canonical::hash(&again), canonical::hash(&market));
        let terms = in_turn(Acceptance::Final);
        assert_eq!(record(&again, terms), record(&market, terms));
    }
}

#[test]
fn bytes_that_are_no_input_or_not_its_own_are_not_read() {
    let text = written(&town());
    let doctored = [
        text.replacen("input 1", "input 2", 1),
        text.replacen("choice", "wish", 1),
        // Another way of writing the same.
        text.replacen(" 1 ", " 01 ", 1),
        format!("{text}\n"),
        text.trim_end().to_owned(),
    ];
    for other in doctored {
        assert_eq!(canonical::read(&other), None, "{other}");
    }
}

/// Each college looks at the papers by itself: a right that one did not find proven opens no door there.
#[test]
fn a_right_that_a_college_did_not_find_proven_counts_for_nothing_there_and_for_all_elsewhere() {
    let plan = Plan {
        places: 1,
        quotas: vec![Quota {
            code: "orphan".into(),
            kind: Kind::Reserved(Unfilled::FallOpen),
            size: Size::Places(1),
        }],
        order: Order::ReservedFirst,
    };
    let specialties = ["nurse", "welder"].map(|code| Specialty {
        code: code.into(),
        plan: plan.clone(),
    });
    let unproven = Choice {
        unproven: vec!["orphan".into()],
        ..choice(0, 2, 4)
    };
    let applicants = vec![
        applicant("1", &["orphan"], vec![unproven, choice(1, 2, 4)]),
        applicant("2", &[], vec![choice(0, 1, 5)]),
        applicant("3", &[], vec![choice(1, 1, 5)]),
    ];
    let rights = ["orphan".to_owned()].into();
    let market = Market::new(rights, specialties.into(), applicants).unwrap();
    let run = allocate(&market, deferred(), SEED).unwrap();
    assert_eq!(run.placed, [Some(1), Some(0), None]);
    assert!(written(&market).contains("choice nurse 2 4\nunproven orphan\n"));
}
