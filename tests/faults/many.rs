//! Two of each service on PostgreSQL and Redis, and bugs that are planted to see whether anybody notices.
//! The round of tests on SQLite has [`crate::hurt`] instead.

use tests::faults::many::{Many, Wanted};
use tests::faults::planted::{Bug, FOUND_WITHIN};

use crate::TURN;

/// Each is a schedule of its own.
const SEEDS: [u64; 3] = [1, 2, 3];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_nothing_is_lost() {
    if !chassis::testing::is_on_postgres() {
        return;
    }
    let _turn = TURN.lock().await;
    let many = Many::start().await.unwrap();
    let mut broken = Vec::new();
    for seed in SEEDS {
        let wanted = Wanted {
            seed,
            faults: 100,
            // They have a run by hand: `cargo xtask faults`.
            seasons: false,
        };
        let report = many.run(wanted).await.unwrap();
        println!("{}", report.text());
        if !report.holds() {
            broken.push(report.text());
        }
    }
    assert!(broken.is_empty(), "{}", broken.concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_planted_bug_is_caught() {
    if !chassis::testing::is_on_postgres() {
        return;
    }
    let _turn = TURN.lock().await;
    let many = Many::start().await.unwrap();
    let mut missed = Vec::new();
    for bug in Bug::ALL {
        let report = many.run_planted(bug, 1).await.unwrap();
        println!("{}", report.text());
        if report.rules_hold() {
            missed.push(bug);
        }
    }
    assert!(
        missed.is_empty(),
        "not caught in {FOUND_WITHIN} faults: {missed:?}"
    );
}
