//! What is sent again and what is not.

use tonic::Code;

use super::instance::{Instance, code, connect};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_safe_is_sent_once() {
    let ill = Instance::plain().await;
    ill.falls_ill();
    let connection = connect(None, &[&ill]);
    let mut handled = 0;
    for (rpc, request_id, times) in [
        ("Sign", "", 1),
        ("Make", "", 1),
        ("Make", "an-id", 4),
        ("Get", "", 4),
    ] {
        assert_eq!(code(&connection, rpc, request_id).await, Code::Unavailable);
        assert_eq!(ill.handled() - handled, times, "{rpc} {request_id}");
        handled = ill.handled();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn when_everything_fails_few_calls_are_sent_again() {
    let ill = Instance::plain().await;
    ill.falls_ill();
    let connection = connect(None, &[&ill]);
    let mut last = 0;
    for _ in 0..300 {
        let before = ill.handled();
        assert_eq!(code(&connection, "Get", "").await, Code::Unavailable);
        last = ill.handled() - before;
    }
    assert!(last <= 2, "the last call was sent {last} times");
    assert!(ill.handled() < 300 + 256 + 60 + 3, "{}", ill.handled());
}
