//! Machines whose clocks are ten minutes off: noticed, told, and worked around.

use std::time::Duration;

use standalone::demo::PASSWORD;
use tests::Someone;
use tests::processes::{Fleet, Layout, Setting};

use super::lives::Load;
use super::probes::{ask, says, with_probes};

const SOON: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn instances_whose_clocks_are_off_cost_a_client_no_answer_and_say_why() {
    let off = [
        ("testing-svc-1", "off+10m", 600),
        ("identity-svc-1", "off-10m", -600),
    ];
    let mut settings = with_probes(&off.map(|(program, ..)| program));
    settings.extend(off.map(|(program, clock, _)| Setting::of(program, "IRIKTEU_CLOCK", clock)));
    let fleet = Fleet::start(Layout {
        settings,
        ..Layout::default()
    })
    .await
    .unwrap();
    let load = Load::on(&fleet).await;
    load.goes_on().await;
    let wrong = [
        fleet.service("testing-svc", 1),
        fleet.service("identity-svc", 1),
    ];
    for (program, (_, _, seconds)) in wrong.into_iter().zip(off) {
        says(program, 503, "clock: down").await;
        let said = "this machine's clock is not the database's";
        assert!(program.log().contains(said), "{}", program.log());
        let (_, metrics) = ask(program, "/metrics").await;
        let level = metrics
            .lines()
            .find(|line| line.starts_with("irikteu_clock_off_seconds"));
        let level: i64 = level.unwrap().rsplit(' ').next().unwrap().parse().unwrap();
        assert!((level - seconds).abs() <= 10, "{level}");
    }
    load.goes_on().await;
    // Set right, each takes part again.
    for program in wrong {
        program.terminate();
        program.ended(SOON).await.unwrap();
        program.set("IRIKTEU_CLOCK", "machine");
        program.restart(SOON).await.unwrap();
        says(program, 200, "clock: up").await;
    }
    load.goes_on().await;
    load.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_whose_clock_is_off_signs_nobody_out() {
    let fleet = Fleet::start(Layout {
        instances: 1,
        ..Layout::default()
    })
    .await
    .unwrap();
    let visitor = Someone::new(fleet.url());
    let desk = visitor
        .signed_in("examdesk@demo.irikteu.kz", PASSWORD)
        .await;
    let gateway = fleet.gateway();
    for clock in ["off+10m", "off-10m"] {
        gateway.terminate();
        gateway.ended(SOON).await.unwrap();
        gateway.set("IRIKTEU_CLOCK", clock);
        gateway.restart(SOON).await.unwrap();
        let told = desk.get_or_5xx("/v1/sessions/current").await;
        assert_eq!(told.status, 503, "{clock}: come back, not: sign in");
    }
    let log = fleet.service("identity-svc", 0).log();
    assert!(log.contains("a fresh token of gateway"), "{log}");
    gateway.terminate();
    gateway.ended(SOON).await.unwrap();
    gateway.set("IRIKTEU_CLOCK", "machine");
    gateway.restart(SOON).await.unwrap();
    desk.get("/v1/sessions/current").await.ok();
}
