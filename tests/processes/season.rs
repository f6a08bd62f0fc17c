//! A whole season against many processes, while one instance of each service is killed in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use standalone::demo::PASSWORD;
use tests::processes::{Fleet, Layout};
use tests::season::admission::places::Mode;
use tests::season::invariants::{self, Line, Reads};
use tests::season::partner::Partners;
use tests::season::{Options, Staff, play};

const SOON: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_season_holds_while_one_instance_of_each_service_is_killed_in_turn() {
    let fleet = Arc::new(Fleet::start(Layout::default()).await.unwrap());
    let options = Options {
        programme: "reserve".into(),
        people: 20,
        seed: 5,
        url: fleet.url(),
        mail_url: fleet.mail_url(),
        signatures: None,
        insists: false,
        partners: Partners {
            kaztest: fleet.partner("kaztest", 0).unwrap(),
            qrt: fleet.partner("qrt", 0).unwrap(),
        },
        staff: Staff {
            manager: "manager@demo.irikteu.kz".into(),
            desk: "examdesk@demo.irikteu.kz".into(),
            administrator: "admin@demo.irikteu.kz".into(),
            password: PASSWORD.into(),
        },
        at_once: 8,
        first_round: Mode::DeferredAcceptance,
        shows_progress: false,
    };
    let (is_over, killed) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
    let killer = tokio::spawn(kill_in_turn(fleet.clone(), is_over.clone(), killed.clone()));
    let season = play(&options).await.unwrap();
    is_over.store(true, Ordering::SeqCst);
    killer.await.unwrap();
    assert!(
        killed.load(Ordering::SeqCst) >= 4,
        "each of them once at least"
    );

    let reads = Reads::of(&season).await.unwrap();
    let facts = season.stand.ledger.facts().clone();
    let lines = invariants::lines(&facts, &reads);
    let broken: Vec<&Line> = lines.iter().filter(|line| !line.holds()).collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Partners hold on to the first instance, so it is the second that dies.
async fn kill_in_turn(fleet: Arc<Fleet>, is_over: Arc<AtomicBool>, killed: Arc<AtomicUsize>) {
    let services = [
        "testing-svc",
        "questionnaire-svc",
        "review-svc",
        "identity-svc",
    ];
    for service in services.into_iter().cycle() {
        if is_over.load(Ordering::SeqCst) {
            return;
        }
        let process = fleet.service(service, 1);
        process.kill();
        process.restart(SOON).await.unwrap();
        killed.fetch_add(1, Ordering::SeqCst);
    }
}
