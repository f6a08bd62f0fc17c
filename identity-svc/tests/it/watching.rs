//! An inbox as a stream: what comes, what was missed, and every way it ends.

use chassis::caller::Caller;
use chassis::database::execute;
use jiff::SignedDuration;
use pb::watch_messages_response::Change;
use pb::watch_messages_response::end::Reason;
use proto::events::v1 as events;
use proto::identity::v1 as pb;
use tonic::{Status, Streaming};

use crate::world::*;

type Stream = Streaming<pb::WatchMessagesResponse>;

impl World {
    async fn watch(&self, me: &Caller, resume_token: &str) -> Result<Stream, Status> {
        let request = pb::WatchMessagesRequest {
            parent: "accounts/me".into(),
            resume_token: resume_token.into(),
        };
        let stream = self
            .messages_of(me)
            .watch_messages(in_language("en", request))
            .await;
        Ok(stream?.into_inner())
    }

    /// A message of a later step.
    async fn tell(&self, account: &str) {
        let event = events::ApplicationExpired {
            account: account.into(),
            application: "campaigns/c/applications/a".into(),
            ..Default::default()
        };
        self.told(&event).await;
    }

    async fn turns(&self, turns: usize) {
        let job = self.job("identity.follow_inboxes");
        for _ in 0..turns {
            job.run().await.expect("a turn");
        }
    }
}

/// Somebody with an empty inbox, but for the welcome.
async fn person() -> (World, String, Caller) {
    let world = world().await;
    let account = world.seed(IIN, EMAIL, &[]).await;
    world.relay().await;
    let me = world.caller(IIN).await;
    (world, account, me)
}

async fn next(stream: &mut Stream) -> pb::WatchMessagesResponse {
    stream
        .message()
        .await
        .expect("no error")
        .expect("an answer")
}

/// The message, its token, and how many are unread.
async fn message(stream: &mut Stream) -> (pb::Message, String, i32) {
    let answer = next(stream).await;
    match answer.change {
        Some(Change::Message(message)) => (message, answer.resume_token, answer.unread_count),
        other => panic!("a message, not {other:?}"),
    }
}

async fn heartbeat(stream: &mut Stream) -> (String, i32) {
    let answer = next(stream).await;
    assert!(
        matches!(answer.change, Some(Change::Heartbeat(_))),
        "{answer:?}"
    );
    (answer.resume_token, answer.unread_count)
}

/// The stream ends with this, and says nothing more.
async fn end(stream: &mut Stream) -> Reason {
    let answer = next(stream).await;
    let Some(Change::End(end)) = answer.change else {
        panic!("the end, not {answer:?}")
    };
    assert!(stream.message().await.expect("no error").is_none());
    end.reason()
}

#[tokio::test]
async fn what_comes_in_and_what_is_read_is_told_at_once_in_the_language_of_the_call() {
    let (world, account, me) = person().await;
    let mut stream = world.watch(&me, "").await.expect("a stream");
    assert_eq!(
        heartbeat(&mut stream).await,
        ("1".into(), 1),
        "the welcome is not read"
    );
    world.tell(&account).await;
    let (told, token, unread) = message(&mut stream).await;
    assert_eq!(told.title, "The time for applications is over");
    assert_eq!(told.kind(), pb::message::Kind::ApplicationExpired);
    assert_eq!((token.as_str(), unread, told.read_time), ("2", 2, None));
    let read = pb::MarkMessageReadRequest {
        name: told.name.clone(),
        request_id: world.request_id(),
    };
    for _ in 0..2 {
        let mut messages = world.messages_of(&me);
        messages
            .mark_message_read(read.clone())
            .await
            .expect("read");
    }
    let (again, token, unread) = message(&mut stream).await;
    assert_eq!((again.name, token.as_str(), unread), (told.name, "3", 1));
    assert!(again.read_time.is_some());
    // Reading it once more was no change: the next is the next message.
    world.tell(&account).await;
    assert_eq!(message(&mut stream).await.1, "4");
}

#[tokio::test]
async fn a_stream_goes_on_from_its_token_without_leaving_out_or_repeating_anything() {
    let (world, account, me) = person().await;
    let mut first = world.watch(&me, "").await.expect("a stream");
    heartbeat(&mut first).await;
    world.tell(&account).await;
    let (_, token, _) = message(&mut first).await;
    drop(first);
    // More than a page is missed.
    for _ in 0..230 {
        world.tell(&account).await;
    }
    let mut second = world.watch(&me, &token).await.expect("a stream");
    let (at, unread) = heartbeat(&mut second).await;
    assert_eq!((at, unread), (token.clone(), 232));
    // What comes while the missed is told comes after it.
    world.tell(&account).await;
    let mut numbers = Vec::new();
    let mut names = std::collections::BTreeSet::new();
    for _ in 0..231 {
        let (told, token, _) = message(&mut second).await;
        numbers.push(token.parse::<i64>().expect("a number"));
        names.insert(told.name);
    }
    assert_eq!(numbers, (3..=233).collect::<Vec<_>>());
    assert_eq!(names.len(), 231);
}

#[tokio::test]
async fn a_list_says_where_a_stream_goes_on_from_it() {
    let (world, account, me) = person().await;
    let request = pb::ListMessagesRequest {
        parent: "accounts/me".into(),
        ..Default::default()
    };
    let list = world
        .messages_of(&me)
        .list_messages(request)
        .await
        .expect("a list")
        .into_inner();
    world.tell(&account).await;
    let mut stream = world
        .watch(&me, &list.resume_token)
        .await
        .expect("a stream");
    heartbeat(&mut stream).await;
    let (told, ..) = message(&mut stream).await;
    assert!(list.messages.iter().all(|it| it.name != told.name));
    // A token from the future is now: a database that was put back has forgotten some numbers.
    let mut stream = world.watch(&me, "900").await.expect("a stream");
    assert_eq!(heartbeat(&mut stream).await.0, "2");
}

#[tokio::test]
async fn what_another_process_wrote_is_told_by_the_next_turn_of_the_poll() {
    let (world, account, me) = person().await;
    let mut stream = world.watch(&me, "").await.expect("a stream");
    heartbeat(&mut stream).await;
    // The same database, another process: its hub knows none of our listeners.
    let other = identity_svc::build(world.wiring.clone())
        .await
        .expect("another process");
    let bus = chassis::bus::Bus::default();
    bus.subscribe(other.subscribers);
    let event = world.event(&events::ApplicationExpired {
        account,
        ..Default::default()
    });
    bus.publish(&event).await.expect("taken");
    world.turns(1).await;
    assert_eq!(
        message(&mut stream).await.0.kind(),
        pb::message::Kind::ApplicationExpired
    );
    // Heartbeats fill the time, and nothing is told twice.
    world.turns(14).await;
    assert_eq!(heartbeat(&mut stream).await, ("2".into(), 2));
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_another_persons_goes_on() {
    let (world, _, me) = person().await;
    world.seed("010101100008", "other@example.kz", &[]).await;
    let other = world.caller("other@example.kz").await;
    let mut mine = world.watch(&me, "").await.expect("a stream");
    let mut theirs = world.watch(&other, "").await.expect("a stream");
    heartbeat(&mut mine).await;
    heartbeat(&mut theirs).await;
    let request = pb::EndSessionRequest {
        name: "sessions/current".into(),
        request_id: world.request_id(),
    };
    world
        .sessions_of(&me)
        .end_session(request)
        .await
        .expect("ended");
    world.turns(10).await;
    assert_eq!(end(&mut mine).await, Reason::SessionEnded);
    world.turns(5).await;
    heartbeat(&mut theirs).await;
}

#[tokio::test]
async fn a_stream_ends_after_ten_minutes_and_another_goes_on_from_it() {
    let (world, account, me) = person().await;
    let mut stream = world.watch(&me, "").await.expect("a stream");
    let (token, _) = heartbeat(&mut stream).await;
    world.clock.advance(SignedDuration::from_secs(600));
    world.turns(1).await;
    assert_eq!(end(&mut stream).await, Reason::TimeUp);
    world.tell(&account).await;
    let mut stream = world.watch(&me, &token).await.expect("a stream");
    heartbeat(&mut stream).await;
    message(&mut stream).await;
}

#[tokio::test]
async fn a_stream_that_is_not_read_is_let_go_and_its_reader_goes_on_later() {
    let (world, account, me) = person().await;
    let mut stream = world.watch(&me, "").await.expect("a stream");
    for _ in 0..200 {
        world.tell(&account).await;
    }
    let (mut last, _) = heartbeat(&mut stream).await;
    let reason = loop {
        let answer = next(&mut stream).await;
        match answer.change {
            Some(Change::Message(_)) => last = answer.resume_token,
            Some(Change::End(end)) => break end.reason(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reason, Reason::TooSlow);
    let mut stream = world.watch(&me, &last).await.expect("a stream");
    heartbeat(&mut stream).await;
    for number in last.parse::<i64>().expect("a number") + 1..=201 {
        assert_eq!(message(&mut stream).await.1, number.to_string());
    }
}

#[tokio::test]
async fn an_account_has_eight_streams_and_a_ninth_when_one_has_gone() {
    let (world, _, me) = person().await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(world.watch(&me, "").await.expect("a stream"));
    }
    assert_eq!(refused(world.watch(&me, "").await), "RATE_LIMITED");
    streams.pop();
    world.watch(&me, "").await.expect("a stream");
}

#[tokio::test]
async fn nobody_follows_another_persons_inbox_or_from_a_token_that_is_none() {
    let (world, account, me) = person().await;
    world.seed("010101100008", "other@example.kz", &[]).await;
    let other = world.caller("other@example.kz").await;
    let watch = |by: &Caller, parent: &str, resume_token: &str| {
        let request = pb::WatchMessagesRequest {
            parent: parent.into(),
            resume_token: resume_token.into(),
        };
        let mut messages = world.messages_of(by);
        async move { messages.watch_messages(request).await }
    };
    assert_eq!(refused(watch(&other, &account, "").await), "NOT_FOUND");
    watch(&me, &account, "").await.expect("mine, by its name");
    let status = watch(&me, "account", "-1")
        .await
        .expect_err("both are wrong");
    let wrong = [
        ("parent", "INVALID_NAME"),
        ("resume_token", "INVALID_FORMAT"),
    ];
    let wrong = wrong.map(|(field, reason)| (field.to_owned(), reason.to_owned()));
    assert_eq!(status.violations(), wrong);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_made_at_once_are_numbered_without_a_gap_and_told_in_order() {
    let (world, account, me) = person().await;
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(world.watch(&me, "").await.expect("a stream"));
    }
    let tellers = (0..24).map(|_| world.tell(&account));
    futures_util::future::join_all(tellers).await;
    for stream in &mut streams {
        heartbeat(stream).await;
        for number in 2..=25 {
            assert_eq!(message(stream).await.1, number.to_string());
        }
    }
}

#[tokio::test]
async fn a_message_from_before_the_numbers_is_no_change() {
    let (world, account, me) = person().await;
    let sql = "UPDATE message SET change_number = 0";
    let db = &world.wiring.db;
    let tx = db.begin().await.expect("a transaction");
    execute(&tx, sql, [])
        .await
        .expect("as before the migration");
    execute(&tx, "DELETE FROM inbox", [])
        .await
        .expect("as before the migration");
    db.commit(tx).await.expect("committed");
    let mut stream = world.watch(&me, "").await.expect("a stream");
    assert_eq!(heartbeat(&mut stream).await, ("0".into(), 1));
    world.tell(&account).await;
    assert_eq!(message(&mut stream).await.1, "1");
}
