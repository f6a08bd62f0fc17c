//! Words for what comes of a stage: people who sit it, scores that come in, a publication.

use chassis::caller::Role;
use chassis::client::Connection;
use chassis::clock::{from_pb, to_pb};
use chassis::testing::person;
use jiff::SignedDuration;
use proto::testing::v1 as pb;
use proto::testing::v1::advance_rule::{Places, Scope, TiePolicy};
use proto::testing::v1::appeals_client::AppealsClient;
use proto::testing::v1::attempts_client::AttemptsClient;
use proto::testing::v1::memberships_client::MembershipsClient;
use proto::testing::v1::stage_results_client::StageResultsClient;
use proto::testing::v1::stages_client::StagesClient;
use tonic::Response;

use crate::world::{Answer, CAMPAIGN, World, stage};

pub const MANAGER: u128 = 9_100;

/// Half of those who sat it, ties included, from 0 to 100 with one digit after the point.
pub fn scored(number: i32) -> pb::Stage {
    let half = pb::Share {
        numerator: 1,
        denominator: 2,
    };
    pb::Stage {
        advance_rule: Some(rule(Places::Share(half))),
        score_scale: Some(pb::ScoreScale {
            lowest: "0".into(),
            highest: "100".into(),
            decimals: 1,
        }),
        ..stage(number)
    }
}

pub fn rule(places: Places) -> pb::AdvanceRule {
    pb::AdvanceRule {
        scope: Scope::Direction.into(),
        tie_policy: TiePolicy::Include.into(),
        tie_break_stages: Vec::new(),
        places: Some(places),
    }
}

/// So many places, and no more.
pub fn exactly(places: i32, earlier: &[i32]) -> pb::AdvanceRule {
    let number = pb::Number {
        places,
        quotas: Vec::new(),
    };
    pb::AdvanceRule {
        tie_policy: TiePolicy::Break.into(),
        tie_break_stages: earlier.to_vec(),
        ..rule(Places::Number(number))
    }
}

/// The last stage: a commission's, so many places in each direction.
pub fn last(number: i32, places: i32) -> pb::Stage {
    pb::Stage {
        advance_rule: Some(exactly(places, &[])),
        without_sitting: true,
        last_stage: true,
        ..scored(number)
    }
}

/// A row of an import: a person and a score, or nothing for absence.
pub type Mark<'a> = (u128, &'a str);

impl World {
    pub fn as_manager(&self) -> Connection {
        self.speak(person(MANAGER, &[Role::CampaignManager]))
    }

    pub async fn make(&self, stage: pb::Stage) -> pb::Stage {
        let request = pb::CreateStageRequest {
            parent: CAMPAIGN.into(),
            stage: Some(stage),
            request_id: self.request(),
        };
        let mut stages = StagesClient::new(self.as_desk());
        let made = stages.create_stage(request).await;
        made.expect("a stage").into_inner()
    }

    pub async fn update(&self, stage: pb::Stage, mask: &[&str]) -> Answer<pb::Stage> {
        let paths: Vec<String> = mask.iter().map(|path| (*path).to_owned()).collect();
        let request = pb::UpdateStageRequest {
            stage: Some(stage),
            update_mask: (!paths.is_empty()).then_some(prost_types::FieldMask { paths }),
            request_id: self.request(),
        };
        let mut stages = StagesClient::new(self.as_manager());
        stages.update_stage(request).await.map(Response::into_inner)
    }

    /// Accepted in a direction.
    pub async fn admit(&self, people: &[u128], direction: &str) {
        for number in people {
            self.submit(*number, direction).await;
            self.accept(*number).await;
        }
    }

    /// Booked and started, each at the start of one session; their attempts.
    pub async fn begin(&self, stage: &str, people: &[u128]) -> Vec<pb::Attempt> {
        let session = self.session(stage, 60, 100).await;
        let mut booked = Vec::new();
        for number in people {
            booked.push((*number, self.book(*number, &session.name).await.name));
        }
        let start = session.start_time.as_ref().and_then(from_pb);
        self.clock.set(start.expect("a start"));
        let mut attempts = Vec::new();
        for (number, booking) in booked {
            attempts.push(self.start(number, &booking).await.expect("an attempt"));
        }
        attempts
    }

    /// The same, and finished.
    pub async fn sit(&self, stage: &str, people: &[u128]) -> Vec<pb::Attempt> {
        let begun = self.begin(stage, people).await;
        for (number, attempt) in people.iter().zip(&begun) {
            self.finish(*number, &attempt.name).await.expect("finished");
        }
        begun
    }

    pub async fn finish(&self, number: u128, attempt: &str) -> Answer<pb::Attempt> {
        let request = pb::FinishAttemptRequest {
            name: attempt.into(),
            request_id: self.request(),
        };
        let mut attempts = self.attempts(number);
        attempts
            .finish_attempt(request)
            .await
            .map(Response::into_inner)
    }

    pub async fn terminate(&self, attempt: &str) -> Answer<pb::Attempt> {
        let request = pb::TerminateAttemptRequest {
            name: attempt.into(),
            code: pb::irregularity::Code::ForbiddenItem.into(),
            note: "A telephone on the desk.".into(),
            request_id: self.request(),
        };
        let mut attempts = AttemptsClient::new(self.as_desk());
        attempts
            .terminate_attempt(request)
            .await
            .map(Response::into_inner)
    }

    /// The candidate's number of a person.
    pub async fn number(&self, person: u128) -> String {
        let found = self.candidate(person).await;
        found.expect("a candidate").candidate_number
    }

    pub async fn import_request(
        &self,
        stage: &str,
        marks: &[Mark<'_>],
    ) -> pb::ImportStageResultsRequest {
        let mut rows = Vec::new();
        let mut tenths = 0;
        for (person, score) in marks {
            // All scores of the tests have one digit after the point at most.
            let (whole, digit) = score.split_once('.').unwrap_or((score, "0"));
            tenths += whole.parse::<i64>().unwrap_or(0) * 10 + digit.parse::<i64>().unwrap_or(0);
            rows.push(pb::ScoreRow {
                candidate_number: self.number(*person).await,
                score: (*score).to_owned(),
                absent: score.is_empty(),
                subject_scores: Vec::new(),
            });
        }
        pb::ImportStageResultsRequest {
            parent: stage.into(),
            row_count: i32::try_from(rows.len()).expect("few"),
            source: Some(pb::import_stage_results_request::Source::ScoreRows(
                pb::ScoreRows { rows },
            )),
            score_sum: format!("{}.{}", tenths / 10, tenths % 10),
            dry_run: false,
            request_id: self.request(),
        }
    }

    pub async fn send(
        &self,
        request: pb::ImportStageResultsRequest,
    ) -> Answer<pb::ImportStageResultsResponse> {
        let mut results = StageResultsClient::new(self.as_desk());
        results
            .import_stage_results(request)
            .await
            .map(Response::into_inner)
    }

    pub async fn import(
        &self,
        stage: &str,
        marks: &[Mark<'_>],
    ) -> Answer<pb::ImportStageResultsResponse> {
        let request = self.import_request(stage, marks).await;
        self.send(request).await
    }

    pub async fn preview(&self, stage: &str) -> Answer<pb::CutPreview> {
        let request = pb::GetCutPreviewRequest {
            name: format!("{stage}/cutPreview"),
        };
        let mut results = StageResultsClient::new(self.as_manager());
        results
            .get_cut_preview(request)
            .await
            .map(Response::into_inner)
    }

    pub fn publish_request(&self, stage: &str) -> pb::PublishStageResultsRequest {
        pb::PublishStageResultsRequest {
            parent: stage.into(),
            input_hash: String::new(),
            chosen_candidates: Vec::new(),
            request_id: self.request(),
        }
    }

    pub async fn publish_as(
        &self,
        request: pb::PublishStageResultsRequest,
    ) -> Answer<pb::StagePublication> {
        let mut results = StageResultsClient::new(self.as_manager());
        results
            .publish_stage_results(request)
            .await
            .map(Response::into_inner)
    }

    pub async fn publish(&self, stage: &str) -> Answer<pb::StagePublication> {
        self.publish_as(self.publish_request(stage)).await
    }

    /// What a caller sees of a stage's results.
    pub async fn results(&self, caller: Connection, stage: &str) -> Vec<pb::StageResult> {
        let request = pb::ListStageResultsRequest {
            parent: stage.into(),
            ..Default::default()
        };
        let mut results = StageResultsClient::new(caller);
        let found = results.list_stage_results(request).await;
        found.expect("a list").into_inner().stage_results
    }

    /// One's own result.
    pub async fn result(&self, person: u128, stage: &str) -> Option<pb::StageResult> {
        let mut own = self.results(self.as_person(person), stage).await;
        assert!(own.len() < 2);
        own.pop()
    }

    pub async fn admitted(&self, stage: &str) -> Answer<Vec<String>> {
        let request = pb::ListAdmittedRequest {
            parent: stage.into(),
            page_size: 100,
            ..Default::default()
        };
        // Any person who is signed in.
        let mut results = StageResultsClient::new(self.as_person(8_000));
        let found = results.list_admitted(request).await?.into_inner();
        let all = found.admitted_candidates.into_iter();
        Ok(all.map(|it| it.candidate_number).collect())
    }

    pub async fn appeal(&self, person: u128, result: &str) -> Answer<pb::Appeal> {
        let request = pb::FileAppealRequest {
            stage_result: result.into(),
            text: "Question 7 has two right answers.".into(),
            request_id: self.request(),
        };
        let mut appeals = AppealsClient::new(self.as_person(person));
        appeals.file_appeal(request).await.map(Response::into_inner)
    }

    pub fn decision(&self, appeal: &str, delta: &str) -> pb::DecideAppealRequest {
        use pb::appeal::Decision;
        let decision = match delta {
            "" => Decision::Rejected,
            _ => Decision::Granted,
        };
        pb::DecideAppealRequest {
            name: appeal.into(),
            decision: decision.into(),
            score_delta: delta.into(),
            subject_deltas: Vec::new(),
            note: "The commission looked at question 7.".into(),
            etag: String::new(),
            request_id: self.request(),
        }
    }

    pub async fn decide(&self, request: pb::DecideAppealRequest) -> Answer<pb::Appeal> {
        let mut appeals = AppealsClient::new(self.as_manager());
        appeals
            .decide_appeal(request)
            .await
            .map(Response::into_inner)
    }

    pub async fn publish_decisions(
        &self,
        stage: &str,
    ) -> Answer<pb::PublishAppealDecisionsResponse> {
        let request = pb::PublishAppealDecisionsRequest {
            parent: stage.into(),
            request_id: self.request(),
        };
        let mut appeals = AppealsClient::new(self.as_manager());
        appeals
            .publish_appeal_decisions(request)
            .await
            .map(Response::into_inner)
    }

    pub async fn memberships(&self, caller: Connection) -> Vec<pb::Membership> {
        let mut memberships = MembershipsClient::new(caller);
        let request = pb::ListMembershipsRequest::default();
        let found = memberships.list_memberships(request).await;
        found.expect("a list").into_inner().memberships
    }

    pub fn in_minutes(&self, minutes: i64) -> Option<prost_types::Timestamp> {
        Some(to_pb(self.now() + SignedDuration::from_mins(minutes)))
    }
}
