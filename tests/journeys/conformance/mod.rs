//! The conformance kit: it holds the suite to its contract with partners, and turned round it holds a
//! partner's program to it; and each sees where it is not held.

mod programs;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use tests::Town;
use tests::conformance::report::Verdict;
use tests::conformance::reverse::Reverse;
use tests::conformance::reverse::rules::Rule;
use tests::conformance::reverse::strike::Strikes;
use tests::conformance::reverse::watch::Wants;
use tests::conformance::scene::{Scene, Wishes};
use tests::conformance::{Place, Report, run};

use programs::Program;

/// The rules with this verdict.
fn rules(report: &Report, verdict: Verdict) -> BTreeSet<&'static str> {
    let lines = report.lines.iter();
    let lines = lines.filter(|line| line.verdict == verdict);
    lines.map(|line| line.rule).collect()
}

/// Another port, where a program tries itself or a suite that lies is tried.
async fn before(town: &Town, strikes: Strikes) -> Reverse {
    let any = ([127, 0, 0, 1], 0).into();
    Reverse::open(town, any, strikes).await.unwrap()
}

fn url(port: &Reverse) -> String {
    format!("https://localhost:{}", port.address.port())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_rule_of_the_partners_contract_holds_and_a_suite_that_breaks_them_is_seen() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let scene = Scene::of(&town, Wishes::few(5101)).await;
    let place = Place::of(&town, scene).await;
    let report = run(&place).await.unwrap();
    assert_eq!(report.count(Verdict::Fail), 0, "{report}");
    assert_eq!(report.count(Verdict::Skip), 0, "{report}");
    assert!(report.count(Verdict::Pass) > 50, "{report}");

    let scene = Scene::of(&town, Wishes::few(5201)).await;
    let mut place = Place::of(&town, scene).await;
    let lying = before(&town, Strikes::lies()).await;
    place.url = url(&lying);
    // And our partner signs with a key that nobody registered.
    place.file_key = Some([1; 32]);
    place.suite_key = Some([1; 32]);
    let report = run(&place).await.unwrap();
    let failed = rules(&report, Verdict::Fail);
    for rule in [
        "codes: a request id stands for one request",
        "check-in: a request id stands for one request",
        "sessions: after a break a roster goes on after the last line that arrived",
        "files: a roster is signed by the suite's key",
        "files: every line is applied",
    ] {
        assert!(failed.contains(rule), "{rule}\n{report}");
    }
    let held = rules(&report, Verdict::Pass);
    assert!(held.contains("codes: a code is reserved"), "{report}");
    lying.close().await.unwrap();
    town.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partners_program_hears_what_it_does_wrong_and_a_good_one_hears_nothing() {
    let town = Town::at_ten_on_the_first_of_june().await;
    let wishes = |first| Wishes {
        codes: 3,
        candidates: 4,
        ..Wishes::few(first)
    };
    let scene = Scene::of(&town, wishes(5301)).await;
    let wants = Wants {
        session: scene.session.clone(),
        codes: scene.codes.len(),
    };
    let port = before(&town, Strikes::all(2)).await;
    let place = Place::of(&town, scene.clone()).await;
    let good = Program::of(&place, url(&port), town.now());
    good.does_everything(|| town.clock.set(scene.end + SignedDuration::from_mins(1)))
        .await;
    let done = tokio::time::timeout(Duration::from_secs(10), port.done(&wants));
    assert!(done.await.is_ok(), "{}", port.report());
    let report = port.report();
    assert_eq!(report.count(Verdict::Pass), Rule::ALL.len(), "{report}");
    port.close().await.unwrap();

    let scene = Scene::of(&town, wishes(5401)).await;
    let port = before(&town, Strikes::all(2)).await;
    let place = Place::of(&town, scene.clone()).await;
    let bad = Program::of(&place, url(&port), town.now());
    bad.does_everything_wrong(|| town.clock.set(scene.end + SignedDuration::from_mins(1)))
        .await;
    let report = port.report();
    assert_eq!(report.count(Verdict::Fail), Rule::ALL.len(), "{report}");
    port.close().await.unwrap();

    // The kit does some of it on purpose, and everything else as it should be.
    let scene = Scene::of(&town, Wishes::few(5501)).await;
    let port = before(&town, Strikes::all(1)).await;
    let mut place = Place::of(&town, scene).await;
    place.url = url(&port);
    let kit = run(&place).await.unwrap();
    assert_eq!(kit.count(Verdict::Fail), 0, "{kit}");
    let report = port.report();
    let on_purpose = [Rule::Id, Rule::OneContent, Rule::Order, Rule::Refused];
    let left_out = [Rule::Everybody];
    let expected = on_purpose.into_iter().chain(left_out).map(Rule::text);
    let expected: BTreeSet<&str> = expected.collect();
    assert_eq!(rules(&report, Verdict::Fail), expected, "{report}");
    assert_eq!(report.count(Verdict::Skip), 0, "{report}");
    port.close().await.unwrap();
    town.close().await;
}
