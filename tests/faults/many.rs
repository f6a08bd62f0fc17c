//! Two of each service on PostgreSQL and Redis, and bugs that are planted to see whether anybody notices.
//! The round of tests on SQLite has [`crate::hurt`] instead.

use tests::faults::many::Many;
use tests::faults::planted::{Bug, FOUND_WITHIN};

use crate::TURN;

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
