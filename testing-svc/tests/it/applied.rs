//! What an application says of the seat: it need not be said again, can't be said otherwise, and a seat of
//! another sort is sat on by nobody.

use proto::events::v1::{
    ApplicationAccepted, ApplicationSubmitted, ApplicationWithdrawn, SeatNeeds,
};
use proto::testing::v1 as pb;
use proto::testing::v1::booking::{Action, State};
use proto::testing::v1::quota::Kind;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::wire::v1::Language;
use tonic::Request;
use tonic_types::StatusExt;

use crate::seats::{DAY, quota};
use crate::world::{CAMPAIGN, World, person_name, refused, violations, wrong};

/// An application of a person: which of theirs it is, by a letter.
pub struct Applied(pub u128, pub char);

impl Applied {
    fn name(&self) -> String {
        format!("{CAMPAIGN}/applications/{}-{}", self.0, self.1)
    }

    fn submission(&self, number: i32) -> String {
        format!("{}/submissions/{number}", self.name())
    }
}

pub fn needs(subject: &str, language: &str, accessible: bool) -> SeatNeeds {
    SeatNeeds {
        subject: subject.into(),
        language: language.into(),
        accessible,
        ..SeatNeeds::default()
    }
}

impl World {
    /// A submission with this number.
    pub async fn apply(&self, by: &Applied, number: i32, needs: SeatNeeds) {
        let event = ApplicationSubmitted {
            application: by.name(),
            submission: by.submission(number),
            campaign: CAMPAIGN.into(),
            account: person_name(by.0),
            submission_number: number,
            direction: format!("DIRECTION_{number}"),
            without_review: true,
            seat_needs: Some(needs),
            ..Default::default()
        };
        self.hear(&by.name(), &event).await;
    }

    pub async fn accept_application(&self, by: &Applied) {
        let event = ApplicationAccepted {
            application: by.name(),
            submission: by.submission(1),
            campaign: CAMPAIGN.into(),
            account: person_name(by.0),
            ..Default::default()
        };
        self.hear(&by.name(), &event).await;
    }

    pub async fn withdraw_application(&self, by: &Applied) {
        let event = ApplicationWithdrawn {
            application: by.name(),
            campaign: CAMPAIGN.into(),
            account: person_name(by.0),
            ..Default::default()
        };
        self.hear(&by.name(), &event).await;
    }

    /// Submitted and accepted at once.
    pub async fn takes_part(&self, by: &Applied, needs: SeatNeeds) {
        self.apply(by, 1, needs).await;
        self.accept_application(by).await;
    }

    async fn find(&self, person: u128, request: pb::FindSeatsRequest) -> pb::FindSeatsResponse {
        let mut sessions = TestSessionsClient::new(self.as_person(person));
        let found = sessions.find_seats(request).await;
        found.expect("an answer").into_inner()
    }
}

/// Two subjects in two languages, with one accessible workstation.
pub fn forms() -> Vec<pb::Quota> {
    vec![
        quota("physics", Kind::Subject, "PHYSICS", 4),
        quota("history", Kind::Subject, "HISTORY", 4),
        quota("kazakh", Kind::LanguageForm, "kk", 4),
        quota("russian", Kind::LanguageForm, "ru", 4),
        quota("wide", Kind::AccessibleWorkstation, "", 1),
    ]
}

#[tokio::test]
async fn what_the_application_says_need_not_be_said_again_and_why_is_told_to_nobody() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 6, &forms()).await.name;
    world
        .takes_part(&Applied(1, 'a'), needs("PHYSICS", "kk", true))
        .await;
    let booked = world.book(1, &session).await;
    assert_eq!(booked.subject, "PHYSICS");
    assert_eq!(booked.language(), Language::Kk);
    assert_eq!((booked.accessible, booked.extra_time_percent), (true, 50));
    assert_eq!((booked.unfit_fields.len(), &*booked.unfit_text), (0, ""));
    let shown = world.get_session(&session).await;
    let left: Vec<_> = shown
        .quotas
        .iter()
        .map(|it| (it.id.as_str(), it.seats_left))
        .collect();
    let expected = [
        ("history", 4),
        ("kazakh", 3),
        ("physics", 3),
        ("russian", 4),
        ("wide", 0),
    ];
    assert_eq!(left, expected);
    world.quotas_add_up().await;
    // The desk and the roster see how long, and not why.
    let mut desk = world.desk_bookings();
    let get = pb::GetBookingRequest { name: booked.name };
    let seen = desk.get_booking(get).await.expect("shown").into_inner();
    assert_eq!((seen.accessible, seen.extra_time_percent), (false, 50));
    let mut desk = TestSessionsClient::new(world.as_desk());
    let roster = pb::ListRosterRequest {
        parent: session,
        ..Default::default()
    };
    let roster = desk.list_roster(roster).await.expect("a roster");
    let line = roster.into_inner().entries.remove(0);
    let told = (line.subject.as_str(), line.extra_time_percent);
    assert_eq!(told, ("PHYSICS", 50));
}

#[tokio::test]
async fn a_choice_that_the_application_contradicts_is_refused_with_what_is_on_file() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 6, &forms()).await.name;
    world
        .takes_part(&Applied(1, 'a'), needs("PHYSICS", "kk", false))
        .await;
    let contradict = |it: &mut pb::Booking| {
        it.subject = "HISTORY".into();
        it.language = Language::Ru.into();
        it.seat_class = "balcony".into();
    };
    let expected = [
        "booking.language NOT_AS_APPLIED",
        "booking.subject NOT_AS_APPLIED",
        "booking.seat_class QUOTA_UNKNOWN",
    ];
    assert_eq!(
        wrong(world.hold_as(1, &session, contradict).await),
        expected
    );
    for (language, form) in [("kk", "қазақ тілі"), ("ru", "казахский"), ("en", "Kazakh")]
    {
        let mut call = Request::new(pb::CreateBookingRequest {
            parent: CAMPAIGN.into(),
            booking: Some(pb::Booking {
                session: session.clone(),
                subject: "HISTORY".into(),
                language: Language::Ru.into(),
                ..Default::default()
            }),
            request_id: world.request(),
        });
        let value = language.parse().expect("a language");
        call.metadata_mut().insert("accept-language", value);
        let refused = world.bookings(1).create_booking(call).await;
        let details = refused.expect_err("refused").get_error_details();
        let told = &details.bad_request().expect("violations").field_violations;
        let text = |at: usize| {
            let text = told[at].localized_message.as_ref();
            text.map(|it| it.message.clone()).unwrap_or_default()
        };
        assert!(text(0).contains(form), "{}", text(0));
        assert!(text(1).contains("PHYSICS"), "{}", text(1));
    }
    assert_eq!(world.count("bookings").await, 0);
    // The same said again is no contradiction.
    let same = world.hold_as(1, &session, |it| it.subject = "PHYSICS".into());
    same.await.expect("a seat");
    let waits = world.wait(1, &stage, |it| it.subject = "HISTORY".into());
    let told = violations(waits.await);
    assert_eq!(told[0].0, "waitlist_entry.subject");
}

#[tokio::test]
async fn without_filters_seats_are_found_as_the_own_application_needs_them() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let ordinary = [quota("physics", Kind::Subject, "PHYSICS", 4)];
    let plain = world.session_with(&stage, 3 * DAY, 6, &ordinary).await.name;
    let wide = world.session_with(&stage, 4 * DAY, 6, &forms()).await.name;
    // A session that tells no subjects apart takes everybody.
    let any = world.session(&stage, 5 * DAY, 6).await.name;
    let history = [quota("history", Kind::Subject, "HISTORY", 4)];
    world.session_with(&stage, 6 * DAY, 6, &history).await;
    world
        .takes_part(&Applied(1, 'a'), needs("PHYSICS", "kk", true))
        .await;
    world
        .takes_part(&Applied(2, 'a'), needs("PHYSICS", "kk", false))
        .await;
    let all = || pb::FindSeatsRequest {
        parent: stage.clone(),
        ..Default::default()
    };
    let found = |answer: pb::FindSeatsResponse| -> Vec<String> {
        let seats = answer.suggestions.into_iter();
        seats.map(|it| it.session).collect()
    };
    assert_eq!(found(world.find(1, all()).await), [wide.as_str()]);
    assert_eq!(
        found(world.find(2, all()).await),
        [plain.as_str(), wide.as_str(), any.as_str()]
    );
    for session in [&plain, &wide, &any] {
        let held = world.hold(2, session).await.expect("what was found");
        assert_eq!(held.subject, "PHYSICS");
        world.cancel(2, &held.name).await.expect("given up");
    }
    assert_eq!(
        wrong(world.hold(1, &any).await),
        ["booking.accessible QUOTA_UNKNOWN"]
    );
    world.quotas_add_up().await;
}

#[tokio::test]
async fn the_newest_submission_counts_in_whatever_order_they_are_heard() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 6, &forms()).await.name;
    let (early, late) = (Applied(1, 'a'), Applied(2, 'a'));
    // Before the acceptance, and after it.
    world.apply(&early, 2, needs("HISTORY", "ru", false)).await;
    world.apply(&early, 1, needs("PHYSICS", "kk", true)).await;
    world.accept_application(&early).await;
    world.accept_application(&late).await;
    world.apply(&late, 2, needs("HISTORY", "ru", false)).await;
    world.apply(&late, 1, needs("PHYSICS", "kk", true)).await;
    for person in [1, 2] {
        let held = world.hold(person, &session).await.expect("a seat");
        let sort = (held.subject.as_str(), held.language(), held.accessible);
        assert_eq!(sort, ("HISTORY", Language::Ru, false));
    }
    // An edit goes on in the direction that it names.
    world.apply(&late, 3, needs("HISTORY", "ru", false)).await;
    let candidate = world.candidate(2).await.expect("a candidate");
    assert_eq!(candidate.direction, "DIRECTION_3");
}

#[tokio::test]
async fn a_seat_that_the_changed_application_does_not_fit_is_kept_and_sat_on_by_nobody() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let session = world.session_with(&stage, 3 * DAY, 6, &forms()).await.name;
    let other = world.session_with(&stage, 4 * DAY, 6, &forms()).await.name;
    let by = Applied(1, 'a');
    world.takes_part(&by, needs("PHYSICS", "kk", false)).await;
    let held = world.hold(1, &session).await.expect("a seat").name;
    world.apply(&by, 2, needs("HISTORY", "kk", true)).await;
    refused(world.confirm(1, &held).await, "SEAT_UNFIT");
    world.apply(&by, 3, needs("PHYSICS", "kk", false)).await;
    let booked = world.confirm(1, &held).await.expect("as before").name;

    world.apply(&by, 4, needs("HISTORY", "kk", true)).await;
    let own = world.get_booking(1, &booked).await.expect("theirs");
    assert_eq!(own.state(), State::Booked);
    assert_eq!(own.unfit_fields, ["subject", "accessible"]);
    assert!(!own.unfit_text.is_empty());
    let mut desk = world.desk_bookings();
    let get = pb::GetBookingRequest {
        name: booked.clone(),
    };
    let seen = desk.get_booking(get).await.expect("shown").into_inner();
    assert_eq!(seen.unfit_fields, ["subject"]);
    assert!(!seen.allowed_actions.contains(&Action::CheckIn.into()));
    refused(world.check_in(&booked).await, "SEAT_UNFIT");

    // Moved, it fits: what was not said anew is as the application says now.
    let contradiction = pb::MoveBookingRequest {
        name: booked.clone(),
        session: other.clone(),
        subject: "PHYSICS".into(),
        request_id: world.request(),
        ..Default::default()
    };
    let answer = world.bookings(1).move_booking(contradiction).await;
    assert_eq!(wrong(answer), ["subject NOT_AS_APPLIED"]);
    let moved = world.move_to(1, &booked, &other).await.expect("moved");
    assert_eq!((&*moved.subject, moved.accessible), ("HISTORY", true));
    assert_eq!(moved.unfit_fields, Vec::<String>::new());
    world.quotas_add_up().await;
    world.check_in(&booked).await.expect("there");

    // Who was checked in does not start either.
    world.apply(&by, 5, needs("HISTORY", "ru", true)).await;
    world.clock.set(
        chassis::clock::from_pb(moved.start_time.as_ref().expect("a start")).expect("an instant"),
    );
    refused(world.start(1, &booked).await, "SEAT_UNFIT");
    world.apply(&by, 6, needs("HISTORY", "kk", true)).await;
    world.start(1, &booked).await.expect("an attempt");
}

#[tokio::test]
async fn who_waits_is_offered_what_the_application_asks_for_now() {
    let world = World::new().await;
    let stage = world.stage(1).await.name;
    let physics = [quota("physics", Kind::Subject, "PHYSICS", 1)];
    let history = [quota("history", Kind::Subject, "HISTORY", 1)];
    let physics = world.session_with(&stage, 8 * DAY, 1, &physics).await.name;
    let history = world.session_with(&stage, 9 * DAY, 1, &history).await.name;
    world.accept(7).await;
    let first = world.book(7, &physics).await.name;
    world.accept(8).await;
    let second = world.book(8, &history).await.name;
    let by = Applied(1, 'a');
    world.takes_part(&by, needs("PHYSICS", "kk", false)).await;
    let place = world.wait(1, &stage, |_| {}).await.expect("a place");
    assert_eq!(
        (&*place.subject, place.language()),
        ("PHYSICS", Language::Kk)
    );
    world.apply(&by, 2, needs("HISTORY", "kk", false)).await;
    world.cancel(7, &first).await.expect("given up");
    let waits = world.entry(1, &place.name).await;
    assert_eq!(waits.state(), pb::waitlist_entry::State::Waiting);
    world.cancel(8, &second).await.expect("given up");
    let offered = world.entry(1, &place.name).await;
    assert_eq!(offered.state(), pb::waitlist_entry::State::Offered);
    assert_eq!(offered.offered_session, history);
    // An offer that the next change makes unfit is not taken.
    world.apply(&by, 3, needs("PHYSICS", "kk", false)).await;
    refused(world.take_offer(1, &place.name).await, "SEAT_UNFIT");
    world.apply(&by, 4, needs("HISTORY", "kk", false)).await;
    world.take_offer(1, &place.name).await.expect("taken");
    world.quotas_add_up().await;
}
