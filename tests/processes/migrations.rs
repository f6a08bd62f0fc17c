//! Tables before programs: two that migrate at once, and one that serves too early.

use std::time::Duration;

use tests::processes::{Fleet, Layout};

const SOON: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn of_two_migrations_one_waits_and_nobody_serves_before_them() {
    let fleet = Fleet::prepare(Layout {
        instances: 1,
        demo: false,
        ..Layout::default()
    })
    .await
    .unwrap();
    let early = fleet.service("testing-svc", 0);
    early.start().unwrap();
    assert!(!early.ended(SOON).await.unwrap().success());
    let said = early.log();
    assert!(said.contains("migrations are pending"), "{said}");
    assert!(said.contains("testing-svc migrate"), "{said}");

    let both = ["-one", "-other"].map(|mark| fleet.migration("testing-svc", mark).unwrap());
    for migration in &both {
        migration.start().unwrap();
    }
    for migration in &both {
        let status = migration.ended(SOON).await.unwrap();
        assert!(status.success(), "{}", migration.log());
    }
    early.restart(SOON).await.unwrap();
}
