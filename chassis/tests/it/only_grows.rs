//! The audit: added to, and changed by nobody. Not by a mistake, and not by the role that serves.

use chassis::audit;
use chassis::caller::Caller;
use chassis::database::{Database, Limits, Tx, execute, grants, query_one};
use chassis::once::{self, Once};
use chassis::testing;
use sea_orm::{ConnectionTrait, DbErr};

use crate::world::{Migrator, World, effect};

async fn audited(db: &Database) -> Tx {
    let tx = db.begin().await.unwrap();
    let (clock, caller) = (testing::clock(), testing::person(1, &[]));
    audit::record(&tx, &clock, &caller, "CreateThing", "things/1", "v1")
        .await
        .unwrap();
    tx
}

async fn try_to(db: &Database, sql: &str) -> Result<(), DbErr> {
    let tx = db.begin().await?;
    tx.execute_unprepared(sql).await?;
    tx.commit().await
}

async fn rows(db: &Database) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM audit WHERE detail = 'v1'";
    let row = query_one(db.read(), sql, []).await.unwrap().unwrap();
    row.try_get("", "n").unwrap()
}

#[tokio::test]
async fn the_audit_is_neither_changed_nor_cleared() {
    let world = World::new().await;
    let db = world.db();
    audited(db).await.commit().await.unwrap();
    let mut forgeries = vec!["UPDATE audit SET detail = 'v2'", "DELETE FROM audit"];
    if testing::is_on_postgres() {
        forgeries.push("TRUNCATE audit");
    }
    for forgery in forgeries {
        let error = try_to(db, forgery).await.expect_err(forgery);
        assert!(error.to_string().contains("audit only grows"), "{error}");
    }
    assert_eq!(rows(db).await, 1);
    audited(db).await.commit().await.unwrap();
    assert_eq!(rows(db).await, 2);
}

#[tokio::test]
async fn the_role_that_serves_does_its_work_and_can_not_touch_the_audit() {
    if !testing::is_on_postgres() {
        return;
    }
    let world = World::new().await;
    let (owner, url) = (world.db(), &world.database.url);
    let name = format!("serves_{}", url.rsplit('_').next().unwrap());
    let role: grants::Role = name.parse().unwrap();
    grants::grant(owner, &role, &[])
        .await
        .expect_err("no such role");
    try_to(owner, &format!("CREATE ROLE {name} LOGIN"))
        .await
        .unwrap();
    grants::grant(owner, &role, &["effect"]).await.unwrap();
    // Again changes nothing: it is done with every migration.
    grants::grant(owner, &role, &["effect"]).await.unwrap();

    let (url, limits) = (
        url.replace("irikteu@", &format!("{name}@")),
        Limits::default(),
    );
    let serves = Database::open(&url, &limits).await.unwrap();
    assert_eq!(serves.pending::<Migrator>().await.unwrap(), 0);
    let (id, message) = (testing::request_id(1), prost_types::Duration::default());
    let (clock, caller) = (&world.clock, Caller::Stranger);
    let write = once::begin::<_, prost_types::Duration>(
        &serves,
        clock,
        &caller,
        "CreateThing",
        &id,
        &message,
    );
    let Once::Begun(write) = write.await.unwrap() else {
        panic!("it was not done before");
    };
    effect(write.tx(), "one").await.unwrap();
    write
        .commit(prost_types::Duration::default())
        .await
        .unwrap();
    audited(&serves).await.commit().await.unwrap();
    assert_eq!(rows(&serves).await, 1);

    for forgery in [
        "UPDATE audit SET detail = 'v2'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "ALTER TABLE audit DISABLE TRIGGER ALL",
        "DROP TABLE audit",
        "CREATE TRIGGER mine BEFORE INSERT ON audit EXECUTE FUNCTION only_grows()",
        "DELETE FROM seaql_migrations",
        "UPDATE effect SET what = 'other'",
        "DROP FUNCTION only_grows() CASCADE",
    ] {
        let error = try_to(&serves, forgery).await.expect_err(forgery);
        let text = error.to_string();
        let is_refused = text.contains("permission denied") || text.contains("must be owner");
        assert!(is_refused, "{forgery}: {error}");
    }
    serves.close().await.unwrap();
    let tx = owner.begin().await.unwrap();
    for sql in [format!("DROP OWNED BY {name}"), format!("DROP ROLE {name}")] {
        execute(&tx, &sql, []).await.unwrap();
    }
    tx.commit().await.unwrap();
}
