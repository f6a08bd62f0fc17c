//! A world of its own for each test: a database, a clock that stands still, the service and its
//! neighbours, and words to speak to it.

use std::sync::atomic::{AtomicU64, Ordering};

use chassis::bus::{Bus, Event};
use chassis::caller::{Caller, Role};
use chassis::client::{Connection, LocalNet};
use chassis::clock::{Clock, to_pb};
use chassis::database::{Database, execute, query_all, query_one};
use chassis::ids::Ids;
use chassis::server::Service;
use chassis::testing::{self, Keys, TestDatabase, person, request_id};
use chassis::token::PublicKey;
use jiff::{SignedDuration, Timestamp};
use proto::events::v1::{
    ApplicationAccepted, ApplicationMarkedErroneous, ApplicationSubmitted, ApplicationWithdrawn,
};
use proto::identity::v1::persons_server::PersonsServer;
use proto::identity::v1::signatures_server::SignaturesServer;
use proto::partner::v1 as partner;
use proto::partner::v1::redemptions_client::RedemptionsClient;
use proto::questionnaire::v1::promo_rights_server::PromoRightsServer;
use proto::questionnaire::v1::score_formulas_server::ScoreFormulasServer;
use proto::questionnaire::v1::specialties_server::SpecialtiesServer;
use proto::testing::v1 as pb;
use proto::testing::v1::attempts_client::AttemptsClient;
use proto::testing::v1::bookings_client::BookingsClient;
use proto::testing::v1::candidates_client::CandidatesClient;
use proto::testing::v1::promo_codes_client::PromoCodesClient;
use proto::testing::v1::stages_client::StagesClient;
use proto::testing::v1::test_centers_client::TestCentersClient;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::wire::v1::LocalizedText;
use testing_svc::config::Config;
use testing_svc::migrations::Migrator;
use testing_svc::{NAME, Wiring};
use tonic::service::Routes;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::neighbours::{Identity, Questionnaire, iin};

pub const CAMPAIGN: &str = "campaigns/reserve-2026";
pub const DESK: u128 = 9_000;

pub struct World {
    pub data: TestDatabase,
    pub clock: Clock,
    ids: Ids,
    pub service: Service,
    pub bus: Bus,
    pub net: LocalNet,
    pub questionnaire: Questionnaire,
    pub key: PublicKey,
    requests: AtomicU64,
}

async fn instance(
    db: Database,
    clock: &Clock,
    ids: &Ids,
    config: Config,
    keys: Keys,
    questionnaire: &Questionnaire,
) -> (LocalNet, Service) {
    let net = LocalNet::default();
    let rights = PromoRightsServer::new(questionnaire.clone());
    let specialties = SpecialtiesServer::new(questionnaire.clone());
    let formulas = ScoreFormulasServer::new(questionnaire.clone());
    let routes = Routes::new(rights).add_service(specialties);
    net.add("questionnaire-svc", routes.add_service(formulas));
    let identity = Routes::new(PersonsServer::new(Identity));
    net.add(
        "identity-svc",
        identity.add_service(SignaturesServer::new(Identity)),
    );
    let service = testing_svc::build(Wiring {
        db,
        clock: clock.clone(),
        ids: ids.clone(),
        verifier: testing::verifier(NAME),
        signer: keys.signer.clone(),
        identity: keys.identity(clock),
        config,
        questionnaire: net.connect("questionnaire-svc"),
        persons: net.connect("identity-svc"),
    })
    .await
    .expect("a service");
    net.add(NAME, service.routes.clone());
    let partners = service.partner_routes.clone().expect("a partner port");
    net.add("partners", partners);
    (net, service)
}

fn config() -> Config {
    let config = Config::new(&[7; 32]).signing(&[8; 32]);
    config.expect("a seed")
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let data = testing::database::<Migrator>().await;
        let clock = testing::clock();
        let ids = testing::ids(&clock);
        let questionnaire = Questionnaire::default();
        let mut config = config();
        change(&mut config);
        let keys = testing::keys(NAME);
        let key = keys.public.clone();
        let db = data.db.clone();
        let (net, mut service) = instance(db, &clock, &ids, config, keys, &questionnaire).await;
        let bus = Bus::default();
        bus.subscribe(std::mem::take(&mut service.subscribers));
        Self {
            data,
            clock,
            ids,
            service,
            bus,
            net,
            questionnaire,
            key,
            requests: AtomicU64::new(1),
        }
    }

    /// The same service once more, in front of the same database.
    pub async fn another_instance(&self) -> (LocalNet, Service) {
        let db = Database::open(&self.data.url, &testing::patient()).await;
        let (config, keys) = (config(), testing::keys(NAME));
        let db = db.expect("the same database");
        instance(
            db,
            &self.clock,
            &self.ids,
            config,
            keys,
            &self.questionnaire,
        )
        .await
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn pass(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// Whoever looks for a seat now sees what there is now.
    pub fn pass_a_moment(&self) {
        self.clock.advance(SignedDuration::from_secs(1));
    }

    /// A request id that nobody used before.
    pub fn request(&self) -> String {
        request_id(self.requests.fetch_add(1, Ordering::SeqCst).into())
    }

    pub fn speak(&self, caller: Caller) -> Connection {
        self.net.connect(NAME).speaking_for(caller)
    }

    pub fn as_person(&self, number: u128) -> Connection {
        self.speak(person(number, &[]))
    }

    pub fn as_desk(&self) -> Connection {
        self.speak(person(DESK, &[Role::ExamDesk]))
    }

    pub fn as_partner(&self, name: &str) -> RedemptionsClient<Connection> {
        let caller = Caller::Partner(name.into());
        RedemptionsClient::new(self.net.connect("partners").speaking_for(caller))
    }

    pub fn codes(&self, number: u128) -> PromoCodesClient<Connection> {
        PromoCodesClient::new(self.as_person(number))
    }

    pub fn bookings(&self, number: u128) -> BookingsClient<Connection> {
        BookingsClient::new(self.as_person(number))
    }

    pub fn attempts(&self, number: u128) -> AttemptsClient<Connection> {
        AttemptsClient::new(self.as_person(number))
    }

    pub fn desk_bookings(&self) -> BookingsClient<Connection> {
        BookingsClient::new(self.as_desk())
    }

    pub async fn run(&self, job: &str) {
        let job = self.service.jobs.iter().find(|it| it.name == job);
        job.expect("a job").run().await.expect("the job runs");
    }

    // Promo codes and partners.

    pub async fn issue(&self, number: u128, system: pb::TestSystem) -> Answer<pb::PromoCode> {
        self.codes(number)
            .issue_promo_code(issue_request(system, self.request()))
            .await
            .map(tonic::Response::into_inner)
    }

    /// A code for KAZTEST of the person with this number.
    pub async fn kaztest_code(&self, number: u128) -> pb::PromoCode {
        let issued = self.issue(number, pb::TestSystem::Kaztest).await;
        issued.expect("a code")
    }

    pub async fn reserve(&self, number: u128, code: &str) -> Answer<partner::Redemption> {
        self.as_partner("kaztest")
            .reserve_promo_code(reserve_request(number, code, self.request()))
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn redeem(&self, name: &str) -> Answer<partner::Redemption> {
        let request = partner::RedeemPromoCodeRequest {
            name: name.into(),
            request_id: self.request(),
        };
        let mut partner = self.as_partner("kaztest");
        partner
            .redeem_promo_code(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn cancel_reservation(&self, name: &str) -> Answer<partner::Redemption> {
        let request = partner::CancelReservationRequest {
            name: name.into(),
            request_id: self.request(),
        };
        let mut partner = self.as_partner("kaztest");
        partner
            .cancel_reservation(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn roll_back(
        &self,
        name: &str,
        reason: partner::RollbackReason,
    ) -> Answer<partner::Redemption> {
        let request = partner::RollBackRedemptionRequest {
            name: name.into(),
            reason: reason.into(),
            note: "as told by telephone".into(),
            request_id: self.request(),
        };
        let mut partner = self.as_partner("kaztest");
        partner
            .roll_back_redemption(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn report(
        &self,
        name: &str,
        result: partner::TestResult,
    ) -> Answer<partner::Redemption> {
        let request = partner::ReportResultRequest {
            name: name.into(),
            result: Some(result),
            request_id: self.request(),
        };
        let mut partner = self.as_partner("kaztest");
        partner
            .report_result(request)
            .await
            .map(tonic::Response::into_inner)
    }

    // Selection.

    pub async fn stage(&self, number: i32) -> pb::Stage {
        let request = pb::CreateStageRequest {
            parent: CAMPAIGN.into(),
            stage: Some(stage(number)),
            request_id: self.request(),
        };
        let mut stages = StagesClient::new(self.as_desk());
        stages
            .create_stage(request)
            .await
            .expect("a stage")
            .into_inner()
    }

    pub async fn center(&self) -> pb::TestCenter {
        let request = pb::CreateTestCenterRequest {
            test_center: Some(center()),
            request_id: self.request(),
        };
        let mut centers = TestCentersClient::new(self.as_desk());
        centers
            .create_test_center(request)
            .await
            .expect("a centre")
            .into_inner()
    }

    /// A session of the stage that starts in so many minutes.
    pub async fn session(&self, stage: &str, minutes: i64, capacity: i32) -> pb::TestSession {
        let center = self.center().await.name;
        let request = self.session_request(stage, &center, minutes, capacity);
        self.create_session(request).await.expect("a session")
    }

    pub fn session_request(
        &self,
        stage: &str,
        center: &str,
        minutes: i64,
        capacity: i32,
    ) -> pb::CreateTestSessionRequest {
        let start = self.now() + SignedDuration::from_mins(minutes);
        pb::CreateTestSessionRequest {
            parent: stage.into(),
            session: Some(pb::TestSession {
                start_time: Some(to_pb(start)),
                end_time: Some(to_pb(start + SignedDuration::from_mins(90))),
                center: center.into(),
                capacity,
                ..Default::default()
            }),
            request_id: self.request(),
        }
    }

    pub async fn create_session(
        &self,
        request: pb::CreateTestSessionRequest,
    ) -> Answer<pb::TestSession> {
        let mut sessions = TestSessionsClient::new(self.as_desk());
        sessions
            .create_test_session(request)
            .await
            .map(tonic::Response::into_inner)
    }

    /// An accepted application makes a person eligible.
    pub async fn accept(&self, number: u128) {
        let account = person_name(number);
        let event = ApplicationAccepted {
            application: application(number),
            submission: submission(number),
            campaign: CAMPAIGN.into(),
            account,
            ..Default::default()
        };
        self.hear(&application(number), &event).await;
    }

    /// What questionnaire-svc tells before an application is accepted.
    pub async fn submit(&self, number: u128, direction: &str) {
        let event = ApplicationSubmitted {
            application: application(number),
            submission: submission(number),
            campaign: CAMPAIGN.into(),
            account: person_name(number),
            direction: direction.into(),
            submission_number: 1,
            ..Default::default()
        };
        self.hear(&application(number), &event).await;
    }

    /// The candidate that the person with this number is.
    pub async fn candidate(&self, number: u128) -> Option<pb::Candidate> {
        let request = pb::ListCandidatesRequest {
            parent: CAMPAIGN.into(),
            ..Default::default()
        };
        let mut candidates = CandidatesClient::new(self.as_person(number));
        let found = candidates.list_candidates(request).await;
        let mut own = found.expect("a list").into_inner().candidates;
        assert!(own.len() < 2);
        own.pop()
    }

    /// The application turned out to be a mistake.
    pub async fn set_aside(&self, number: u128) {
        let event = ApplicationMarkedErroneous {
            application: application(number),
            campaign: CAMPAIGN.into(),
            account: person_name(number),
            reason_code: "TEST_ENTRY".into(),
            ..Default::default()
        };
        self.hear(&application(number), &event).await;
    }

    pub async fn withdraw(&self, number: u128) {
        let event = ApplicationWithdrawn {
            application: application(number),
            campaign: CAMPAIGN.into(),
            account: person_name(number),
            ..Default::default()
        };
        self.hear(&application(number), &event).await;
    }

    /// Each event arrives twice, as it may.
    pub async fn hear<M: prost::Message + prost::Name>(&self, about: &str, payload: &M) {
        let id = self.requests.fetch_add(1, Ordering::SeqCst);
        let event = Event {
            id: uuid::Uuid::from_u128(id.into()),
            kind: M::full_name(),
            about: about.into(),
            time: self.now(),
            payload: payload.encode_to_vec(),
            trace: None,
        };
        for _ in 0..2 {
            self.bus.publish(&event).await.expect("the event is taken");
        }
    }

    pub async fn hold(&self, number: u128, session: &str) -> Answer<pb::Booking> {
        let request = hold_request(session, self.request());
        let mut bookings = self.bookings(number);
        bookings
            .create_booking(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn confirm(&self, number: u128, name: &str) -> Answer<pb::Booking> {
        let request = pb::ConfirmBookingRequest {
            name: name.into(),
            etag: String::new(),
            request_id: self.request(),
        };
        let mut bookings = self.bookings(number);
        bookings
            .confirm_booking(request)
            .await
            .map(tonic::Response::into_inner)
    }

    /// Held and confirmed.
    pub async fn book(&self, number: u128, session: &str) -> pb::Booking {
        let held = self.hold(number, session).await.expect("a seat");
        self.confirm(number, &held.name).await.expect("a booking")
    }

    pub async fn move_to(&self, number: u128, name: &str, session: &str) -> Answer<pb::Booking> {
        let request = pb::MoveBookingRequest {
            name: name.into(),
            session: session.into(),
            request_id: self.request(),
            ..Default::default()
        };
        let mut bookings = self.bookings(number);
        bookings
            .move_booking(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn cancel(&self, number: u128, name: &str) -> Answer<pb::Booking> {
        let request = pb::CancelBookingRequest {
            name: name.into(),
            etag: String::new(),
            request_id: self.request(),
        };
        let mut bookings = self.bookings(number);
        bookings
            .cancel_booking(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn check_in(&self, name: &str) -> Answer<pb::Booking> {
        let request = pb::CheckInBookingRequest {
            name: name.into(),
            etag: String::new(),
            request_id: self.request(),
        };
        let mut bookings = self.desk_bookings();
        bookings
            .check_in_booking(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn start(&self, number: u128, booking: &str) -> Answer<pb::Attempt> {
        let request = pb::StartAttemptRequest {
            booking: booking.into(),
            request_id: self.request(),
        };
        let mut attempts = self.attempts(number);
        attempts
            .start_attempt(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn get_booking(&self, number: u128, name: &str) -> Answer<pb::Booking> {
        let request = pb::GetBookingRequest { name: name.into() };
        let mut bookings = self.bookings(number);
        bookings
            .get_booking(request)
            .await
            .map(tonic::Response::into_inner)
    }

    pub async fn seats_left(&self, session: &str) -> i32 {
        let request = pb::GetTestSessionRequest {
            name: session.into(),
        };
        let mut sessions = TestSessionsClient::new(self.as_desk());
        let found = sessions.get_test_session(request).await;
        found.expect("a session").into_inner().seats_left
    }

    // The database, looked at from outside.

    pub async fn count(&self, of: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) AS n FROM {of}");
        let found = query_one(self.data.db.read(), &sql, [])
            .await
            .expect("a count");
        found.expect("a row").try_get("", "n").expect("a number")
    }

    /// The events written so far, oldest first: kind and payload.
    pub async fn told(&self) -> Vec<(String, Vec<u8>)> {
        let sql = "SELECT kind, payload FROM outbox ORDER BY seq";
        let rows = query_all(self.data.db.read(), sql, [])
            .await
            .expect("the outbox");
        rows.iter()
            .map(|row| {
                let kind: String = row.try_get("", "kind").expect("a kind");
                let short = kind.rsplit('.').next().expect("a name").to_owned();
                (short, row.try_get("", "payload").expect("a payload"))
            })
            .collect()
    }

    pub async fn told_kinds(&self) -> Vec<String> {
        self.told()
            .await
            .into_iter()
            .map(|(kind, _)| kind)
            .collect()
    }

    pub async fn sql(&self, sql: &str) {
        let tx = self.data.db.begin().await.expect("a transaction");
        execute(&tx, sql, []).await.expect("a statement");
        self.data.db.commit(tx).await.expect("a commit");
    }

    /// B1, B2, B6: counters are rows, no session is over its capacity, nobody is in a stage twice.
    pub async fn seats_add_up(&self) {
        let sql = "SELECT s.id, s.taken, s.capacity, (SELECT COUNT(*) FROM bookings b
                WHERE b.session = s.id AND b.state IN
                ('HELD', 'BOOKED', 'CHECKED_IN', 'STARTED', 'COMPLETED', 'NO_SHOW')) AS n
             FROM test_sessions s";
        for row in query_all(self.data.db.read(), sql, []).await.expect("rows") {
            let taken: i32 = row.try_get("", "taken").expect("taken");
            let capacity: i32 = row.try_get("", "capacity").expect("capacity");
            let rows: i64 = row.try_get("", "n").expect("rows");
            assert_eq!(i64::from(taken), rows);
            assert!(taken <= capacity);
        }
        let twice = "(SELECT stage, account FROM bookings WHERE state IN
            ('HELD', 'BOOKED', 'CHECKED_IN', 'STARTED', 'COMPLETED')
            GROUP BY stage, account HAVING COUNT(*) > 1) AS twice";
        assert_eq!(self.count(twice).await, 0);
    }
}

pub type Answer<T> = Result<T, Status>;

pub fn person_name(number: u128) -> String {
    person(number, &[]).person().expect("a person").name()
}

pub fn application(number: u128) -> String {
    format!("{CAMPAIGN}/applications/{}", uuid::Uuid::from_u128(number))
}

pub fn submission(number: u128) -> String {
    let id = uuid::Uuid::from_u128(number + 1_000_000);
    format!("{}/submissions/{id}", application(number))
}

pub fn text(text: &str) -> Option<LocalizedText> {
    Some(LocalizedText {
        kk: format!("{text} kk"),
        ru: format!("{text} ru"),
        en: format!("{text} en"),
    })
}

pub fn stage(number: i32) -> pb::Stage {
    pb::Stage {
        number,
        title: text("Stage"),
        launch_url: "https://test.example.kz/start".into(),
        ..Default::default()
    }
}

pub fn center() -> pb::TestCenter {
    pb::TestCenter {
        title: text("Centre"),
        address: text("1 Abai Avenue"),
        mode: pb::test_center::Mode::Onsite.into(),
        time_zone: "Asia/Almaty".into(),
        ..Default::default()
    }
}

pub fn issue_request(system: pb::TestSystem, request_id: String) -> pb::IssuePromoCodeRequest {
    pb::IssuePromoCodeRequest {
        parent: CAMPAIGN.into(),
        test_system: system.into(),
        request_id,
    }
}

pub fn hold_request(session: &str, request_id: String) -> pb::CreateBookingRequest {
    pb::CreateBookingRequest {
        parent: CAMPAIGN.into(),
        booking: Some(pb::Booking {
            session: session.into(),
            ..Default::default()
        }),
        request_id,
    }
}

pub fn reserve_request(
    number: u128,
    code: &str,
    request_id: String,
) -> partner::ReservePromoCodeRequest {
    partner::ReservePromoCodeRequest {
        code: code.into(),
        iin: iin(number),
        test_system: pb::TestSystem::Kaztest.into(),
        partner_reference: "KT-2026-17".into(),
        request_id,
    }
}

/// B2, with a certificate of 1 June.
pub fn passed() -> partner::TestResult {
    use proto::google::r#type::Date;
    partner::TestResult {
        outcome: partner::test_result::Outcome::Passed.into(),
        level: pb::LanguageLevel::B2.into(),
        certificate_number: "KT-000123".into(),
        issue_date: Some(Date {
            year: 2026,
            month: 6,
            day: 1,
        }),
        valid_until: Some(Date {
            year: 2028,
            month: 5,
            day: 31,
        }),
    }
}

pub fn failed() -> partner::TestResult {
    partner::TestResult {
        outcome: partner::test_result::Outcome::Failed.into(),
        ..Default::default()
    }
}

/// Why it said no.
pub fn reason(status: &Status) -> String {
    let info = status.get_details_error_info();
    assert!(info.is_some(), "no reason in {status:?}");
    info.map(|info| info.reason).unwrap_or_default()
}

#[track_caller]
pub fn refused<T: std::fmt::Debug>(answer: Answer<T>, expected: &str) -> Status {
    let status = answer.expect_err(expected);
    assert_eq!(reason(&status), expected, "{status:?}");
    let kind = [
        Code::FailedPrecondition,
        Code::AlreadyExists,
        Code::NotFound,
        Code::PermissionDenied,
        Code::Aborted,
        Code::ResourceExhausted,
        Code::Unavailable,
    ];
    assert!(kind.contains(&status.code()), "{status:?}");
    status
}

pub fn told_with(status: &Status, key: &str) -> String {
    let info = status.get_details_error_info().expect("a reason");
    info.metadata.get(key).cloned().unwrap_or_default()
}

/// The violations of a call: field and reason.
#[track_caller]
pub fn violations<T: std::fmt::Debug>(answer: Answer<T>) -> Vec<(String, String)> {
    let status = answer.expect_err("violations");
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_error_details();
    let bad = details.bad_request().expect("violations");
    bad.field_violations
        .iter()
        .map(|it| (it.field.clone(), it.reason.clone()))
        .collect()
}

/// The same, as `field REASON`.
#[track_caller]
pub fn wrong<T: std::fmt::Debug>(answer: Answer<T>) -> Vec<String> {
    let all = violations(answer).into_iter();
    all.map(|(field, reason)| format!("{field} {reason}"))
        .collect()
}
