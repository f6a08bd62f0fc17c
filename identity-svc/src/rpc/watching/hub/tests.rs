//! The hub alone: one reading per change, however many listen; nobody waits for the slow.

use std::sync::atomic::AtomicI64;

use chassis::text::Language;
use jiff::SignedDuration;

use super::*;
use crate::domain::notice::Notice;
use crate::store::message::Message;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn hub(per_account: usize, in_all: usize) -> Hub {
    Hub::new(Limits {
        per_account,
        in_all,
        ..Limits::default()
    })
}

fn account(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn level(changes: i64) -> Level {
    Level { changes, unread: 0 }
}

fn change(number: i64) -> Arc<Change> {
    let message = Message {
        id: Uuid::from_u128(7),
        account: account(1),
        notice: Notice::Welcome,
        about: String::new(),
        created: NOW,
        read: None,
    };
    Arc::new(Change::new(number, number, message))
}

async fn ear(hub: &Hub, whose: u128) -> Result<Ear, Full> {
    let joined = hub.join(account(whose), Uuid::from_u128(9), NOW, async || {
        Ok(level(0))
    });
    joined.await.expect("no database fails here")
}

/// One change comes in; tells how often the inbox was read.
async fn happen(hub: &Hub, whose: u128, number: i64) -> i64 {
    let reads = AtomicI64::new(0);
    let read = async |_after: Level| {
        reads.fetch_add(1, Ordering::SeqCst);
        Ok((vec![change(number)], level(number)))
    };
    hub.look(account(whose), read).await.expect("read");
    reads.into_inner()
}

#[tokio::test]
async fn a_change_is_read_and_put_into_words_once_for_a_hundred_listeners() {
    let hub = hub(100, 100);
    let mut ears = Vec::new();
    for _ in 0..100 {
        ears.push(ear(&hub, 1).await.expect("room"));
    }
    assert_eq!(happen(&hub, 1, 1).await, 1, "one reading for all");
    let mut told = Vec::new();
    for ear in &mut ears {
        let Some(Told::Change(change)) = ear.told.recv().await else {
            panic!("a change")
        };
        told.push(change);
    }
    let first = &told[0];
    assert!(told.iter().all(|change| Arc::ptr_eq(first, change)));
    for language in Language::ALL {
        let title = first.in_language(language, "no-reply@irikteu.kz").title;
        assert!(!title.is_empty());
    }
}

#[tokio::test]
async fn an_inbox_that_nobody_listens_to_is_not_read() {
    let hub = hub(8, 8);
    let _other = ear(&hub, 2).await.expect("room");
    assert_eq!(happen(&hub, 1, 1).await, 0);
    drop(ear(&hub, 1).await.expect("room"));
    hub.tidy(NOW).await;
    assert_eq!(happen(&hub, 1, 1).await, 0, "who went is forgotten");
}

#[tokio::test]
async fn a_slow_listener_is_let_go_with_the_reason_and_holds_nobody_up() {
    let hub = hub(8, 8);
    let (mut slow, mut quick) = (
        ear(&hub, 1).await.expect("room"),
        ear(&hub, 1).await.expect("room"),
    );
    let changes = i64::try_from(WAITING).expect("a small number") + 1;
    for number in 1..=changes {
        happen(&hub, 1, number).await;
        assert!(quick.told.recv().await.is_some());
    }
    assert!(quick.farewell.get().is_none());
    // What was waiting still arrives, then the end and its reason.
    let mut last = 0;
    while let Some(Told::Change(change)) = slow.told.recv().await {
        last = change.number;
    }
    assert_eq!(last, changes - 1);
    assert_eq!(slow.farewell.get(), Some(&Reason::TooSlow));
}

#[tokio::test]
async fn there_is_room_for_so_many_of_an_account_and_so_many_in_all() {
    let hub = hub(2, 3);
    let first = ear(&hub, 1).await.expect("room");
    let _second = ear(&hub, 1).await.expect("room");
    assert_eq!(ear(&hub, 1).await.err(), Some(Full::Account));
    let _other = ear(&hub, 2).await.expect("room");
    assert_eq!(ear(&hub, 3).await.err(), Some(Full::All));
    drop(first);
    hub.tidy(NOW).await;
    ear(&hub, 1).await.expect("room again");
}

#[tokio::test]
async fn listeners_end_with_their_session_and_after_their_time() {
    let hub = hub(8, 8);
    let mut ear = ear(&hub, 1).await.expect("room");
    let session = hub.sessions().await;
    assert_eq!(session, [Uuid::from_u128(9)]);
    hub.keep_sessions(&session, &session).await;
    hub.tidy(NOW + SignedDuration::from_secs(599)).await;
    hub.heartbeat().await;
    assert!(matches!(ear.told.recv().await, Some(Told::Heartbeat(_))));
    hub.keep_sessions(&session, &[]).await;
    assert!(ear.told.recv().await.is_none());
    assert_eq!(ear.farewell.get(), Some(&Reason::SessionEnded));

    let mut ear = super::tests::ear(&hub, 1).await.expect("room");
    hub.tidy(NOW + SignedDuration::from_secs(600)).await;
    assert!(ear.told.recv().await.is_none());
    assert_eq!(ear.farewell.get(), Some(&Reason::TimeUp));
    hub.tidy(NOW).await;
    assert!(hub.is_silent());
}

#[tokio::test]
async fn a_poll_names_the_inboxes_whose_listeners_are_behind() {
    let hub = hub(8, 8);
    let _ear = ear(&hub, 1).await.expect("room");
    let levels = || vec![(account(1), 1), (account(2), 5)];
    assert_eq!(hub.behind(levels()).await, [account(1)]);
    happen(&hub, 1, 1).await;
    assert!(hub.behind(levels()).await.is_empty());
}
