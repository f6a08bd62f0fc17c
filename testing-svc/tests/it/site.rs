//! A partner's place: its sessions, its words, and its key.

use chassis::caller::Caller;
use chassis::client::Connection;
use chassis::clock::to_pb;
use jiff::Timestamp;
use proto::partner::v1 as pb;
use proto::partner::v1::examinations_client::ExaminationsClient;
use proto::testing::v1 as testing;
use ring::signature::{Ed25519KeyPair, KeyPair};
use testing_svc::domain::partner::Partners;
use testing_svc::domain::signed_file::{self, Hash};
use tonic::Response;

use crate::world::{Answer, CAMPAIGN, World};

/// The partner that has every place of the campaign.
pub const CENTRE: &str = "centre";

/// One with one place of it, which is not there.
pub const ELSEWHERE: &str = "elsewhere";

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).expect("a seed")
}

fn partners() -> Partners {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let key = URL_SAFE_NO_PAD.encode(pair(9).public_key());
    let nowhere = uuid::Uuid::nil();
    let list = format!(
        r#"[{{"partner": "{CENTRE}", "examinations": {{"campaigns": ["{CAMPAIGN}"]}}, "file_keys": ["{key}"]}},
            {{"partner": "{ELSEWHERE}", "examinations":
                {{"campaigns": ["{CAMPAIGN}"], "test_centers": ["testCenters/{nowhere}"]}}}},
            {{"partner": "kaztest", "test_systems": ["KAZTEST"]}}]"#
    );
    Partners::parse(&list).expect("a list")
}

/// A world with these partners.
pub async fn world() -> World {
    World::with(|config| config.partners = partners()).await
}

/// Three who are booked for one session, of whom nobody came yet.
pub struct Site {
    pub world: World,
    pub session: testing::TestSession,
    pub bookings: Vec<String>,
}

impl Site {
    pub async fn of(stage: testing::Stage) -> Self {
        let world = world().await;
        let stage = world.make(stage).await.name;
        world.admit(&[1, 2, 3], "A").await;
        let session = world.session(&stage, 60, 10).await;
        let mut bookings = Vec::new();
        for person in 1..=3 {
            bookings.push(world.book(person, &session.name).await.name);
        }
        Self {
            world,
            session,
            bookings,
        }
    }

    pub fn stage(&self) -> &str {
        let (stage, _) = self
            .session
            .name
            .split_once("/sessions/")
            .expect("a session");
        stage
    }

    pub fn start(&self) -> Timestamp {
        let start = self.session.start_time.as_ref();
        start.and_then(chassis::clock::from_pb).expect("a start")
    }

    /// So many minutes after the session's start.
    pub fn at(&self, minutes: i64) -> Timestamp {
        self.start() + jiff::SignedDuration::from_mins(minutes)
    }

    pub fn pass_to(&self, minutes: i64) {
        self.world.clock.set(self.at(minutes));
    }

    pub fn partner(&self, name: &str) -> ExaminationsClient<Connection> {
        partner(&self.world, name)
    }

    pub fn came(&self, person: usize, minute: i64, started: Option<i64>) -> pb::CheckInRequest {
        pb::CheckInRequest {
            booking: self.bookings[person - 1].clone(),
            check_in_time: Some(to_pb(self.at(minute))),
            start_time: started.map(|it| to_pb(self.at(it))),
            request_id: self.world.request(),
        }
    }

    pub async fn check_in(&self, request: pb::CheckInRequest) -> Answer<testing::RosterEntry> {
        let answer = self.partner(CENTRE).check_in(request).await;
        answer.map(Response::into_inner)
    }

    /// They came and began with the session.
    pub async fn all_sit(&self) {
        self.pass_to(1);
        for person in 1..=self.bookings.len() {
            let came = self.came(person, -20, Some(0));
            self.check_in(came).await.expect("there");
        }
    }

    pub async fn score(&self, person: u128, score: &str) -> testing::ScoreRow {
        testing::ScoreRow {
            candidate_number: self.world.number(person).await,
            score: score.into(),
            absent: score.is_empty(),
            subject_scores: Vec::new(),
        }
    }

    pub async fn report(&self, scores: Vec<testing::ScoreRow>) -> Answer<pb::ReportScoresResponse> {
        let request = pb::ReportScoresRequest {
            parent: self.session.name.clone(),
            scores,
            request_id: self.world.request(),
        };
        let answer = self.partner(CENTRE).report_scores(request).await;
        answer.map(Response::into_inner)
    }

    /// A report of these lines, signed.
    pub fn file(&self, lines: &[String]) -> Vec<u8> {
        signed(&self.unsigned(lines), 9)
    }

    pub fn unsigned(&self, lines: &[String]) -> String {
        let (session, file) = (&self.session.name, self.world.request());
        let mut body = format!(
            r#"{{"irikteu":"report","version":1,"partner":"{CENTRE}","session":"{session}","file":"{file}"}}"#
        );
        for line in lines {
            body.push('\n');
            body += line;
        }
        body + "\n"
    }

    pub async fn send(&self, file: &[u8]) -> Answer<pb::ImportReportResponse> {
        self.import(file, false).await
    }

    pub async fn import(&self, file: &[u8], dry_run: bool) -> Answer<pb::ImportReportResponse> {
        let request = pb::ImportReportRequest {
            parent: self.session.name.clone(),
            file: file.to_vec().into(),
            dry_run,
            request_id: self.world.request(),
        };
        let answer = self.partner(CENTRE).import_report(request).await;
        answer.map(Response::into_inner)
    }
}

pub fn partner(world: &World, name: &str) -> ExaminationsClient<Connection> {
    let caller = Caller::Partner(name.into());
    ExaminationsClient::new(world.net.connect("partners").speaking_for(caller))
}

/// The body with the line of a signature by the key of this seed.
pub fn signed(body: &str, seed: u8) -> Vec<u8> {
    let mut hash = Hash::default();
    hash.add(body.as_bytes());
    let signature = pair(seed).sign(&[signed_file::REPORT, &hash.done()].concat());
    (body.to_owned() + &signed_file::last_line("", signature.as_ref())).into_bytes()
}
