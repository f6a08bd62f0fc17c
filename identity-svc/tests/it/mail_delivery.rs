//! Mail on its way: tried again with growing pauses, given up in the end, never handed over twice.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chassis::caller::{Caller, Role};
use chassis::database::query_all;
use futures_util::future::join_all;
use identity_svc::domain::delivery::Trouble;
use identity_svc::store::mail::Mail;
use identity_svc::transport::{Choice, Handed, Transport};
use jiff::SignedDuration;
use pb::mail::State;
use pb::mails_client::MailsClient;
use proto::identity::v1 as pb;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tonic::Status;
use uuid::Uuid;

use crate::world::*;

/// A mail server that does what it is told to, and notes what it was given.
#[derive(Debug)]
struct Server {
    /// Why the first mails are not taken; all after them are.
    troubles: Vec<Trouble>,
    /// The first mails wait here, each for its own permit.
    held: Vec<Semaphore>,
    given: Mutex<Vec<Uuid>>,
    arrived: Semaphore,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            troubles: Vec::new(),
            held: Vec::new(),
            given: Mutex::default(),
            arrived: Semaphore::new(0),
        }
    }
}

impl Server {
    fn new(troubles: impl IntoIterator<Item = Trouble>) -> Arc<Self> {
        Arc::new(Self {
            troubles: troubles.into_iter().collect(),
            ..Self::default()
        })
    }

    /// Holds this many mails until they are let go.
    fn holding(mails: usize, troubles: impl IntoIterator<Item = Trouble>) -> Arc<Self> {
        Arc::new(Self {
            troubles: troubles.into_iter().collect(),
            held: (0..mails).map(|_| Semaphore::new(0)).collect(),
            ..Self::default()
        })
    }

    fn given(&self) -> Vec<Uuid> {
        self.given.lock().expect("whole").clone()
    }
}

#[async_trait]
impl Transport for Server {
    async fn hand_over(&self, mail: &Mail) -> Result<Handed, Trouble> {
        let number = {
            let mut given = self.given.lock().expect("whole");
            given.push(mail.id);
            given.len() - 1
        };
        self.arrived.add_permits(1);
        if let Some(held) = self.held.get(number) {
            held.acquire().await.expect("open").forget();
        }
        match self.troubles.get(number) {
            Some(trouble) => Err(trouble.clone()),
            None => Ok(Handed::Sent),
        }
    }
}

async fn world_with(server: &Arc<Server>) -> World {
    let transport = server.clone();
    World::with(chassis::testing::clock(), |config| {
        config.transport = Choice::Brought(transport);
    })
    .await
}

impl World {
    async fn send(&self) {
        self.job("identity.send_mails").run().await.expect("a turn");
    }

    /// An account with one mail: the welcome.
    async fn one_mail(&self) -> pb::Mail {
        self.seed(IIN, EMAIL, &[]).await;
        self.relay().await;
        self.the_mail().await
    }

    async fn the_mail(&self) -> pb::Mail {
        let mails = self
            .mails(&Caller::Service("standalone".into()), None)
            .await;
        let [mail] = &mails.expect("mails")[..] else {
            panic!("one mail")
        };
        mail.clone()
    }

    async fn mails(&self, by: &Caller, state: Option<State>) -> Result<Vec<pb::Mail>, Status> {
        let request = pb::ListMailsRequest {
            state: state.unwrap_or_default().into(),
            page_size: 100,
            ..Default::default()
        };
        let mut mails = MailsClient::new(self.speaking_for(by.clone()));
        Ok(mails.list_mails(request).await?.into_inner().mails)
    }

    async fn retry(&self, by: &Caller, name: &str) -> Result<pb::Mail, Status> {
        let request = pb::RetryMailRequest {
            name: name.into(),
            request_id: self.request_id(),
        };
        let mut mails = MailsClient::new(self.speaking_for(by.clone()));
        Ok(mails.retry_mail(request).await?.into_inner())
    }

    async fn administrator(&self) -> Caller {
        self.seed("010101200508", "admin@example.kz", &[Role::Administrator])
            .await;
        self.caller("admin@example.kz").await
    }
}

fn busy() -> Trouble {
    Trouble::ForNow("451".into())
}

#[tokio::test]
async fn a_mail_that_is_taken_is_sent_once_and_forgotten_here() {
    let server = Server::new([]);
    let world = world_with(&server).await;
    let queued = world.one_mail().await;
    assert_eq!(queued.state(), State::Queued);
    assert_eq!(queued.purpose(), pb::mail::Purpose::Notice);
    assert!(!queued.text.is_empty() && queued.to == EMAIL);
    world.send().await;
    world.send().await;
    assert_eq!(server.given().len(), 1);
    let sent = world.the_mail().await;
    assert_eq!((sent.state(), sent.attempts), (State::Sent, 1));
    assert_eq!(sent.send_time, queued.create_time, "the clock stands still");
    assert_eq!(
        (sent.to.as_str(), sent.subject.as_str(), sent.text.as_str()),
        ("", "", "")
    );
    assert_eq!(sent.next_attempt_time, None);
}

#[tokio::test]
async fn a_mail_that_is_not_taken_is_tried_again_with_growing_pauses_and_given_up() {
    let server = Server::new((0..9).map(|_| busy()));
    let world = world_with(&server).await;
    world.one_mail().await;
    let mut pauses = Vec::new();
    for attempt in 1..=8 {
        let before = world.clock.now();
        world.send().await;
        let mail = world.the_mail().await;
        assert_eq!((mail.state(), mail.attempts), (State::Retrying, attempt));
        assert_eq!(mail.failure, "451");
        let due = mail
            .next_attempt_time
            .as_ref()
            .and_then(chassis::clock::from_pb);
        let due = due.expect("another attempt");
        pauses.push(due.duration_since(before).as_secs());
        // A moment before it is due nothing happens.
        world.clock.set(due - SignedDuration::from_micros(1));
        world.send().await;
        assert_eq!(server.given().len(), usize::try_from(attempt).expect("few"));
        world.clock.set(due);
    }
    let least = [15, 60, 240, 900, 3600, 14_400, 28_800, 36_000];
    for (pause, least) in pauses.iter().zip(least) {
        assert!((least..=least + least / 4).contains(pause), "{pauses:?}");
    }
    world.send().await;
    let mail = world.the_mail().await;
    assert_eq!((mail.state(), mail.attempts), (State::Failed, 9));
    assert_eq!(mail.next_attempt_time, None);
    world.clock.advance(SignedDuration::from_hours(48));
    world.send().await;
    assert_eq!(server.given().len(), 9, "given up is given up");
}

#[tokio::test]
async fn a_mail_that_nobody_will_take_is_given_up_at_once_and_an_administrator_sends_it_again() {
    let server = Server::new([Trouble::ForGood("550".into())]);
    let world = world_with(&server).await;
    let name = world.one_mail().await.name;
    world.send().await;
    let admin = world.administrator().await;
    let failed = world
        .mails(&admin, Some(State::Failed))
        .await
        .expect("mails");
    let [mail] = &failed[..] else {
        panic!("one mail")
    };
    assert_eq!(
        (mail.name.as_str(), mail.failure.as_str()),
        (name.as_str(), "550")
    );
    assert_eq!(
        world.mails(&admin, Some(State::Sent)).await.expect("mails"),
        []
    );
    // Whom it goes to may be mistyped; what it says may be a code.
    assert_eq!(mail.to, EMAIL);
    assert!(mail.subject.is_empty() && mail.text.is_empty() && mail.attachments.is_empty());

    let again = world.retry(&admin, &name).await.expect("queued");
    assert_eq!((again.state(), again.attempts), (State::Queued, 0));
    assert!(again.text.is_empty());
    world.send().await;
    let sent = world.retry(&admin, &name).await.expect("as it is");
    assert_eq!(sent.state(), State::Sent, "what is gone is not sent again");
    world.send().await;
    let sent_to_them = server
        .given()
        .into_iter()
        .filter(|it| name.ends_with(&it.to_string()));
    assert_eq!(sent_to_them.count(), 2);
    let sql = "SELECT detail FROM audit WHERE action = 'RetryMail'";
    let rows = query_all(world.wiring.db.read(), sql, [])
        .await
        .expect("rows");
    let details: Vec<String> = rows
        .iter()
        .map(|it| it.try_get("", "detail").expect("text"))
        .collect();
    assert_eq!(details, ["FAILED after 1"], "only what changed something");
}

#[tokio::test]
async fn the_same_request_retries_once() {
    let server = Server::new([
        Trouble::ForGood("550".into()),
        Trouble::ForGood("550".into()),
    ]);
    let world = world_with(&server).await;
    let name = world.one_mail().await.name;
    world.send().await;
    let admin = world.administrator().await;
    let request = pb::RetryMailRequest {
        name: name.clone(),
        request_id: world.request_id(),
    };
    let mut mails = MailsClient::new(world.speaking_for(admin));
    mails.retry_mail(request.clone()).await.expect("queued");
    world.send().await;
    let repeated = mails
        .retry_mail(request)
        .await
        .expect("the answer")
        .into_inner();
    assert_eq!(repeated.state(), State::Failed, "as it is now");
}

#[tokio::test]
async fn only_administrators_look_after_mail() {
    let server = Server::new([]);
    let world = world_with(&server).await;
    let name = world.one_mail().await.name;
    let me = world.caller(IIN).await;
    assert_eq!(refused(world.mails(&me, None).await), "NOT_ALLOWED");
    assert_eq!(refused(world.retry(&me, &name).await), "NOT_ALLOWED");
    let page = Caller::Service("standalone".into());
    assert_eq!(refused(world.retry(&page, &name).await), "NOT_ALLOWED");
    let admin = world.administrator().await;
    let nobody = "mails/01970000-0000-7000-8000-000000000000";
    assert_eq!(refused(world.retry(&admin, nobody).await), "NOT_FOUND");
    let status = world.retry(&admin, "mail").await.expect_err("no name");
    assert_eq!(
        status.violations(),
        [("name".to_owned(), "INVALID_NAME".to_owned())]
    );
    let mut mails = MailsClient::new(world.speaking_for(admin));
    let request = pb::ListMailsRequest {
        state: 77,
        ..Default::default()
    };
    let status = mails.list_mails(request).await.expect_err("no state");
    assert_eq!(
        status.violations(),
        [("state".to_owned(), "UNKNOWN_VALUE".to_owned())]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_senders_at_once_send_each_mail_once() {
    let server = Server::new([]);
    let world = world_with(&server).await;
    world.seed(IIN, EMAIL, &[]).await;
    world.relay().await;
    let me = world.caller(IIN).await;
    let Caller::Person(person) = &me else {
        panic!("a person")
    };
    for _ in 0..80 {
        let event = proto::events::v1::ApplicationExpired {
            account: person.name(),
            ..Default::default()
        };
        world.told(&event).await;
    }
    // Two processes on one database, each with its lanes.
    let other = identity_svc::build(world.wiring.clone())
        .await
        .expect("another process");
    let mut theirs = other.jobs.iter();
    let theirs = theirs
        .find(|job| job.name == "identity.send_mails")
        .expect("the job");
    join_all([
        theirs.run(),
        world.job("identity.send_mails").run(),
        theirs.run(),
    ])
    .await;
    world.send().await;
    let mut times = BTreeMap::new();
    for mail in server.given() {
        *times.entry(mail).or_insert(0) += 1;
    }
    assert_eq!(times.len(), 81, "all of them, the welcome too");
    assert!(times.values().all(|times| *times == 1), "{times:?}");
}

/// A turn of the sender, begun: it goes on until the server holds its mail.
async fn begin(world: &World, server: &Server) -> JoinHandle<chassis::Result<()>> {
    let job = world.job("identity.send_mails").clone();
    let turn = tokio::spawn(async move { job.run().await });
    server.arrived.acquire().await.expect("open").forget();
    turn
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_mail_of_a_sender_that_died_is_anybodys_after_its_lease() {
    let server = Server::holding(1, []);
    let world = world_with(&server).await;
    world.one_mail().await;
    let dies = begin(&world, &server).await;
    dies.abort();
    dies.await.expect_err("it was ended");
    assert_eq!(world.the_mail().await.state(), State::Sending);
    world.send().await;
    assert_eq!(server.given().len(), 1, "the lease holds");
    world.clock.advance(SignedDuration::from_mins(5));
    world.send().await;
    let mail = world.the_mail().await;
    assert_eq!((mail.state(), mail.attempts), (State::Sent, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_comes_back_after_the_lease_does_not_undo_what_another_does() {
    let server = Server::holding(2, [busy()]);
    let world = world_with(&server).await;
    world.one_mail().await;
    let slow = begin(&world, &server).await;
    world.clock.advance(SignedDuration::from_mins(5));
    let quick = begin(&world, &server).await;
    // The slow one was refused; by now the mail is the other's.
    server.held[0].add_permits(1);
    slow.await.expect("not ended").expect("a turn");
    let mail = world.the_mail().await;
    assert_eq!((mail.state(), mail.failure.as_str()), (State::Sending, ""));
    server.held[1].add_permits(1);
    quick.await.expect("not ended").expect("a turn");
    let mail = world.the_mail().await;
    assert_eq!((mail.state(), mail.attempts), (State::Sent, 2));
}

#[tokio::test]
async fn a_server_that_is_down_is_not_asked_for_every_mail() {
    let down = || Trouble::Server("UNREACHABLE".into());
    let server = Server::new((0..1000).map(|_| down()));
    let world = world_with(&server).await;
    world.seed(IIN, EMAIL, &[]).await;
    world.relay().await;
    let me = world.caller(IIN).await;
    let Caller::Person(person) = &me else {
        panic!("a person")
    };
    for _ in 0..40 {
        let event = proto::events::v1::ApplicationExpired {
            account: person.name(),
            ..Default::default()
        };
        world.told(&event).await;
    }
    world.send().await;
    assert_eq!(server.given().len(), 4, "one for each lane");
    let admin = world.administrator().await;
    let waiting = world
        .mails(&admin, Some(State::Retrying))
        .await
        .expect("mails");
    assert_eq!(waiting.len(), 4);
    assert!(waiting.iter().all(|mail| mail.failure == "UNREACHABLE"));
}
