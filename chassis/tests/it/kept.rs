//! Connections go from hand to hand, and what somebody left on one is undone before the next has it.

use chassis::database::{Limits, query_one};
use futures_util::FutureExt;
use sea_orm::ConnectionTrait;

use crate::world::{World, effect};

#[tokio::test]
async fn a_connection_goes_to_the_next_reader_and_nothing_is_asked_in_between() {
    let world = World::new().await;
    let db = world.db();
    if !db.is_postgres() {
        return;
    }
    let pid = async || {
        let row = query_one(db.read(), "SELECT pg_backend_pid() AS pid", []).await;
        row.unwrap().unwrap().try_get::<i32>("", "pid").unwrap()
    };
    let first = pid().await;
    for _ in 0..20 {
        assert_eq!(pid().await, first);
    }
    // A transaction for writing has a connection of its own, and looks at what the other said last.
    let tx = db.begin().await.unwrap();
    let sql = "SELECT query FROM pg_stat_activity WHERE pid = $1";
    let said = query_one(&tx, sql, [first.into()]).await.unwrap().unwrap();
    let said: String = said.try_get("", "query").unwrap();
    assert_eq!(said, "SELECT pg_backend_pid() AS pid");
}

#[tokio::test]
async fn what_was_not_committed_is_undone_however_it_ended() {
    let world = World::new().await;
    let db = world.db();
    // More than there are connections: none is lost on the way.
    for round in 0..Limits::default().connections * 3 {
        let tx = db.begin().await.unwrap();
        effect(&tx, "x").await.unwrap();
        match round % 4 {
            0 => tx.rollback().await.unwrap(),
            // Nobody waits for the commit, which may have been sent.
            1 => drop(tx),
            // Nor for a statement.
            2 => {
                let left = effect(&tx, "y").now_or_never();
                assert!(left.is_none_or(|it| it.is_ok()));
                drop(tx);
            }
            // Nor for a beginning.
            _ => {
                drop(tx);
                let left = db.begin().now_or_never();
                assert!(left.is_none_or(|it| it.is_ok()));
            }
        }
    }
    // After a statement that failed, too.
    let tx = db.begin().await.unwrap();
    effect(&tx, "x").await.unwrap();
    let failed = tx.execute_unprepared("INSERT INTO nowhere VALUES (1)");
    failed.await.unwrap_err();
    drop(tx);
    assert_eq!(world.effects().await, 0);
    let tx = db.begin().await.unwrap();
    effect(&tx, "x").await.unwrap();
    db.commit(tx).await.unwrap();
    assert_eq!(world.effects().await, 1);
}

#[tokio::test]
async fn a_read_that_failed_or_that_nobody_waits_for_any_more_leaves_nothing_behind() {
    let world = World::new().await;
    let db = world.db();
    for _ in 0..Limits::default().read_connections * 3 {
        let failed = query_one(db.read(), "SELECT no_such_column FROM effect", []);
        failed.await.unwrap_err();
        let left = query_one(db.read(), "SELECT COUNT(*) AS n FROM effect", []);
        assert!(left.now_or_never().is_none_or(|it| it.is_ok()));
        assert_eq!(world.effects().await, 0);
    }
}

#[tokio::test]
async fn a_database_closes_with_connections_at_hand() {
    let world = World::new().await;
    let db = world.db().clone();
    let tx = db.begin().await.unwrap();
    effect(&tx, "x").await.unwrap();
    db.commit(tx).await.unwrap();
    assert_eq!(world.effects().await, 1);
    db.clone().close().await.unwrap();
    db.begin().await.unwrap_err();
    query_one(db.read(), "SELECT 1 AS one", [])
        .await
        .unwrap_err();
}
