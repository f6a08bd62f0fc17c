//! What machines are told of seats.

use crate::world::World;

#[tokio::test]
async fn seats_are_told_by_the_number_of_their_stage() {
    let world = World::new().await;
    let (first, fourth) = (world.stage(1).await.name, world.stage(4).await.name);
    let session = world.session(&first, 600, 5).await.name;
    world.session(&first, 900, 10).await;
    world.session(&fourth, 600, 2).await;
    world.accept(1).await;
    world.accept(2).await;
    world.book(1, &session).await;
    world.hold(2, &session).await.expect("a seat");
    world.run("seat_levels").await;

    let told = chassis::telemetry::metrics();
    for line in [
        "seats_left{service=\"testing-svc\",stage=\"1\"} 13",
        "seats_taken{service=\"testing-svc\",stage=\"1\"} 2",
        "seats_held{service=\"testing-svc\",stage=\"1\"} 1",
        "seats_left{service=\"testing-svc\",stage=\"4\"} 2",
        "seats_held{service=\"testing-svc\",stage=\"4\"} 0",
    ] {
        assert!(
            told.contains(&format!("irikteu_{line}\n")),
            "{line} in {told}"
        );
    }
    // No name of a session, a stage or a campaign.
    assert!(!told.contains(&session), "{told}");

    // A session that began has no seats to give.
    world.pass(700);
    world.run("seat_levels").await;
    let told = chassis::telemetry::metrics();
    let left = "irikteu_seats_left{service=\"testing-svc\",stage=\"1\"} 10\n";
    assert!(told.contains(left), "{told}");
    assert!(!told.contains("stage=\"4\""), "{told}");
}
