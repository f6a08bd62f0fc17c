//! Roles are given and taken by administrators, are felt at the next exchange, and leave a trace.

use chassis::caller::{Caller, Role};
use proto::identity::v1 as pb;
use tonic::Status;

use crate::world::*;

async fn grant(
    world: &World,
    by: &Caller,
    name: &str,
    role: pb::Role,
) -> Result<pb::Account, Status> {
    let request = pb::GrantRoleRequest {
        name: name.into(),
        role: role.into(),
        request_id: world.request_id(),
    };
    world
        .accounts_of(by)
        .grant_role(request)
        .await
        .map(|it| it.into_inner())
}

async fn revoke(
    world: &World,
    by: &Caller,
    name: &str,
    role: pb::Role,
) -> Result<pb::Account, Status> {
    let request = pb::RevokeRoleRequest {
        name: name.into(),
        role: role.into(),
        request_id: world.request_id(),
    };
    world
        .accounts_of(by)
        .revoke_role(request)
        .await
        .map(|it| it.into_inner())
}

async fn world_with_administrator() -> (World, Caller, String) {
    let world = world().await;
    world
        .seed("010101200508", "admin@example.kz", &[Role::Administrator])
        .await;
    let name = world.seed(IIN, EMAIL, &[]).await;
    let admin = world.caller("admin@example.kz").await;
    (world, admin, name)
}

#[tokio::test]
async fn a_role_is_felt_at_the_next_exchange_of_the_same_session() {
    let (world, admin, name) = world_with_administrator().await;
    let session = world.sign_in(IIN, PASSWORD).await.expect("a session");
    assert!(
        !world
            .exchange(&session.access_token)
            .await
            .expect("me")
            .has(Role::Expert)
    );
    let granted = grant(&world, &admin, &name, pb::Role::Expert)
        .await
        .expect("granted");
    assert_eq!(granted.roles().collect::<Vec<_>>(), [pb::Role::Expert]);
    assert!(
        world
            .exchange(&session.access_token)
            .await
            .expect("me")
            .has(Role::Expert)
    );
    let revoked = revoke(&world, &admin, &name, pb::Role::Expert)
        .await
        .expect("revoked");
    assert!(revoked.roles.is_empty());
    assert!(
        !world
            .exchange(&session.access_token)
            .await
            .expect("me")
            .has(Role::Expert)
    );
}

#[tokio::test]
async fn giving_what_is_had_and_taking_what_is_not_changes_nothing_and_is_not_audited() {
    let (world, admin, name) = world_with_administrator().await;
    let once = grant(&world, &admin, &name, pb::Role::ExamDesk)
        .await
        .expect("granted");
    let twice = grant(&world, &admin, &name, pb::Role::ExamDesk)
        .await
        .expect("granted");
    assert_eq!(once, twice);
    revoke(&world, &admin, &name, pb::Role::Expert)
        .await
        .expect("nothing to take");
    let sql =
        "SELECT caller, action, detail FROM audit WHERE resource = $1 AND action <> 'SeedAccount'";
    let rows = chassis::database::query_all(world.wiring.db.read(), sql, [name.into()])
        .await
        .expect("rows");
    let [row] = rows.as_slice() else {
        panic!("one row, not {}", rows.len())
    };
    let row = ["caller", "action", "detail"]
        .map(|column| row.try_get::<String>("", column).expect("text"));
    assert_eq!(row, [admin.key(), "GrantRole".into(), "EXAM_DESK".into()]);
}

#[tokio::test]
async fn an_administrator_keeps_the_own_role_so_that_one_remains() {
    let (world, admin, _) = world_with_administrator().await;
    let mine = admin.person().expect("a person").name();
    for name in ["accounts/me", &mine] {
        let refusal = revoke(&world, &admin, name, pb::Role::Administrator).await;
        assert_eq!(refused(refusal), "OWN_ADMINISTRATOR_ROLE");
    }
}

#[tokio::test]
async fn who_was_an_administrator_a_moment_ago_is_none_now() {
    let (world, first, name) = world_with_administrator().await;
    grant(&world, &first, &name, pb::Role::Administrator)
        .await
        .expect("granted");
    let second = world.caller(IIN).await;
    revoke(&world, &first, &name, pb::Role::Administrator)
        .await
        .expect("revoked");
    // The token still says so; the database does not.
    let first_name = first.person().expect("a person").name();
    let refusal = revoke(&world, &second, &first_name, pb::Role::Administrator).await;
    assert_eq!(refused(refusal), "NOT_ALLOWED");
}

#[tokio::test]
async fn what_is_wrong_with_a_grant_is_told() {
    let (world, admin, name) = world_with_administrator().await;
    let status = grant(&world, &admin, "accounts/", pb::Role::Unspecified)
        .await
        .expect_err("wrong");
    let expected = [("name", "INVALID_NAME"), ("role", "REQUIRED")];
    assert_eq!(
        status.violations(),
        expected.map(|(field, reason)| (field.into(), reason.into()))
    );
    let nobody = "accounts/01970000-0000-7000-8000-000000000000";
    assert_eq!(
        refused(grant(&world, &admin, nobody, pb::Role::Expert).await),
        "NOT_FOUND"
    );
    let person = world.caller(IIN).await;
    assert_eq!(
        refused(grant(&world, &person, &name, pb::Role::Administrator).await),
        "NOT_ALLOWED"
    );
}
