//! Many who book at the same moment: they are decided on together, and nothing that anybody can see is
//! different for it. SQLite decides on each alone; there the same tests hold of that.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::join_all;
use proto::testing::v1 as pb;
use proto::testing::v1::quota::Kind;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::wire::v1::Language;
use tonic::Code;
use tonic_types::StatusExt;

use crate::seats::{DAY, quota};
use crate::world::{Answer, World, hold_request, person_name, reason, told_with};

/// Numbers that look drawn and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, many: u64) -> u64 {
        // Knuth's MMIX.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % many
    }
}

const PEOPLE: u64 = 60;
/// They wait for a seat from some moment on.
const WAITING: [u64; 3] = [58, 59, 60];
/// Known to nobody: no event ever named them.
const STRANGERS: u64 = 3;
const ROUNDS: usize = 8;
const IN_A_ROUND: usize = 40;

struct Plan {
    stages: [String; 2],
    /// Wanted by more than there are seats.
    scarce: Vec<String>,
    /// Never full.
    roomy: String,
    /// Nobody gets a seat of these.
    hopeless: Vec<String>,
}

/// The same in every world, down to the names.
async fn plan(world: &World) -> Plan {
    let stages = [world.stage(1).await.name, world.stage(2).await.name];
    let small = world.session(&stages[0], 3 * DAY, 7).await.name;
    let quotas = [
        quota("wide", Kind::AccessibleWorkstation, "", 1),
        quota("kazakh", Kind::LanguageForm, "kk", 3),
        quota("russian", Kind::LanguageForm, "ru", 2),
    ];
    let sorts = world.session_with(&stages[0], 4 * DAY, 9, &quotas).await;
    let roomy = world.session(&stages[0], 5 * DAY, 500).await.name;
    let next_stage = world.session(&stages[1], 6 * DAY, 50).await.name;
    let soon = world.session(&stages[0], 13, 50).await.name;
    let closed = world.session(&stages[0], 7 * DAY, 50).await.name;
    world
        .close(&closed, 6 * DAY, 8 * DAY, false)
        .await
        .expect("closed");
    let gone = format!("{}/sessions/{}", stages[0], uuid::Uuid::nil());
    for number in 1..=u128::from(PEOPLE) {
        world.accept(number).await;
    }
    Plan {
        scarce: vec![small, sorts.name],
        roomy,
        hopeless: vec![next_stage, soon, closed, gone],
        stages,
    }
}

type Asked = (u128, pb::CreateBookingRequest);

/// What people ask for in one moment; each once, because who asks twice is decided on after the others.
/// Who asked before has something in the way, and so has who waits: they don't compete for what is scarce.
fn moment(
    world: &World,
    plan: &Plan,
    dice: &mut Dice,
    seen: &mut BTreeSet<u64>,
    waiting: &[u64],
) -> Vec<Asked> {
    let mut people: Vec<u64> = (1..=PEOPLE + STRANGERS).collect();
    // What they ask for depends on whether a seat was kept for them a moment ago.
    people.retain(|person| !waiting.contains(person));
    let mut asked = Vec::new();
    for _ in 0..IN_A_ROUND {
        let person =
            people.swap_remove(usize::try_from(dice.below(people.len() as u64)).expect("small"));
        let hopeless = usize::try_from(dice.below(12)).expect("small");
        let session = if seen.contains(&person) {
            &plan.roomy
        } else if let Some(session) = plan.hopeless.get(hopeless) {
            session
        } else {
            seen.insert(person);
            &plan.scarce[usize::try_from(dice.below(2)).expect("small")]
        };
        let mut request = hold_request(session, world.request());
        if let Some(booking) = &mut request.booking {
            booking.language = match dice.below(4) {
                0 => Language::Ru.into(),
                1 => 0,
                _ => Language::Kk.into(),
            };
            booking.accessible = dice.below(5) == 0;
            if dice.below(9) == 0 {
                booking.subject = "history".into();
            }
        }
        asked.push((u128::from(person), request));
    }
    asked
}

/// All that a caller can tell, but for the name of the new booking.
fn seen(answer: Answer<pb::Booking>) -> String {
    match answer {
        Ok(mut booking) => {
            booking.name.clear();
            format!("{booking:?}")
        }
        Err(status) if status.code() == Code::InvalidArgument => {
            let details = status.get_error_details();
            format!(
                "{:?}",
                details.bad_request().map(|it| it.field_violations.clone())
            )
        }
        Err(status) => {
            let told = ["session", "quota", "start_time", "publish_time"];
            let told = told.map(|key| told_with(&status, key));
            format!("{:?} {} {told:?}", status.code(), reason(&status))
        }
    }
}

/// At the same moment, or one after the other.
async fn answered<F: Future<Output = Answer<pb::Booking>>>(
    together: bool,
    calls: Vec<F>,
) -> Vec<Answer<pb::Booking>> {
    if together {
        return join_all(calls).await;
    }
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await);
    }
    answers
}

/// Of those who hold a seat some confirm it at the same moment: most as they should, others one that is
/// somebody else's, or with an etag that was never theirs, or twice.
fn confirms(
    world: &World,
    dice: &mut Dice,
    people: &[u128],
    answers: &[Answer<pb::Booking>],
) -> Vec<impl Future<Output = Answer<pb::Booking>> + use<>> {
    let mut wanted = Vec::new();
    for (person, answer) in people.iter().zip(answers) {
        let Ok(held) = answer else { continue };
        let mut request = pb::ConfirmBookingRequest {
            name: held.name.clone(),
            etag: held.etag.clone(),
            request_id: world.request(),
        };
        match dice.below(12) {
            0 => wanted.push((person + 1, request)),
            1 => {
                request.etag = "v77".into();
                wanted.push((*person, request));
            }
            2 => {
                request.etag.clear();
                wanted.push((*person, request.clone()));
                wanted.push((*person, request));
            }
            3..6 => wanted.push((*person, request)),
            _ => {}
        }
    }
    let calls = wanted.into_iter().map(|(person, request)| {
        let mut bookings = world.bookings(person);
        async move {
            let answer = bookings.confirm_booking(request).await;
            answer.map(tonic::Response::into_inner)
        }
    });
    calls.collect()
}

async fn play(world: &World, together: bool, seed: u64) -> Vec<String> {
    let plan = plan(world).await;
    let (mut dice, mut known, mut outcomes) = (Dice(seed), BTreeSet::new(), Vec::new());
    for round in 0..ROUNDS {
        if round == 5 {
            // From here on somebody waits for one session, and comes first there.
            for number in WAITING {
                let wish = |entry: &mut pb::WaitlistEntry| entry.session = plan.scarce[0].clone();
                let _ = world.wait(number.into(), &plan.stages[0], wish).await;
            }
        }
        let waiting: &[u64] = if round < 5 { &[] } else { &WAITING };
        let asked = moment(world, &plan, &mut dice, &mut known, waiting);
        let people: Vec<u128> = asked.iter().map(|(person, _)| *person).collect();
        let calls = asked.into_iter().map(|(person, request)| {
            let mut bookings = world.bookings(person);
            async move {
                let answer = bookings.create_booking(request).await;
                answer.map(tonic::Response::into_inner)
            }
        });
        let answers = answered(together, calls.collect()).await;
        let confirmed = confirms(world, &mut dice, &people, &answers);
        outcomes.extend(answers.into_iter().map(seen));
        outcomes.extend(answered(together, confirmed).await.into_iter().map(seen));
        // Holds run out between some of the moments, and nobody has swept them up.
        world.pass(if round % 2 == 0 { 4 } else { 7 });
    }
    // What a refusal undoes for one stays where another of the round got a seat; the jobs even it out.
    world.pass(20);
    world.run("expired_holds").await;
    world.run("waiting_lists").await;
    outcomes
}

/// What is in the database at the end, but for names.
async fn left(world: &World, plan_of: &str) -> Vec<i64> {
    let mut counts = Vec::new();
    for of in [
        "bookings WHERE state = 'HELD'",
        "bookings WHERE state = 'HOLD_EXPIRED'",
        "bookings WHERE state = 'BOOKED' AND confirmed_us IS NOT NULL AND version = 2",
        "bookings WHERE state = 'BOOKED'",
        "bookings WHERE extra_us > 0",
        "booking_quotas",
        "once WHERE rpc = 'CreateBooking'",
        "once WHERE rpc = 'ConfirmBooking'",
        "once WHERE answer IS NULL",
        "audit WHERE action = 'CreateBooking'",
        "audit WHERE action = 'ConfirmBooking' AND detail = 'BOOKED'",
        "audit WHERE action = 'ExpireHold'",
        "waitlist_entries WHERE state = 'OFFERED'",
        "outbox",
    ] {
        counts.push(world.count(of).await);
    }
    let mut sessions = TestSessionsClient::new(world.as_desk());
    let request = pb::ListTestSessionsRequest {
        parent: plan_of.into(),
        ..Default::default()
    };
    let listed = sessions.list_test_sessions(request).await.expect("a list");
    let listed = listed.into_inner().sessions;
    counts.extend(listed.iter().map(|it| i64::from(it.seats_left)));
    counts
}

#[tokio::test]
async fn who_is_decided_on_together_hears_what_they_would_have_heard_alone() {
    let mut heard = BTreeSet::new();
    for seed in 1..=3 {
        let (rush, alone) = (
            World::new().await,
            World::with(|it| it.bookings_together = 1).await,
        );
        let together = play(&rush, true, seed).await;
        let one_by_one = play(&alone, false, seed).await;
        for (at, (a, b)) in together.iter().zip(&one_by_one).enumerate() {
            assert_eq!(a, b, "call {at} of seed {seed}");
        }
        let of = rush.stage_names().await.remove(0);
        assert_eq!(
            left(&rush, &of).await,
            left(&alone, &of).await,
            "seed {seed}"
        );
        rush.quotas_add_up().await;
        rush.seats_add_up().await;
        heard.extend(together);
    }
    // The games are worth playing: every sort of answer was there.
    for kind in [
        "hold_expire_time: Some",
        "SESSION_FULL",
        "QUOTA_FULL",
        "NOT_ELIGIBLE",
        "NOT_FOUND",
        "SESSION_STARTED",
        "SESSION_CLOSED",
        "STAGE_ALREADY_BOOKED",
        "QUOTA_UNKNOWN",
        "confirm_time: Some",
        "STALE_ETAG",
        "NOT_FOUND",
    ] {
        assert!(heard.iter().any(|it| it.contains(kind)), "{kind}");
    }
}

impl World {
    async fn stage_names(&self) -> Vec<String> {
        let request = pb::ListStagesRequest {
            parent: crate::world::CAMPAIGN.into(),
            ..Default::default()
        };
        let mut stages = proto::testing::v1::stages_client::StagesClient::new(self.as_desk());
        let listed = stages.list_stages(request).await.expect("a list");
        listed
            .into_inner()
            .stages
            .into_iter()
            .map(|it| it.name)
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_seat_goes_to_exactly_one_of_two_hundred_twenty_times_over() {
    let world = Arc::new(World::new().await);
    let stage = world.stage(1).await.name;
    for number in 1..=200 {
        world.accept(number).await;
    }
    for round in 0..20 {
        let session = world.session(&stage, (3 + round) * DAY, 1).await.name;
        let calls = (1..=200).map(|number: u128| {
            let (world, session) = (world.clone(), session.clone());
            tokio::spawn(async move { world.hold(number, &session).await })
        });
        let (mut got, mut reasons) = (0, BTreeSet::new());
        for answer in join_all(calls).await {
            match answer.expect("no panic") {
                Ok(_) => got += 1,
                Err(status) => drop(reasons.insert(reason(&status))),
            }
        }
        assert_eq!(got, 1, "round {round}");
        let known = ["SESSION_FULL", "STAGE_ALREADY_BOOKED"].map(str::to_owned);
        assert!(reasons.is_subset(&BTreeSet::from(known)), "{reasons:?}");
    }
    world.seats_add_up().await;
    // A refusal leaves no trace: the same request may be tried again.
    assert_eq!(world.count("once WHERE rpc = 'CreateBooking'").await, 20);
    assert_eq!(
        world.count("audit WHERE action = 'CreateBooking'").await,
        20
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_instances_on_one_database_give_every_seat_once() {
    let world = Arc::new(World::new().await);
    let (other, _service) = world.another_instance().await;
    let stage = world.stage(1).await.name;
    let mut sessions = Vec::new();
    for day in 3..6 {
        sessions.push(world.session(&stage, day * DAY, 15).await.name);
    }
    for number in 1..=150 {
        world.accept(number).await;
    }
    let calls = (0..300_u128).map(|call| {
        // Everybody asks both instances, each for another session.
        let number = call % 150 + 1;
        let at = usize::try_from((number + call / 150) % 3).expect("small");
        let session = sessions[at].clone();
        let request = hold_request(&session, world.request());
        let net = if call < 150 { &world.net } else { &other };
        let caller = chassis::testing::person(number, &[]);
        let connection = net.connect(testing_svc::NAME).speaking_for(caller);
        let mut bookings = pb::bookings_client::BookingsClient::new(connection);
        tokio::spawn(async move {
            let answer = bookings.create_booking(request).await;
            answer.map(tonic::Response::into_inner)
        })
    });
    let (mut got, mut reasons) = (0, BTreeSet::new());
    for answer in join_all(calls).await {
        match answer.expect("no panic") {
            Ok(_) => got += 1,
            Err(status) => drop(reasons.insert(reason(&status))),
        }
    }
    assert_eq!(got, 45, "{reasons:?}");
    let known = ["SESSION_FULL", "STAGE_ALREADY_BOOKED"].map(str::to_owned);
    assert!(reasons.is_subset(&BTreeSet::from(known)), "{reasons:?}");
    world.seats_add_up().await;
}

#[tokio::test]
async fn one_request_that_breaks_does_not_take_the_others_with_it() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 100).await.name;
    for number in 1..=20 {
        world.accept(number).await;
    }
    world.poison(&person_name(7)).await;
    let calls = (1..=20).map(|number| world.hold(number, &session));
    let answers = join_all(calls).await;
    for (number, answer) in (1..=20).zip(answers) {
        match (number, answer) {
            (7, Err(status)) => assert_eq!(status.code(), Code::Internal),
            (_, answer) => drop(answer.expect("a seat")),
        }
    }
    assert_eq!(world.count("bookings WHERE state = 'HELD'").await, 19);
    world.seats_add_up().await;
}

impl World {
    /// The database refuses whatever is booked by this person.
    async fn poison(&self, account: &str) {
        let account = account.trim_start_matches("accounts/");
        if self.data.db.is_postgres() {
            self.sql(
                "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'poison'; END $$",
            )
            .await;
            self.sql(&format!(
                "CREATE TRIGGER poison BEFORE INSERT ON bookings FOR EACH ROW
                 WHEN (NEW.account = '{account}') EXECUTE FUNCTION poison()"
            ))
            .await;
        } else {
            self.sql(&format!(
                "CREATE TRIGGER poison BEFORE INSERT ON bookings WHEN NEW.account = '{account}'
                 BEGIN SELECT RAISE(ABORT, 'poison'); END"
            ))
            .await;
        }
    }
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_whichever_way_it_was_decided() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 100).await.name;
    world.accept(1).await;
    world.accept(2).await;
    let request = hold_request(&session, world.request());
    let ask = |number, request: &pb::CreateBookingRequest| {
        let (mut bookings, request) = (world.bookings(number), request.clone());
        async move {
            let answer = bookings.create_booking(request).await;
            answer.map(tonic::Response::into_inner)
        }
    };
    // In the same moment, and later.
    let answers = join_all((0..10).map(|_| ask(1, &request))).await;
    let first = answers[0].clone().expect("a seat");
    for answer in answers {
        assert_eq!(answer.expect("the same seat"), first);
    }
    assert_eq!(ask(1, &request).await.expect("the same seat"), first);
    // Another's request may have the same id, and the same id with another content is refused.
    ask(2, &request).await.expect("a seat of their own");
    let mut other = request.clone();
    other.booking.as_mut().expect("a booking").accessible = true;
    let status = ask(1, &other).await.expect_err("another content");
    let details = status.get_error_details();
    let wrong = &details.bad_request().expect("violations").field_violations[0];
    assert_eq!(wrong.reason, "REQUEST_ID_REUSED");
    assert_eq!(world.count("bookings").await, 2);
}

#[tokio::test]
async fn who_goes_away_while_it_is_decided_finds_out_by_the_request_id() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 100).await.name;
    for number in 1..=30_u128 {
        world.accept(number).await;
        let request = hold_request(&session, world.request());
        let mut bookings = world.bookings(number);
        let mut call = Box::pin(bookings.create_booking(request.clone()));
        // Each goes a little later than the one before.
        for _ in 0..number {
            if (&mut call).now_or_never().is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(call);
        let again = world.bookings(number).create_booking(request.clone()).await;
        let again = again.expect("the seat").into_inner();
        let third = world.bookings(number).create_booking(request).await;
        assert_eq!(third.expect("the same seat").into_inner(), again);
    }
    assert_eq!(world.count("bookings WHERE state = 'HELD'").await, 30);
    world.seats_add_up().await;
}

#[tokio::test]
async fn who_finds_the_queue_full_is_told_when_to_come_again() {
    let world = World::with(|it| it.bookings_waiting = 3).await;
    if !world.data.db.is_postgres() {
        // Nobody queues: SQLite's one writer is the queue.
        return;
    }
    let stage = world.stage(1).await.name;
    let session = world.session(&stage, 3 * DAY, 100).await.name;
    for number in 1..=5 {
        world.accept(number).await;
    }
    let answers = join_all((1..=5).map(|number| world.hold(number, &session))).await;
    let refused: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 2);
    for status in refused {
        assert_eq!(
            (status.code(), &*reason(&status)),
            (Code::ResourceExhausted, "TOO_BUSY")
        );
        let wait = status
            .get_error_details()
            .retry_info()
            .and_then(|it| it.retry_delay);
        assert_eq!(wait, Some(std::time::Duration::from_secs(1)));
    }
    assert_eq!(world.count("bookings").await, 3);
    world.hold(5, &session).await.expect("a seat, later");
}
