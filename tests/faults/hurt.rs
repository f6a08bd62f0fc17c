//! The suite under faults: `irikteu` on SQLite, killed in the middle of writes. The round of tests on
//! PostgreSQL has nothing to add to it.

use tests::faults::embedded::{self, Wanted};
use tests::faults::worker::Retries;
use tokio::sync::Mutex;

/// One run at a time: each wants the whole machine.
static TURN: Mutex<()> = Mutex::const_new(());

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_nothing_is_lost() {
    if chassis::testing::is_on_postgres() {
        return;
    }
    let _turn = TURN.lock().await;
    let report = embedded::run(Wanted {
        seed: 1,
        kills: 50,
        retries: Retries::UnderTheSameKey,
        seasons: true,
    })
    .await
    .unwrap();
    println!("{}", report.text());
    assert!(report.holds(), "{}", report.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_retries_under_new_keys_is_caught() {
    if chassis::testing::is_on_postgres() {
        return;
    }
    let _turn = TURN.lock().await;
    let report = embedded::run(Wanted {
        seed: 1,
        kills: 30,
        retries: Retries::UnderNewKeys,
        seasons: false,
    })
    .await
    .unwrap();
    println!("{}", report.text());
    assert!(!report.holds(), "nobody noticed");
}
