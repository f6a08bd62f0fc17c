//! What was acknowledged is there after a restart, also after kill -9 in the middle of writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::process::Process;

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_finds_the_data_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    chassis::tls::use_ring();
    let http = reqwest::Client::new();
    let first = Process::start(folder.path());
    let campaigns = |base: String| {
        let http = http.clone();
        async move {
            http.get(format!("{base}/v1/campaigns"))
                .send()
                .await
                .unwrap()
                .json::<Value>()
                .await
                .unwrap()
        }
    };
    let before = campaigns(first.base.clone()).await;
    assert_eq!(before["campaigns"].as_array().unwrap().len(), 3);
    assert!(first.terminate(), "SIGTERM drains and ends well");
    let second = Process::start(folder.path());
    assert_eq!(campaigns(second.base.clone()).await, before);
    // Far more than it takes: a loaded machine must not fail this.
    assert!(
        second.ready_after < std::time::Duration::from_secs(10),
        "{:?}",
        second.ready_after
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    chassis::tls::use_ring();
    let http = reqwest::Client::new();
    let mut application: Option<String> = None;
    for round in 1..=3_u32 {
        let suite = Process::start(folder.path());
        let token = suite.sign_in(&http, "applicant@demo.irikteu.kz").await;
        let name = match &application {
            Some(name) => name.clone(),
            None => open(&http, &suite, &token).await,
        };
        application = Some(name.clone());

        // One writer after another answer; the killer waits for a number of them, not for a time.
        let path = format!("{}/v1/{name}/sections/additional", suite.base);
        let last = Arc::new(AtomicU32::new(0));
        let gone = Arc::new(AtomicBool::new(false));
        let writer = tokio::spawn(write(
            http.clone(),
            path,
            token,
            round,
            last.clone(),
            gone.clone(),
        ));
        while last.load(Ordering::SeqCst) < 20 && !gone.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        assert!(
            !gone.load(Ordering::SeqCst),
            "the writes go well until the kill"
        );
        suite.kill();
        writer.await.unwrap();

        let acknowledged = last.load(Ordering::SeqCst);
        let again = Process::start(folder.path());
        let token = again.sign_in(&http, "applicant@demo.irikteu.kz").await;
        let found = get(
            &http,
            &token,
            &format!("{}/v1/{name}/sections/additional", again.base),
        )
        .await;
        let text = found["answers"]["public_activity"]
            .as_str()
            .unwrap()
            .to_owned();
        let (of, number) = text.split_once(':').unwrap();
        assert_eq!(of, round.to_string());
        let number: u32 = number.parse().unwrap();
        // The one under way at the kill may have been written too; none before it may be missing.
        assert!(
            number == acknowledged || number == acknowledged + 1,
            "{number} after {acknowledged}"
        );
        again.kill();
    }
}

async fn open(http: &reqwest::Client, suite: &Process, token: &str) -> String {
    let path = format!("{}/v1/campaigns?programme=reserve", suite.base);
    let campaigns = get(http, token, &path).await;
    let campaign = campaigns["campaigns"][0]["name"].as_str().unwrap();
    let url = format!("{}/v1/{campaign}/applications", suite.base);
    let answer = http
        .post(url)
        .bearer_auth(token)
        .json(&json!({}))
        .send()
        .await
        .unwrap();
    let application: Value = answer.json().await.unwrap();
    application["name"]
        .as_str()
        .unwrap_or_else(|| panic!("{application}"))
        .to_owned()
}

async fn get(http: &reqwest::Client, token: &str, url: &str) -> Value {
    http.get(url)
        .bearer_auth(token)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap()
}

/// Saves one number after the other until the suite is gone.
async fn write(
    http: reqwest::Client,
    path: String,
    token: String,
    round: u32,
    last: Arc<AtomicU32>,
    gone: Arc<AtomicBool>,
) {
    let saved = get(&http, &token, &path).await;
    let mut etag = saved["etag"].as_str().unwrap().to_owned();
    for number in 1.. {
        let body =
            json!({"answers": {"public_activity": format!("{round}:{number}")}, "etag": etag});
        let Ok(answer) = http
            .patch(&path)
            .bearer_auth(&token)
            .json(&body)
            .send()
            .await
        else {
            break;
        };
        let Ok(section) = answer.json::<Value>().await else {
            break;
        };
        etag = section["etag"]
            .as_str()
            .unwrap_or_else(|| panic!("{section}"))
            .to_owned();
        last.store(number, Ordering::SeqCst);
    }
    gone.store(true, Ordering::SeqCst);
}
