//! The service in a world of its own: neighbours, bus, clock, and people who talk to it.

use std::sync::atomic::{AtomicU64, Ordering};

use chassis::bus::{Bus, Event, Subscriber};
use chassis::caller::{Caller, Role};
use chassis::client::{Connection, LocalNet};
use chassis::clock::Clock;
use chassis::ids::Ids;
use chassis::jobs::Job;
use chassis::mask::Masked;
use chassis::outbox::Relay;
use chassis::testing::{self, Keys, TestDatabase};
use chassis::text::Language;
use chassis::token::Verifier;
use identity_svc::Wiring;
use identity_svc::config::Config;
use identity_svc::hashing::HashingCost;
use identity_svc::migrations::Migrator;
use identity_svc::sealing::MasterKeys;
use identity_svc::seed::{self, SeedAccount};
use pb::accounts_client::AccountsClient;
use pb::mails_client::MailsClient;
use pb::messages_client::MessagesClient;
use pb::persons_client::PersonsClient;
use pb::prove_registration_email_request::Proof;
use pb::registration_attempts_client::RegistrationAttemptsClient;
use pb::sessions_client::SessionsClient;
use proto::identity::v1 as pb;
use tonic::{Request, Status};
use tonic_types::StatusExt;

use crate::campaigns::WrittenCampaigns;
use crate::seat_offers::WrittenOffers;

pub const PASSWORD: &str = "төрт жылқы өзеннен өтті";
pub const IIN: &str = "950615300000";
pub const EMAIL: &str = "alikhan@example.kz";

/// A file of master keys, each made of one number; the first seals.
pub fn master_keys(numbers: &[u8]) -> MasterKeys {
    let lines = numbers
        .iter()
        .map(|number| format!("{number:02x}").repeat(32));
    let file = lines.collect::<Vec<_>>().join("\n");
    MasterKeys::parse(file.as_bytes()).expect("keys")
}

pub struct World {
    pub clock: Clock,
    pub campaigns: WrittenCampaigns,
    pub offers: WrittenOffers,
    pub bus: Bus,
    pub keys: Keys,
    pub wiring: Wiring,
    pub jobs: Vec<Job>,
    pub subscribers: Vec<Subscriber>,
    /// Vouches for the addresses of callers.
    vouchers: Keys,
    net: LocalNet,
    ids: Ids,
    requests: AtomicU64,
    pub database: TestDatabase,
}

/// At 1 June 2026, 10:00 in Astana.
pub async fn world() -> World {
    World::with(testing::clock(), |_| {}).await
}

pub async fn world_at(time: &str) -> World {
    World::with(Clock::held_at(time.parse().expect("an instant")), |_| {}).await
}

impl World {
    pub async fn with(clock: Clock, settings: impl FnOnce(&mut Config)) -> Self {
        let database = testing::database::<Migrator>().await;
        let (ids, keys, net) = (
            testing::ids(&clock),
            testing::keys("identity-svc"),
            LocalNet::default(),
        );
        let vouchers = testing::keys("gateway");
        let mut config = Config::new("https://reserve.example/", [7; 32], master_keys(&[1]));
        config.hashing = HashingCost {
            memory_kib: 8,
            passes: 1,
            queue_per_core: 1000,
            ..HashingCost::default()
        };
        settings(&mut config);
        let wiring = Wiring {
            db: database.db.clone(),
            clock: clock.clone(),
            ids: ids.clone(),
            verifier: Verifier::new("identity-svc", std::slice::from_ref(&vouchers.public))
                .expect("a verifier"),
            identity: keys.identity(&clock),
            signer: keys.signer.clone(),
            config,
            questionnaire: net.connect("questionnaire-svc"),
            testing: net.connect("testing-svc"),
        };
        let service = identity_svc::build(wiring.clone())
            .await
            .expect("the service");
        let (campaigns, bus) = (WrittenCampaigns::default(), Bus::default());
        net.add("identity-svc", service.routes);
        net.add("questionnaire-svc", campaigns.routes());
        let offers = WrittenOffers::default();
        net.add("testing-svc", offers.routes());
        let subscribers = service.subscribers;
        bus.subscribe(subscribers.clone());
        let jobs = service.jobs;
        let requests = AtomicU64::new(0);
        Self {
            clock,
            campaigns,
            offers,
            bus,
            keys,
            vouchers,
            wiring,
            jobs,
            subscribers,
            net,
            ids,
            requests,
            database,
        }
    }

    /// A request id that nobody used.
    pub fn request_id(&self) -> String {
        testing::request_id(self.requests.fetch_add(1, Ordering::Relaxed).into())
    }

    /// The call as the gateway passes it on from an address.
    pub fn from<T>(&self, address: &str, message: T) -> Request<T> {
        let identity = self.vouchers.identity(&self.clock);
        let token = identity.token("identity-svc").expect("a token");
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        metadata.insert("x-client-address", address.parse().expect("a header"));
        metadata.insert("x-gateway-token", token.parse().expect("a header"));
        request
    }

    pub async fn sign_in_from(
        &self,
        address: &str,
        login: &str,
        password: &str,
    ) -> Result<pb::Session, Status> {
        let request = pb::CreateSessionRequest {
            login: login.into(),
            password: password.into(),
            request_id: self.request_id(),
        };
        let request = self.from(address, request);
        Ok(self.sessions().create_session(request).await?.into_inner())
    }

    pub async fn start_from(
        &self,
        address: &str,
        attempt: pb::RegistrationAttempt,
    ) -> Result<pb::RegistrationAttempt, Status> {
        let request = pb::CreateRegistrationAttemptRequest {
            registration_attempt: Some(attempt),
            request_id: self.request_id(),
        };
        let request = self.from(address, request);
        let mut registrations = self.registrations();
        let answer = registrations.create_registration_attempt(request).await?;
        Ok(answer.into_inner())
    }

    pub fn stranger(&self) -> Connection {
        self.net.connect("identity-svc")
    }

    pub fn speaking_for(&self, caller: Caller) -> Connection {
        self.stranger().speaking_for(caller)
    }

    pub fn service(&self, name: &str) -> Connection {
        self.speaking_for(Caller::Service(name.into()))
    }

    pub fn registrations(&self) -> RegistrationAttemptsClient<Connection> {
        RegistrationAttemptsClient::new(self.stranger())
    }

    pub fn sessions(&self) -> SessionsClient<Connection> {
        SessionsClient::new(self.stranger())
    }

    pub fn sessions_of(&self, caller: &Caller) -> SessionsClient<Connection> {
        SessionsClient::new(self.speaking_for(caller.clone()))
    }

    pub fn accounts_of(&self, caller: &Caller) -> AccountsClient<Connection> {
        AccountsClient::new(self.speaking_for(caller.clone()))
    }

    pub fn messages_of(&self, caller: &Caller) -> MessagesClient<Connection> {
        MessagesClient::new(self.speaking_for(caller.clone()))
    }

    pub fn persons(&self) -> PersonsClient<Connection> {
        PersonsClient::new(self.service("questionnaire-svc"))
    }

    pub fn gateway(&self) -> SessionsClient<Connection> {
        SessionsClient::new(self.service("gateway"))
    }

    /// The mails to an address, newest first.
    pub async fn mails_to(&self, to: &str) -> Vec<pb::Mail> {
        let request = pb::ListMailsRequest {
            to: to.into(),
            page_size: 200,
            ..Default::default()
        };
        let mails = MailsClient::new(self.service("standalone"))
            .list_mails(request)
            .await;
        mails.expect("mails").into_inner().mails
    }

    /// Everything in the outbox reaches the inbox.
    pub async fn relay(&self) {
        let (db, bus, clock) = (self.wiring.db.clone(), self.bus.clone(), self.clock.clone());
        let relay = Relay { db, bus, clock };
        while relay.round().await.expect("a round") > 0 {}
    }

    /// Another service told something.
    pub async fn told<M: prost::Message + prost::Name>(&self, payload: &M) -> Event {
        let event = self.event(payload);
        self.bus.publish(&event).await.expect("taken");
        event
    }

    /// An event that nobody has taken yet.
    pub fn event<M: prost::Message + prost::Name>(&self, payload: &M) -> Event {
        Event {
            id: self.ids.uuid(),
            kind: M::full_name(),
            about: String::new(),
            time: self.clock.now(),
            payload: payload.encode_to_vec(),
            trace: None,
        }
    }

    pub fn job(&self, name: &str) -> &Job {
        let mut jobs = self.jobs.iter();
        jobs.find(|job| job.name == name).expect("a job")
    }

    pub async fn seed(&self, iin: &str, email: &str, roles: &[Role]) -> String {
        let account = SeedAccount {
            iin,
            email,
            password: Masked::new(PASSWORD.into()),
            language: Language::Kk,
            roles,
        };
        seed::account(&self.wiring, account)
            .await
            .expect("an account")
    }

    /// Signs somebody seeded in, and what the services then see of them.
    pub async fn caller(&self, login: &str) -> Caller {
        let session = self.sign_in(login, PASSWORD).await.expect("a session");
        self.exchange(&session.access_token)
            .await
            .expect("a caller")
    }

    pub async fn sign_in(&self, login: &str, password: &str) -> Result<pb::Session, Status> {
        let request = pb::CreateSessionRequest {
            login: login.into(),
            password: password.into(),
            request_id: self.request_id(),
        };
        Ok(self.sessions().create_session(request).await?.into_inner())
    }

    pub async fn refresh(&self, refresh_token: &str) -> Result<pb::Session, Status> {
        let request = pb::RefreshSessionRequest {
            refresh_token: refresh_token.into(),
            request_id: self.request_id(),
        };
        Ok(self.sessions().refresh_session(request).await?.into_inner())
    }

    /// Trades an access token as the gateway does, and reads it as a service does.
    pub async fn exchange(&self, access_token: &str) -> Result<Caller, Status> {
        let request = pb::ExchangeSessionRequest {
            access_token: access_token.into(),
            audience: "review-svc".into(),
        };
        let token = self
            .gateway()
            .exchange_session(request)
            .await?
            .into_inner()
            .caller_token;
        let verifier = Verifier::new("review-svc", std::slice::from_ref(&self.keys.public))
            .expect("a verifier");
        Ok(chassis::caller::verify(&verifier, &token, self.clock.now()).expect("a good token"))
    }

    pub async fn start(
        &self,
        attempt: pb::RegistrationAttempt,
    ) -> Result<pb::RegistrationAttempt, Status> {
        let request = pb::CreateRegistrationAttemptRequest {
            registration_attempt: Some(attempt),
            request_id: self.request_id(),
        };
        Ok(self
            .registrations()
            .create_registration_attempt(request)
            .await?
            .into_inner())
    }

    pub async fn prove(&self, name: &str, proof: Proof) -> Result<pb::RegistrationAttempt, Status> {
        let request = pb::ProveRegistrationEmailRequest {
            name: name.into(),
            proof: Some(proof),
            request_id: self.request_id(),
        };
        Ok(self
            .registrations()
            .prove_registration_email(request)
            .await?
            .into_inner())
    }

    pub async fn complete(&self, name: &str) -> Result<pb::Account, Status> {
        let request = pb::CompleteRegistrationAttemptRequest {
            name: name.into(),
            request_id: self.request_id(),
            ..Default::default()
        };
        Ok(self
            .registrations()
            .complete_registration_attempt(request)
            .await?
            .into_inner())
    }

    /// An attempt whose address is proven by the code of its mail.
    pub async fn proven(&self, attempt: pb::RegistrationAttempt) -> String {
        let email = attempt.email.clone();
        let name = self.start(attempt).await.expect("an attempt").name;
        let code = code_of(&self.mail_of(&email, &name).await);
        self.prove(&name, Proof::Code(code)).await.expect("proven");
        name
    }

    /// The newest mail of an attempt.
    pub async fn mail_of(&self, email: &str, attempt: &str) -> pb::Mail {
        let mails = self.mails_to(email).await;
        mails
            .into_iter()
            .find(|mail| mail.text.contains(attempt))
            .expect("a mail")
    }
}

pub fn attempt(iin: &str, email: &str) -> pb::RegistrationAttempt {
    pb::RegistrationAttempt {
        iin: iin.into(),
        email: email.into(),
        password: PASSWORD.into(),
        ..Default::default()
    }
}

/// The six digits of a registration's mail.
pub fn code_of(mail: &pb::Mail) -> String {
    let line = mail
        .text
        .lines()
        .find(|line| line.contains(": "))
        .expect("a line with the code");
    line.rsplit(' ').next().expect("the code").to_owned()
}

pub fn token_of(mail: &pb::Mail) -> String {
    let token = mail.text.split("&token=").nth(1).expect("a link");
    token.split_whitespace().next().expect("a token").to_owned()
}

/// A code that is not the one of the mail.
pub fn wrong_code(mail: &pb::Mail) -> String {
    if code_of(mail) == "123456" {
        "654321".into()
    } else {
        "123456".into()
    }
}

pub trait Refused {
    fn reason(&self) -> String;
    /// The fields that are wrong and why.
    fn violations(&self) -> Vec<(String, String)>;
    fn fact(&self, key: &str) -> String;
}

impl Refused for Status {
    fn reason(&self) -> String {
        self.get_details_error_info().expect("a reason").reason
    }

    fn violations(&self) -> Vec<(String, String)> {
        let wrong = self
            .get_details_bad_request()
            .map(|bad| bad.field_violations);
        let wrong = wrong.unwrap_or_default().into_iter();
        wrong.map(|it| (it.field, it.reason)).collect()
    }

    fn fact(&self, key: &str) -> String {
        let info = self.get_details_error_info().expect("a reason");
        info.metadata.get(key).cloned().unwrap_or_default()
    }
}

/// The reason of a call that has to be refused.
#[track_caller]
pub fn refused<T: std::fmt::Debug>(outcome: Result<T, Status>) -> String {
    outcome.expect_err("a refusal").reason()
}

/// The call in a language.
pub fn in_language<T>(language: &'static str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request
        .metadata_mut()
        .insert("accept-language", language.parse().expect("a header"));
    request
}
