//! An admission to colleges: 32 people and three boards, from the first signature to the second round, and a
//! checker that says no; and one whose first places are given as today, in turn.

use tests::season::admission::invariants::{self, Reads};
use tests::season::admission::places::Mode;
use tests::season::admission::play;
use tests::season::invariants::Line;
use tests::town::Town;

use crate::exported_log::anybody_verifies_the_log;
use crate::season::options;

#[tokio::test(flavor = "multi_thread")]
async fn an_admission_is_played_and_everything_holds() {
    let town = Town::from_ten_on_the_first_of_june().await;
    let mut options = options(&town, 5).await;
    "college".clone_into(&mut options.programme);
    options.people = 32;
    let played = play(&options).await.unwrap();
    let lines = invariants::check(&played);
    let broken: Vec<&Line> = lines.iter().filter(|line| !line.holds()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    a_doctored_row_is_told(&Reads::of(&played));
    anybody_verifies_the_log(&town).await;
    town.close().await;
}

/// Today's way comes first, and is followed to its end: published, explained, offered and answered.
#[tokio::test(flavor = "multi_thread")]
async fn an_admission_whose_first_offers_go_round_in_turn_is_played_and_everything_holds() {
    let town = Town::from_ten_on_the_first_of_june().await;
    let mut options = options(&town, 6).await;
    "college".clone_into(&mut options.programme);
    options.people = 24;
    options.first_round = Mode::InTurn;
    let played = play(&options).await.unwrap();
    let lines = invariants::check(&played);
    let broken: Vec<&Line> = lines.iter().filter(|line| !line.holds()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    let mut outcomes = played.rounds.told.iter().flat_map(|it| &it.wishes);
    assert!(outcomes.any(|wish| wish.outcome == "OUTCOME_PASSED_OVER"));
    town.close().await;
}

/// What a break would look like, and the rule that has to say so.
fn a_doctored_row_is_told(reads: &Reads) {
    type Doctored = (&'static str, fn(&mut Reads));
    let breaks: [Doctored; 7] = [
        ("A2", |reads| reads.entries[1].content.push(b' ')),
        ("A2", |reads| drop(reads.entries.remove(2))),
        ("A2", |reads| reads.entries.swap(0, 1)),
        ("K8", |reads| {
            for ranked in &mut reads.ranked {
                ranked.places = 0;
            }
        }),
        ("K9", |reads| {
            let twice = reads
                .told
                .iter_mut()
                .find(|it| it.wishes.len() > 1)
                .unwrap();
            for wish in &mut twice.wishes {
                "OUTCOME_ADMITTED".clone_into(&mut wish.outcome);
            }
        }),
        ("K10", |reads| {
            for told in &mut reads.told {
                for wish in &mut told.wishes {
                    let turned = match wish.outcome.as_str() {
                        "OUTCOME_ADMITTED" => "OUTCOME_BEHIND",
                        _ => "OUTCOME_ADMITTED",
                    };
                    turned.clone_into(&mut wish.outcome);
                }
            }
        }),
        ("K11", |reads| reads.told[0].wishes[0].rank += 1),
    ];
    for (id, doctor) in breaks {
        let mut reads = reads.clone();
        doctor(&mut reads);
        let lines = invariants::lines(&reads);
        let told = lines.iter().any(|line| line.id == id && !line.holds());
        assert!(told, "{id} says nothing");
    }
}
