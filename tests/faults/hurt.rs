//! `irikteu` on SQLite, killed in the middle of writes. The round of tests on PostgreSQL has nothing to
//! add to it: [`crate::many`] is what it has instead.

use tests::faults::embedded::{self, Wanted};
use tests::faults::report::Report;
use tests::faults::worker::Retries;

use crate::TURN;

/// A client that retries under new keys has two seats after a few kills.
const FOUND_WITHIN: usize = 12;

async fn run(wanted: Wanted) -> Option<Report> {
    if chassis::testing::is_on_postgres() {
        return None;
    }
    let _turn = TURN.lock().await;
    Some(embedded::run(wanted).await.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_nothing_is_lost() {
    let report = run(Wanted {
        seed: 1,
        kills: 50,
        retries: Retries::UnderTheSameKey,
        // Under kills so close to each other a season now and then does not come to its end.
        seasons: false,
    });
    if let Some(report) = report.await {
        println!("{}", report.text());
        assert!(report.holds(), "{}", report.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_retries_under_new_keys_is_caught() {
    let report = run(Wanted {
        seed: 1,
        kills: FOUND_WITHIN,
        retries: Retries::UnderNewKeys,
        seasons: false,
    });
    if let Some(report) = report.await {
        println!("{}", report.text());
        assert!(!report.rules_hold(), "nobody noticed: {}", report.text());
    }
}
