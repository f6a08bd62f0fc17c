//! Two programs of a partner: one does everything as docs/partners.md says, the other nothing.

use chassis::clock::to_pb;
use jiff::Timestamp;
use proto::partner::v1 as pb;
use proto::partner::v1::examinations_client::ExaminationsClient;
use proto::partner::v1::redemptions_client::RedemptionsClient;
use proto::partner::v1::test_result::Outcome;
use proto::testing::v1::irregularity::Code as Noise;
use proto::testing::v1::{RosterEntry, ScoreRow};
use tests::conformance::Place;
use tests::conformance::patient::Patient;
use tests::conformance::place::Code;
use tests::person::new_key;
use tokio_stream::StreamExt;
use tonic::Status;
use tonic::transport::Channel;

pub struct Program {
    channel: Channel,
    codes: Vec<Code>,
    session: String,
    now: Timestamp,
}

impl Program {
    pub fn of(place: &Place, url: String, now: Timestamp) -> Self {
        let endpoint = place.certificates.endpoint(&url, None).unwrap();
        Self {
            channel: endpoint.connect_lazy(),
            codes: place.codes.clone(),
            session: place.session.clone().unwrap(),
            now,
        }
    }

    /// Every call again until there is an answer; every roster to its end.
    pub async fn does_everything(&self, session_ends: impl FnOnce()) {
        let mut codes = RedemptionsClient::new(Patient(self.channel.clone()));
        for code in &self.codes {
            let reserved = codes.reserve_promo_code(reserve(code, new_key())).await;
            let name = reserved.unwrap().into_inner().name;
            let redeem = pb::RedeemPromoCodeRequest {
                name: name.clone(),
                request_id: new_key(),
            };
            codes.redeem_promo_code(redeem).await.unwrap();
            codes.report_result(failed(name)).await.unwrap();
        }
        let roster = self.roster().await;
        let mut sessions = ExaminationsClient::new(Patient(self.channel.clone()));
        let download = || pb::DownloadRosterRequest {
            parent: self.session.clone(),
        };
        let broken = sessions.download_roster(download()).await.unwrap();
        let broken: Result<Vec<_>, _> = broken.into_inner().collect().await;
        broken.unwrap_err();
        let whole = sessions.download_roster(download()).await.unwrap();
        let whole: Result<Vec<_>, _> = whole.into_inner().collect().await;
        assert!(whole.unwrap().len() > 1);
        for line in &roster {
            sessions.check_in(self.came(line)).await.unwrap();
            let noise = self.noise(line, "A telephone rang.");
            sessions.report_irregularity(noise).await.unwrap();
        }
        session_ends();
        for line in &roster {
            sessions.report_scores(self.score(line)).await.unwrap();
        }
    }

    /// What every program does that was written on a good day, and worse.
    pub async fn does_everything_wrong(&self, session_ends: impl FnOnce()) {
        let mut codes = RedemptionsClient::new(self.channel.clone());
        let without = reserve(&self.codes[0], String::new());
        codes.reserve_promo_code(without).await.unwrap_err();
        // The answer is lost, and asked for under another id.
        for _ in 0..2 {
            let again = reserve(&self.codes[0], new_key());
            codes.reserve_promo_code(again).await.unwrap_err();
        }
        // Under way, and never asked again.
        let second = reserve(&self.codes[1], new_key());
        codes.reserve_promo_code(second).await.unwrap_err();
        // Reserved, and no more.
        let third = reserve(&self.codes[2], new_key());
        codes.reserve_promo_code(third).await.unwrap();

        let mut sessions = ExaminationsClient::new(self.channel.clone());
        let (half, broken) = self.read("").await;
        broken.unwrap_err();
        let (rest, end) = self.read(&half[0].resume_token).await;
        end.unwrap();
        let download = pb::DownloadRosterRequest {
            parent: self.session.clone(),
        };
        let broken = sessions.download_roster(download).await.unwrap();
        drop(broken);
        let person = &rest[0];
        let early = self.noise(person, "990101300017");
        sessions.report_irregularity(early).await.unwrap_err();
        let came = self.came(person);
        sessions.check_in(came.clone()).await.unwrap_err();
        sessions.check_in(came.clone()).await.unwrap();
        let other = pb::CheckInRequest {
            booking: rest[1].booking.clone(),
            ..came
        };
        sessions.check_in(other).await.unwrap_err();
        session_ends();
        let score = self.score(person);
        sessions.report_scores(score.clone()).await.unwrap_err();
        sessions.report_scores(score).await.unwrap();
    }

    /// After a break from the last line that arrived.
    async fn roster(&self) -> Vec<RosterEntry> {
        let (mut lines, mut token) = (Vec::new(), String::new());
        loop {
            let (some, end) = self.read(&token).await;
            lines.extend(some);
            match end {
                Ok(()) => return lines,
                Err(_) => token.clone_from(&lines.last().unwrap().resume_token),
            }
        }
    }

    /// What came, and how it ended.
    async fn read(&self, resume_token: &str) -> (Vec<RosterEntry>, Result<(), Status>) {
        let request = pb::StreamRosterRequest {
            parent: self.session.clone(),
            resume_token: resume_token.to_owned(),
        };
        let mut sessions = ExaminationsClient::new(self.channel.clone());
        let mut stream = sessions.stream_roster(request).await.unwrap().into_inner();
        let mut lines = Vec::new();
        while let Some(line) = stream.next().await {
            match line {
                Ok(line) => lines.push(line),
                Err(status) => return (lines, Err(status)),
            }
        }
        (lines, Ok(()))
    }

    fn came(&self, line: &RosterEntry) -> pb::CheckInRequest {
        pb::CheckInRequest {
            booking: line.booking.clone(),
            check_in_time: Some(to_pb(self.now)),
            start_time: Some(to_pb(self.now)),
            request_id: new_key(),
        }
    }

    fn noise(&self, line: &RosterEntry, note: &str) -> pb::ReportIrregularityRequest {
        pb::ReportIrregularityRequest {
            booking: line.booking.clone(),
            code: Noise::Disturbance.into(),
            note: note.to_owned(),
            occur_time: Some(to_pb(self.now)),
            request_id: new_key(),
        }
    }

    fn score(&self, line: &RosterEntry) -> pb::ReportScoresRequest {
        let row = ScoreRow {
            candidate_number: line.candidate_number.clone(),
            score: "81".to_owned(),
            absent: false,
            subject_scores: Vec::new(),
        };
        pb::ReportScoresRequest {
            parent: self.session.clone(),
            scores: vec![row],
            request_id: new_key(),
        }
    }
}

fn reserve(code: &Code, request_id: String) -> pb::ReservePromoCodeRequest {
    pb::ReservePromoCodeRequest {
        code: code.code.clone(),
        iin: code.iin.clone(),
        test_system: code.test_system.into(),
        partner_reference: "R-1".to_owned(),
        request_id,
    }
}

fn failed(name: String) -> pb::ReportResultRequest {
    pb::ReportResultRequest {
        name,
        result: Some(pb::TestResult {
            outcome: Outcome::Failed.into(),
            ..pb::TestResult::default()
        }),
        request_id: new_key(),
    }
}
