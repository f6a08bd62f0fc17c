//! Two of each service, and a client that goes on while instances end, die and stand still.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use standalone::demo::PASSWORD;
use tests::Someone;
use tests::person::new_key;
use tests::processes::{Fleet, Layout};
use tokio::task::JoinHandle;

const SOON: Duration = Duration::from_secs(60);
const SERVICES: [&str; 4] = [
    "identity-svc",
    "questionnaire-svc",
    "review-svc",
    "testing-svc",
];

/// People who read and write without a pause; whatever is answered must be an answer.
pub struct Load {
    is_over: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    workers: Vec<JoinHandle<()>>,
}

impl Load {
    pub async fn on(fleet: &Fleet) -> Self {
        let (is_over, answered) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let visitor = Someone::new(fleet.url());
        let expert = visitor.signed_in("expert@demo.irikteu.kz", PASSWORD).await;
        let desk = visitor
            .signed_in("examdesk@demo.irikteu.kz", PASSWORD)
            .await;
        let campaign = fleet.campaign().to_owned();
        let workers = (0..6).map(|worker| {
            let (expert, desk, campaign) = (expert.clone(), desk.clone(), campaign.clone());
            let (is_over, answered) = (is_over.clone(), answered.clone());
            tokio::spawn(async move {
                while !is_over.load(Ordering::SeqCst) {
                    match worker {
                        0 => drop(expert.get("/v1/sessions/current").await.ok()),
                        1 => drop(expert.get(&format!("/v1/{campaign}")).await.ok()),
                        2 => drop(expert.get("/v1/reviewTasks").await.ok()),
                        3 => drop(desk.get(&format!("/v1/{campaign}/stages")).await.ok()),
                        4 => drop(desk.get("/v1/testCenters").await.ok()),
                        _ => opens_a_center(&desk).await,
                    }
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            })
        });
        Self {
            workers: workers.collect(),
            is_over,
            answered,
        }
    }

    /// Waits until so many more calls were answered.
    pub async fn goes_on(&self) {
        let enough = self.answered.load(Ordering::SeqCst) + 60;
        while self.answered.load(Ordering::SeqCst) < enough {
            assert!(
                self.workers.iter().all(|it| !it.is_finished()),
                "a call failed"
            );
            tokio::task::yield_now().await;
        }
    }

    pub async fn ends(self) {
        self.is_over.store(true, Ordering::SeqCst);
        for worker in self.workers {
            worker.await.unwrap();
        }
    }
}

/// A write under a key of its own.
async fn opens_a_center(desk: &Someone) {
    let title = json!({"kk": "Орталық", "ru": "Центр", "en": "A centre"});
    let center = json!({"title": title, "mode": "MODE_ONLINE", "timeZone": "Asia/Almaty"});
    let made = desk
        .post_with_key(&new_key(), "/v1/testCenters", center)
        .await;
    assert!(made.ok()["name"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_are_killed_ended_and_frozen_cost_a_client_no_answer() {
    let fleet = Fleet::start(Layout::default()).await.unwrap();
    let load = Load::on(&fleet).await;
    load.goes_on().await;

    // A rolling restart.
    for service in SERVICES {
        for instance in 0..2 {
            let process = fleet.service(service, instance);
            process.terminate();
            assert!(
                process.ended(SOON).await.unwrap().success(),
                "{}",
                process.name()
            );
            load.goes_on().await;
            process.restart(SOON).await.unwrap();
        }
    }
    // Both have to be in use again before the other may go.
    for (instance, other) in [(0, 1), (1, 0)] {
        for service in SERVICES {
            fleet.service(service, other).ready(SOON).await.unwrap();
            let process = fleet.service(service, instance);
            process.kill();
            load.goes_on().await;
            process.restart(SOON).await.unwrap();
        }
    }
    let frozen = fleet.service("testing-svc", 0);
    frozen.freeze();
    load.goes_on().await;
    frozen.thaw();
    load.ends().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_reaches_another_process() {
    let fleet = Fleet::start(Layout {
        instances: 1,
        ..Layout::default()
    })
    .await
    .unwrap();
    let visitor = Someone::new(fleet.url());
    let applicant = visitor
        .signed_in("applicant@demo.irikteu.kz", PASSWORD)
        .await;
    let path = format!("/v1/{}/applications", fleet.campaign());
    let application = applicant.post(&path, json!({})).await.ok();
    let code = json!({"testSystem": "TEST_SYSTEM_KAZTEST"});
    let path = format!("/v1/{}/promoCodes", fleet.campaign());
    let code = applicant.post(&path, code).await.ok();
    assert!(code["code"].is_string());
    assert!(application["name"].is_string());
    // The inbox of identity-svc tells of what testing-svc did.
    let told = async {
        loop {
            let inbox = applicant.get("/v1/accounts/me/messages").await.ok();
            let all = inbox["messages"].as_array().cloned().unwrap_or_default();
            if all.iter().any(|it: &Value| it["kind"].as_str().is_some()) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, told).await.unwrap();
}
