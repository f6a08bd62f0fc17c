//! A round of the teachers' test: 26 people of all twelve kinds, from the application to the certificate, and
//! a checker that says no.

use serde_json::json;
use tests::season::invariants::Line;
use tests::season::teachers::invariants::{self, Reads};
use tests::season::teachers::play;
use tests::town::Town;

use crate::season::options;

#[tokio::test(flavor = "multi_thread")]
async fn a_round_of_the_teachers_test_is_played_and_everything_holds() {
    let town = Town::from_ten_on_the_first_of_june().await;
    let mut options = options(&town, 5).await;
    "nqt".clone_into(&mut options.programme);
    options.people = 26;
    let played = play(&options).await.unwrap();
    let lines = invariants::check(&played).await.unwrap();
    let broken: Vec<&Line> = lines.iter().filter(|line| !line.holds()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
    for id in [
        "B1", "B2", "B5", "B6", "R2", "T1", "T2", "T3", "T4", "T5", "T6",
    ] {
        assert!(lines.iter().any(|line| line.id == id), "{id} is checked");
    }
    a_doctored_row_is_told(&Reads::of(&played).await.unwrap());
    town.close().await;
}

/// What a break would look like, and the rule that has to say so.
fn a_doctored_row_is_told(reads: &Reads) {
    type Doctored = (&'static str, fn(&mut Reads));
    let breaks: [Doctored; 4] = [
        ("B1", |reads| {
            reads.sessions[0]["quotas"][0]["size"] = json!(0)
        }),
        ("B2", |reads| {
            reads.sessions[0]["quotas"][1]["seatsLeft"] = json!(4711)
        }),
        ("B2", |reads| drop(reads.bookings.pop())),
        ("B6", |reads| {
            reads.bookings[0]["account"] = reads.bookings[1]["account"].clone();
        }),
    ];
    for (id, doctor) in breaks {
        let mut reads = reads.clone();
        doctor(&mut reads);
        let lines = invariants::lines(&reads);
        assert!(
            lines.iter().any(|line| line.id == id && !line.holds()),
            "{id} says nothing"
        );
    }
}
