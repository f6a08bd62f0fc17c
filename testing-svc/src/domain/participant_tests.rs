//! Who is waited for, what comes of whom, and what the hash is made of.

use super::*;
use crate::domain::cut::{Places, Scope};

fn somebody(number: &str, sitting: Sitting, score: Option<i64>, absent: bool) -> Participant {
    Participant {
        account: Uuid::nil(),
        number: number.into(),
        direction: "A".into(),
        sitting,
        session: None,
        is_published: false,
        result: None,
        score: score.map(Score),
        subjects: BySubject::new(),
        absent,
    }
}

fn rule() -> Rule {
    Rule {
        places: Places::Threshold(Score(5)),
        scope: Scope::Direction,
        ties: Ties::Include,
    }
}

#[test]
fn what_is_missing_is_told_by_number_and_absence_has_to_be_said_of_who_sat() {
    let all = [
        somebody("1", Sitting::Done, Some(5), false),
        somebody("2", Sitting::Done, None, false),
        somebody("3", Sitting::Done, None, true),
        somebody("4", Sitting::None, None, false),
        somebody("5", Sitting::Ahead, None, false),
        somebody("6", Sitting::Ahead, None, true),
        somebody("7", Sitting::Running, None, false),
        somebody("8", Sitting::Void, Some(9), false),
    ];
    let ready = readiness(&all);
    assert_eq!((ready.absent, ready.terminated), (3, 1));
    assert_eq!(ready.missing, ["2"]);
    assert_eq!(ready.ahead, ["5"]);
    assert_eq!(ready.running, ["7"]);
    let competing = competitors(&all, &rule(), &Earlier::new());
    assert_eq!(competing.len(), 1);
    let outcome = cut::decide(&rule(), &competing, &BTreeSet::new());
    let came: Vec<_> = lines(&all, &outcome).iter().map(|it| it.came).collect();
    assert_eq!(
        came[..4],
        [Came::Advanced, Came::Absent, Came::Absent, Came::Absent]
    );
    assert_eq!(came[7], Came::Terminated);
}

#[test]
fn the_hash_changes_with_a_score_and_not_with_the_order() {
    let scale = Scale {
        lowest: Score(0),
        highest: Score(9),
        decimals: 0,
    };
    let hash = |all: &[Participant]| input_hash("s", &rule(), &scale, None, all, &Earlier::new());
    let mut all = [
        somebody("1", Sitting::Done, Some(5), false),
        somebody("2", Sitting::Done, Some(6), false),
    ];
    let before = hash(&all);
    assert_eq!(before.len(), 64);
    all.reverse();
    assert_eq!(hash(&all), before);
    all[0].score = Some(Score(7));
    assert_ne!(hash(&all), before);
}
