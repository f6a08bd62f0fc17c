//! An instance that ends takes nobody's call with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tonic::Code;

use super::instance::{Instance, call, code, connect};

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_drains_costs_no_call_not_even_one_that_may_not_be_repeated() {
    let (one, two) = (Instance::plain().await, Instance::plain().await);
    let connection = connect(None, &[&one, &two]);
    while one.handled() == 0 || two.handled() == 0 {
        assert_eq!(code(&connection, "Sign", "").await, Code::Ok);
    }
    let asked = Arc::new(AtomicUsize::new(one.handled() + two.handled()));
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (connection, asked) = (connection.clone(), asked.clone());
            tokio::spawn(async move {
                for _ in 0..200 {
                    asked.fetch_add(1, Ordering::SeqCst);
                    let answer = call(&connection, "Sign", "").await;
                    assert_eq!(answer.code(), Code::Ok, "{}", answer.message());
                }
            })
        })
        .collect();
    let begun = one.handled();
    while one.handled() < begun + 50 {
        tokio::task::yield_now().await;
    }
    one.stop.cancel();
    for worker in workers {
        worker.await.unwrap();
    }
    let handled = one.handled() + two.handled();
    assert_eq!(handled, asked.load(Ordering::SeqCst), "each once");
}
