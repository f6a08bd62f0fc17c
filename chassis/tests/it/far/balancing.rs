//! Calls spread over instances, and go where somebody is.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tonic::Code;

use super::instance::{Instance, code, connect};

#[tokio::test(flavor = "multi_thread")]
async fn calls_spread_over_all_instances() {
    let (one, two) = (Instance::plain().await, Instance::plain().await);
    let connection = connect(None, &[&one, &two]);
    let mut asked = 0;
    // Until both are connected, and then some.
    while one.handled() < 20 || two.handled() < 20 {
        assert_eq!(code(&connection, "Sign", "").await, Code::Ok);
        asked += 1;
        assert!(asked < 10_000, "{} and {}", one.handled(), two.handled());
    }
    assert_eq!(one.handled() + two.handled(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_died_costs_no_read_and_no_write_with_a_request_id() {
    let (mut one, two) = (Instance::plain().await, Instance::plain().await);
    let connection = connect(None, &[&one, &two]);
    while one.handled() == 0 || two.handled() == 0 {
        assert_eq!(code(&connection, "Get", "").await, Code::Ok);
    }
    let load = (0..400).map(|number| {
        let connection = connection.clone();
        async move {
            match number % 2 {
                0 => code(&connection, "Get", "").await,
                _ => code(&connection, "Make", "a").await,
            }
        }
    });
    let load = tokio::spawn(join_all(load));
    one.dies();
    let answers = load.await.unwrap();
    assert!(answers.iter().all(|code| *code == Code::Ok), "{answers:?}");

    let begun = Instant::now();
    for _ in 0..100 {
        assert_eq!(code(&connection, "Sign", "").await, Code::Ok);
    }
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_broke_off_is_asked_for_elsewhere() {
    let (mut one, two) = (Instance::plain().await, Instance::plain().await);
    let connection = connect(None, &[&one, &two]);
    while one.handled() == 0 || two.handled() == 0 {
        assert_eq!(code(&connection, "Get", "").await, Code::Ok);
    }
    one.is_slow.store(true, Ordering::SeqCst);
    let before = one.handled();
    let asked = loop {
        let connection = connection.clone();
        let asked = tokio::spawn(async move { code(&connection, "Get", "").await });
        while one.handled() == before && !asked.is_finished() {
            tokio::task::yield_now().await;
        }
        if one.handled() > before {
            break asked;
        }
    };
    one.dies();
    assert_eq!(asked.await.unwrap(), Code::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_the_answer_comes_soon() {
    let mut gone = Instance::plain().await;
    let connection = connect(None, &[&gone]);
    assert_eq!(code(&connection, "Get", "").await, Code::Ok);
    gone.dies();
    let begun = Instant::now();
    assert_eq!(code(&connection, "Get", "").await, Code::Unavailable);
    assert!(
        begun.elapsed() < Duration::from_secs(8),
        "{:?}",
        begun.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_only_says_no_is_left_alone() {
    let (ill, well) = (Instance::plain().await, Instance::plain().await);
    let connection = connect(None, &[&ill, &well]);
    while ill.handled() == 0 || well.handled() == 0 {
        assert_eq!(code(&connection, "Get", "").await, Code::Ok);
    }
    ill.falls_ill();
    let before = ill.handled();
    for _ in 0..200 {
        assert_eq!(code(&connection, "Get", "").await, Code::Ok);
    }
    let after = ill.handled() - before;
    assert!(after < 50, "{after} of 200 calls went to who can't answer");
}
