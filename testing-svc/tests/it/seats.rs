//! More words to speak to the service: rooms, quotas, closures and waiting lists.

use chassis::clock::to_pb;
use chassis::database::query_all;
use jiff::{SignedDuration, Timestamp};
use proto::testing::v1 as pb;
use proto::testing::v1::closures_client::ClosuresClient;
use proto::testing::v1::quota::Kind;
use proto::testing::v1::rooms_client::RoomsClient;
use proto::testing::v1::test_sessions_client::TestSessionsClient;
use proto::testing::v1::waitlist_entries_client::WaitlistEntriesClient;

use crate::world::{Answer, CAMPAIGN, World, hold_request, text};

pub const DAY: i64 = 24 * 60;

pub fn quota(id: &str, kind: Kind, value: &str, size: i32) -> pb::Quota {
    pb::Quota {
        id: id.into(),
        kind: kind.into(),
        value: value.into(),
        size,
        seats_left: 0,
        release_notice: None,
    }
}

pub fn room(seats: i32, accessible_seats: i32) -> pb::Room {
    pb::Room {
        title: text("Room"),
        seats,
        accessible_seats,
        equipment: vec!["headphones".into(), "camera".into(), "camera".into()],
        ..Default::default()
    }
}

impl World {
    pub async fn room(&self, center: &str, seats: i32, accessible: i32) -> pb::Room {
        let request = pb::CreateRoomRequest {
            parent: center.into(),
            room: Some(room(seats, accessible)),
            request_id: self.request(),
        };
        let made = RoomsClient::new(self.as_desk()).create_room(request).await;
        made.expect("a room").into_inner()
    }

    /// A session at a place, changed as the test needs it.
    pub async fn session_at(
        &self,
        stage: &str,
        center: &str,
        minutes: i64,
        capacity: i32,
        change: impl FnOnce(&mut pb::TestSession),
    ) -> Answer<pb::TestSession> {
        let mut request = self.session_request(stage, center, minutes, capacity);
        change(request.session.as_mut().expect("a session"));
        self.create_session(request).await
    }

    /// A session with quotas.
    pub async fn session_with(
        &self,
        stage: &str,
        minutes: i64,
        capacity: i32,
        quotas: &[pb::Quota],
    ) -> pb::TestSession {
        let center = self.center().await.name;
        let made = self.session_at(stage, &center, minutes, capacity, |session| {
            session.quotas = quotas.to_vec();
            session.extra_time_percent = 50;
        });
        made.await.expect("a session")
    }

    pub async fn update_session(
        &self,
        session: pb::TestSession,
        paths: &[&str],
    ) -> Answer<pb::TestSession> {
        let request = pb::UpdateTestSessionRequest {
            session: Some(session),
            update_mask: Some(prost_types::FieldMask {
                paths: paths.iter().map(|path| (*path).to_owned()).collect(),
            }),
            request_id: self.request(),
        };
        let mut sessions = TestSessionsClient::new(self.as_desk());
        let answer = sessions.update_test_session(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub async fn get_session(&self, name: &str) -> pb::TestSession {
        let request = pb::GetTestSessionRequest { name: name.into() };
        let mut sessions = TestSessionsClient::new(self.as_desk());
        let found = sessions.get_test_session(request).await;
        found.expect("a session").into_inner()
    }

    /// Holds a seat of a certain sort.
    pub async fn hold_as(
        &self,
        number: u128,
        session: &str,
        sort: impl FnOnce(&mut pb::Booking),
    ) -> Answer<pb::Booking> {
        let mut request = hold_request(session, self.request());
        sort(request.booking.as_mut().expect("a booking"));
        let answer = self.bookings(number).create_booking(request).await;
        answer.map(tonic::Response::into_inner)
    }

    /// Closes something from one minute to another.
    pub async fn close(&self, target: &str, from: i64, to: i64, dry: bool) -> Answer<pb::Closure> {
        let at = |minutes| Some(to_pb(self.now() + SignedDuration::from_mins(minutes)));
        let request = pb::CreateClosureRequest {
            closure: Some(pb::Closure {
                target: target.into(),
                start_time: at(from),
                end_time: at(to),
                reason: "A burst pipe".into(),
                ..Default::default()
            }),
            dry_run: dry,
            request_id: self.request(),
        };
        let mut closures = ClosuresClient::new(self.as_desk());
        let answer = closures.create_closure(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub async fn lift(&self, closure: &str) -> Answer<pb::Closure> {
        let request = pb::LiftClosureRequest {
            name: closure.into(),
            request_id: self.request(),
        };
        let mut closures = ClosuresClient::new(self.as_desk());
        let answer = closures.lift_closure(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub fn waitlist(&self, number: u128) -> WaitlistEntriesClient<chassis::client::Connection> {
        WaitlistEntriesClient::new(self.as_person(number))
    }

    pub async fn wait(
        &self,
        number: u128,
        stage: &str,
        wish: impl FnOnce(&mut pb::WaitlistEntry),
    ) -> Answer<pb::WaitlistEntry> {
        let mut entry = pb::WaitlistEntry {
            stage: stage.into(),
            ..Default::default()
        };
        wish(&mut entry);
        let request = pb::CreateWaitlistEntryRequest {
            parent: CAMPAIGN.into(),
            waitlist_entry: Some(entry),
            request_id: self.request(),
        };
        let answer = self.waitlist(number).create_waitlist_entry(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub async fn entry(&self, number: u128, name: &str) -> pb::WaitlistEntry {
        let request = pb::GetWaitlistEntryRequest { name: name.into() };
        let found = self.waitlist(number).get_waitlist_entry(request).await;
        found.expect("a place").into_inner()
    }

    /// The live place of a person, or else one of those that are over. The clock stands still in
    /// tests, so ids alone don't tell which is newer.
    pub async fn newest_entry(&self, number: u128) -> pb::WaitlistEntry {
        let found = self.maybe_entry(number).await;
        found.expect("a place")
    }

    pub async fn maybe_entry(&self, number: u128) -> Option<pb::WaitlistEntry> {
        use pb::waitlist_entry::State::{Offered, Waiting};
        let request = pb::ListWaitlistEntriesRequest {
            parent: CAMPAIGN.into(),
            page_size: 100,
            ..Default::default()
        };
        let found = self.waitlist(number).list_waitlist_entries(request).await;
        let mut places = found.expect("places").into_inner().waitlist_entries;
        places.sort_by_key(|it| !matches!(it.state(), Waiting | Offered));
        places.into_iter().next()
    }

    pub async fn take_offer(&self, number: u128, name: &str) -> Answer<pb::WaitlistEntry> {
        let request = pb::AcceptSeatOfferRequest {
            name: name.into(),
            request_id: self.request(),
        };
        let answer = self.waitlist(number).accept_seat_offer(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub async fn reject_offer(
        &self,
        number: u128,
        name: &str,
        keep_waiting: bool,
    ) -> Answer<pb::WaitlistEntry> {
        let request = pb::RejectSeatOfferRequest {
            name: name.into(),
            keep_waiting,
            request_id: self.request(),
        };
        let answer = self.waitlist(number).reject_seat_offer(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub async fn leave_waitlist(&self, number: u128, name: &str) -> Answer<pb::WaitlistEntry> {
        let request = pb::LeaveWaitlistRequest {
            name: name.into(),
            request_id: self.request(),
        };
        let answer = self.waitlist(number).leave_waitlist(request).await;
        answer.map(tonic::Response::into_inner)
    }

    /// Without signing in, as from a letter.
    pub async fn follow_link(&self, token: &str) -> Answer<pb::RejectedSeatOffer> {
        let request = pb::RejectSeatOfferByLinkRequest {
            token: token.into(),
            request_id: self.request(),
        };
        let mut stranger = WaitlistEntriesClient::new(self.net.connect(testing_svc::NAME));
        let answer = stranger.reject_seat_offer_by_link(request).await;
        answer.map(tonic::Response::into_inner)
    }

    /// Counters of sessions and of quotas are rows, an open offer is a held seat, and who is offered
    /// one is offered one only.
    pub async fn quotas_add_up(&self) {
        self.seats_add_up().await;
        let sql = "SELECT q.taken, q.size, (SELECT COUNT(*) FROM booking_quotas n
                JOIN bookings b ON b.id = n.booking AND b.session = n.session
                WHERE n.session = q.session AND n.quota = q.id AND b.state IN
                ('HELD', 'BOOKED', 'CHECKED_IN', 'STARTED', 'COMPLETED', 'NO_SHOW')) AS n
             FROM session_quotas q";
        for row in query_all(self.data.db.read(), sql, []).await.expect("rows") {
            let taken: i32 = row.try_get("", "taken").expect("taken");
            let size: i32 = row.try_get("", "size").expect("size");
            let rows: i64 = row.try_get("", "n").expect("rows");
            assert_eq!(i64::from(taken), rows);
            assert!((0..=size).contains(&taken));
        }
        let strays = "booking_quotas n JOIN bookings b ON b.id = n.booking
            WHERE b.state NOT IN ('HELD', 'BOOKED', 'CHECKED_IN', 'STARTED', 'COMPLETED', 'NO_SHOW')
                OR b.session <> n.session";
        assert_eq!(self.count(strays).await, 0, "a quota of nobody");
        let homeless = "waitlist_entries e WHERE e.state = 'OFFERED' AND NOT EXISTS
            (SELECT 1 FROM bookings b JOIN seat_offers o ON o.booking = b.id
             WHERE b.id = e.booking AND b.state = 'HELD' AND o.outcome IS NULL)";
        assert_eq!(self.count(homeless).await, 0, "an offer without a seat");
        let kept = "bookings b WHERE b.state = 'HELD' AND b.waitlist_entry IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM waitlist_entries e
                WHERE e.id = b.waitlist_entry AND e.booking = b.id AND e.state = 'OFFERED')";
        assert_eq!(self.count(kept).await, 0, "a seat kept for nobody");
    }

    pub fn at(&self, minutes: i64) -> Timestamp {
        self.now() + SignedDuration::from_mins(minutes)
    }
}
