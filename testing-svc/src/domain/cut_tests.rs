//! The cut held against plain counting, and against the selection of 2025.

use proptest::prelude::*;

use super::*;

fn person(number: usize, direction: &str, score: i64) -> Competitor {
    Competitor {
        number: format!("{number:010}"),
        direction: direction.into(),
        score: Score(score),
        earlier: Vec::new(),
    }
}

fn rule(places: Places, ties: Ties) -> Rule {
    Rule {
        places,
        scope: Scope::Direction,
        ties,
    }
}

fn half() -> Rule {
    let places = Places::Share {
        numerator: 1,
        denominator: 2,
    };
    rule(places, Ties::Include)
}

fn number(places: u32, ties: Ties) -> Rule {
    let quotas = BTreeMap::new();
    rule(Places::Number { places, quotas }, ties)
}

fn nobody() -> BTreeSet<String> {
    BTreeSet::new()
}

fn advancing(outcome: &Outcome) -> BTreeSet<String> {
    let all = outcome.standings.iter();
    all.filter(|(_, it)| it.advances)
        .map(|(number, _)| number.clone())
        .collect()
}

#[test]
fn half_of_seven_is_four_and_whoever_has_the_fourth_score_goes_on() {
    let scores = [50, 47, 47, 44, 44, 44, 12];
    let people: Vec<_> = (0..7)
        .map(|at| person(at, "DIGITALIZATION", scores[at]))
        .collect();
    let outcome = decide(&half(), &people, &nobody());
    let cut = &outcome.cuts[0];
    assert_eq!(
        (cut.places, cut.score, cut.advancing),
        (4, Some(Score(44)), 6)
    );
    assert_eq!((cut.competitors, cut.tied_at_cut), (7, 3));
    let ranks: Vec<_> = outcome.standings.values().map(|it| it.rank).collect();
    assert_eq!(ranks, [1, 2, 2, 4, 4, 4, 7]);
}

/// 2025: 4 876 sat the text block, half were to go on, and with equal results more were admitted:
/// 2 677, which is 54.9 %. The sizes of the directions were not published; these add up to both.
#[test]
fn the_selection_of_2025_admits_2677_of_4876() {
    let directions = [
        ("INFRA_INDUSTRY_TRADE", 1_021, 70),
        ("AGRO_ENVIRONMENT", 602, 41),
        ("FOREIGN_INVESTMENT", 455, 24),
        ("ECONOMIC_FINANCIAL", 1_130, 52),
        ("DIGITALIZATION", 873, 38),
        ("SOCIAL_CIVIL", 795, 12),
    ];
    let mut people = Vec::new();
    for (direction, size, more) in directions {
        let places = (size + 1) / 2;
        for at in 0..size {
            // The last place and `more` after it have the same score.
            let score = if at + 1 < places {
                600 - at / 4
            } else if at < places + more {
                60
            } else {
                40 - at / 40
            };
            people.push(person(people.len(), direction, score));
        }
    }
    assert_eq!(people.len(), 4_876);
    let outcome = decide(&half(), &people, &nobody());
    let admitted: usize = outcome.cuts.iter().map(|cut| cut.advancing).sum();
    assert_eq!(admitted, 2_677);
    assert_eq!(admitted * 1_000 / people.len(), 549);
    for cut in &outcome.cuts {
        assert!(cut.advancing >= cut.competitors.div_ceil(2), "{cut:?}");
        assert_eq!(cut.score, Some(Score(60)));
    }
}

#[test]
fn fewer_people_than_places_all_go_on_and_it_is_said() {
    let people = [person(1, "A", 3), person(2, "A", 0)];
    let quotas = BTreeMap::from([("A".to_owned(), 9), ("B".to_owned(), 2)]);
    let places = Places::Number { places: 0, quotas };
    let outcome = decide(&rule(places, Ties::Break(vec![])), &people, &nobody());
    let told: Vec<_> = outcome
        .cuts
        .iter()
        .map(|cut| {
            (
                cut.direction.as_str(),
                cut.advancing,
                cut.fewer_than_places(),
                cut.score,
            )
        })
        .collect();
    assert_eq!(told, [("A", 2, true, Some(Score(0))), ("B", 0, true, None)]);
}

#[test]
fn a_direction_without_places_admits_nobody() {
    let outcome = decide(&number(0, Ties::Include), &[person(1, "A", 3)], &nobody());
    assert_eq!(outcome.cuts[0].score, None);
    assert!(advancing(&outcome).is_empty());
}

#[test]
fn a_threshold_admits_whoever_reaches_it_and_stays_when_nobody_does() {
    let threshold = rule(Places::Threshold(Score(60)), Ties::Break(vec![]));
    let people = [person(1, "A", 60), person(2, "A", 59), person(3, "B", 1)];
    let outcome = decide(&threshold, &people, &nobody());
    assert_eq!(
        advancing(&outcome),
        BTreeSet::from([people[0].number.clone()])
    );
    assert!(outcome.cuts.iter().all(|cut| cut.score == Some(Score(60))));
}

#[test]
fn all_compete_with_all_where_the_scope_says_so() {
    let mut all = number(1, Ties::Include);
    all.scope = Scope::All;
    let people = [person(1, "A", 60), person(2, "B", 61)];
    let outcome = decide(&all, &people, &nobody());
    assert_eq!(outcome.cuts.len(), 1);
    assert_eq!(
        advancing(&outcome),
        BTreeSet::from([people[1].number.clone()])
    );
}

/// Five with 44 for two places: the earlier stage takes one in, three are equal in it.
fn equals() -> Vec<Competitor> {
    let earlier = [9, 7, 7, 7, 3];
    let tied = (0..5).map(|at| Competitor {
        earlier: vec![Some(Score(earlier[at]))],
        ..person(at, "A", 44)
    });
    tied.chain([person(9, "A", 50)]).collect()
}

#[test]
fn equals_are_told_apart_by_earlier_stages_and_then_by_the_commission() {
    let people = equals();
    let rule = number(3, Ties::Break(vec![1]));
    let open = decide(&rule, &people, &nobody());
    let cut = &open.cuts[0];
    assert_eq!(
        (cut.advancing, cut.undecided.len(), cut.undecided_places),
        (2, 3, 1)
    );
    assert_eq!(weigh(&open, &nobody()), Choice::Missing { cut: 0 });
    let numbers = |which: &[usize]| which.iter().map(|at| people[*at].number.clone()).collect();
    let one: BTreeSet<String> = numbers(&[2]);
    let closed = decide(&rule, &people, &one);
    assert_eq!(weigh(&closed, &one), Choice::Good);
    assert_eq!(advancing(&closed), numbers(&[0, 2, 5]));
    assert_eq!(weigh(&open, &numbers(&[1, 2])), Choice::Miscounted);
    // Whom the rule decides is not the commission's to choose.
    assert!(!is_undecided(&open, &people[0].number) && is_undecided(&open, &people[1].number));
}

#[test]
fn a_missing_earlier_score_is_the_worst() {
    let mut people = equals();
    people[0].earlier = vec![None];
    let outcome = decide(&number(5, Ties::Break(vec![1])), &people, &nobody());
    assert_eq!(outcome.cuts[0].undecided_places, 0);
    assert!(!outcome.standings[&people[0].number].advances);
}

fn crowd() -> impl Strategy<Value = Vec<Competitor>> {
    let one = (0_usize..4, 0_i64..12, prop::option::of(0_i64..3));
    prop::collection::vec(one, 0..60).prop_map(|all| {
        let people = all.into_iter().enumerate();
        people
            .map(|(at, (direction, score, earlier))| Competitor {
                earlier: vec![earlier.map(Score)],
                ..person(at, ["A", "B", "C", "D"][direction], score)
            })
            .collect()
    })
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let share = (1_u32..20, 1_u32..20).prop_map(|(a, b)| Places::Share {
        numerator: a.min(b),
        denominator: a.max(b),
    });
    let quotas = prop::collection::btree_map("[A-D]", 0_u32..12, 0..4);
    let number = (0_u32..12, quotas).prop_map(|(places, quotas)| Places::Number { places, quotas });
    let threshold = (0_i64..14).prop_map(|least| Places::Threshold(Score(least)));
    let scope = prop_oneof![Just(Scope::Direction), Just(Scope::All)];
    let ties = prop_oneof![Just(Ties::Include), Just(Ties::Break(vec![1]))];
    (prop_oneof![share, number, threshold], scope, ties).prop_map(|(places, scope, ties)| Rule {
        places,
        scope,
        ties,
    })
}

/// Those with whom a person competes.
fn rivals<'a>(rule: &Rule, person: &Competitor, all: &'a [Competitor]) -> Vec<&'a Competitor> {
    let same = |it: &&Competitor| rule.scope == Scope::All || it.direction == person.direction;
    all.iter().filter(same).collect()
}

proptest! {
    /// Agrees with counting: with ties included, one goes on whom fewer are better than there are
    /// places.
    #[test]
    fn counting_who_is_better_says_the_same(mut rule in any_rule(), people in crowd()) {
        rule.ties = Ties::Include;
        let outcome = decide(&rule, &people, &nobody());
        for one in &people {
            let rivals = rivals(&rule, one, &people);
            let better = rivals.iter().filter(|it| it.score > one.score).count();
            let places = match &rule.places {
                Places::Share { numerator, denominator } => {
                    let (n, a, b) = (rivals.len(), *numerator as usize, *denominator as usize);
                    (0..=n).find(|k| k * b >= n * a).unwrap_or(n)
                }
                Places::Number { places, quotas } => match rule.scope {
                    Scope::All => *places as usize,
                    Scope::Direction => *quotas.get(&one.direction).unwrap_or(places) as usize,
                },
                Places::Threshold(least) => if one.score >= *least { usize::MAX } else { 0 },
            };
            let standing = outcome.standings[&one.number];
            prop_assert_eq!(standing.advances, better < places);
            prop_assert_eq!(standing.rank, better + 1);
        }
    }

    #[test]
    fn everyone_at_or_above_the_cut_goes_on_and_nobody_below(mut rule in any_rule(), people in crowd()) {
        rule.ties = Ties::Include;
        let outcome = decide(&rule, &people, &nobody());
        for one in &people {
            let standing = outcome.standings[&one.number];
            let line = outcome.cuts[standing.cut].score;
            prop_assert_eq!(standing.advances, line.is_some_and(|line| one.score >= line));
        }
    }

    #[test]
    fn a_better_score_never_costs_a_place(rule in any_rule(), people in crowd(), at in 0_usize..60, more in 1_i64..5) {
        prop_assume!(at < people.len());
        let before = decide(&rule, &people, &nobody()).standings[&people[at].number];
        let mut raised = people.clone();
        raised[at].score = Score(people[at].score.0 + more);
        let after = decide(&rule, &raised, &nobody()).standings[&people[at].number];
        prop_assert!(after.advances || !before.advances);
        prop_assert!(after.rank <= before.rank);
    }

    #[test]
    fn more_places_never_cost_one(places in 0_u32..12, people in crowd()) {
        let fewer = advancing(&decide(&number(places, Ties::Include), &people, &nobody()));
        let more = advancing(&decide(&number(places + 1, Ties::Include), &people, &nobody()));
        prop_assert!(fewer.is_subset(&more));
    }

    #[test]
    fn one_direction_knows_nothing_of_another(mut rule in any_rule(), people in crowd()) {
        rule.scope = Scope::Direction;
        let whole = decide(&rule, &people, &nobody());
        for direction in ["A", "B", "C", "D"] {
            let own: Vec<_> = people.iter().filter(|it| it.direction == direction).cloned().collect();
            let alone = decide(&rule, &own, &nobody());
            for one in &own {
                let (a, b) = (whole.standings[&one.number], alone.standings[&one.number]);
                prop_assert_eq!((a.rank, a.advances), (b.rank, b.advances));
                prop_assert_eq!(&whole.cuts[a.cut], &alone.cuts[b.cut]);
            }
        }
    }

    /// Without ties included nobody is too many, nobody too few, and the order of arrival is no
    /// matter.
    #[test]
    fn broken_ties_fill_the_places_exactly(places in 0_u32..12, mut people in crowd()) {
        let rule = number(places, Ties::Break(vec![1]));
        let open = decide(&rule, &people, &nobody());
        let undecided = open.cuts.iter();
        let chosen: BTreeSet<String> = undecided
            .flat_map(|cut| cut.undecided.iter().take(cut.undecided_places).cloned())
            .collect();
        let closed = decide(&rule, &people, &chosen);
        prop_assert_eq!(weigh(&closed, &chosen), Choice::Good);
        for cut in &closed.cuts {
            prop_assert_eq!(cut.advancing, cut.places.min(cut.competitors));
        }
        people.reverse();
        prop_assert_eq!(decide(&rule, &people, &chosen), closed);
    }
}
