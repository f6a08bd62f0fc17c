//! Results of single sessions: out for everybody who sat one, before the stage as a whole, where nobody's
//! result depends on another's.

use chassis::clock::from_pb;
use futures_util::future::join_all;
use prost::Message as _;
use proto::events::v1::StageResultPublished;
use proto::testing::v1 as pb;
use proto::testing::v1::advance_rule::{Places, Scope};
use proto::testing::v1::import_stage_results_request::Source;
use proto::testing::v1::stage_result::Outcome;
use proto::testing::v1::stage_results_client::StageResultsClient;
use proto::testing::v1::stages_client::StagesClient;
use proto::wire::v1::LocalizedText;
use tonic::Response;

use crate::certificates::{by_subject, qualifying};
use crate::outcome::{rule, scored};
use crate::world::{Answer, World, person_name, reason, refused, told_with, wrong};

const CERTIFICATES: &str = "due_certificates";

/// Everybody is measured by marks, heads by their own.
fn measuring() -> pb::Stage {
    pb::Stage {
        advance_rule: Some(pb::AdvanceRule {
            scope: Scope::All.into(),
            ..rule(Places::Threshold("0".into()))
        }),
        ..qualifying()
    }
}

impl World {
    fn publish_session_request(&self, session: &str) -> pb::PublishSessionResultsRequest {
        pb::PublishSessionResultsRequest {
            parent: session.into(),
            request_id: self.request(),
        }
    }

    async fn publish_session_as(
        &self,
        request: pb::PublishSessionResultsRequest,
    ) -> Answer<pb::SessionPublication> {
        let mut results = StageResultsClient::new(self.as_manager());
        let answer = results.publish_session_results(request).await;
        answer.map(Response::into_inner)
    }

    async fn publish_session(&self, session: &str) -> Answer<pb::SessionPublication> {
        self.publish_session_as(self.publish_session_request(session))
            .await
    }

    /// A session that these book, and these of them come to and finish.
    async fn hold_session(&self, stage: &str, booked: &[u128], come: &[u128]) -> String {
        let session = self.session(stage, 60, 100).await;
        let mut bookings = Vec::new();
        for number in booked {
            let booking = self.book(*number, &session.name).await.name;
            bookings.push((*number, booking));
        }
        let start = session.start_time.as_ref().and_then(from_pb);
        self.clock.set(start.expect("a start"));
        for (number, booking) in bookings.iter().filter(|(it, _)| come.contains(it)) {
            let attempt = self.start(*number, booking).await.expect("an attempt");
            self.finish(*number, &attempt.name).await.expect("finished");
        }
        session.name
    }
}

/// Two of a session's three came, and are scored: 81 and 49.9 of 100.
async fn held() -> (World, String, String) {
    let world = World::new().await;
    let stage = world.make(measuring()).await.name;
    world.admit(&[1, 2, 3], "SCHOOLS").await;
    world.admit(&[4], "HEADS").await;
    let session = world.hold_session(&stage, &[1, 2, 3], &[1, 2]).await;
    let scores = [(1, "67", "14", "81"), (2, "40", "9.9", "49.9")];
    let imported = world.import_subjects(&stage, &scores).await;
    imported.expect("imported");
    (world, stage, session)
}

#[tokio::test]
async fn who_sat_a_session_knows_when_it_is_published_and_the_others_with_the_stage() {
    let (world, stage, session) = held().await;
    // The third can still come.
    refused(world.publish_session(&session).await, "SITTINGS_AHEAD");
    world.pass(60);
    let request = world.publish_session_request(&session);
    let published = world.publish_session_as(request.clone()).await;
    let published = published.expect("published");
    assert_eq!(published.result_count, 2);
    assert_eq!(
        world.publish_session_as(request).await.expect("once more"),
        published
    );
    let again = refused(world.publish_session(&session).await, "SESSION_PUBLISHED");
    assert!(told_with(&again, "publish_time").starts_with("2026"));
    let first = world.result(1, &stage).await.expect("a result");
    assert_eq!((&*first.category, &*first.total), ("RESEARCHER", "81"));
    assert_eq!(
        first.explanation,
        "Сіздің балыңыз: 81 / 100. Сіз жеткен санат: RESEARCHER."
    );
    let second = world.result(2, &stage).await.expect("a result");
    assert_eq!(second.category, "");
    assert_eq!(
        second.explanation,
        "Сіздің балыңыз: 49.9 / 100. Санат алу үшін кемінде 50 балл қажет."
    );
    assert_eq!(world.result(3, &stage).await, None);
    // Certificates and appeals don't wait for the stage.
    world.run(CERTIFICATES).await;
    assert_eq!(world.count("certificates").await, 1);
    let appeal = world.appeal(2, &second.name).await.expect("an appeal");
    let mut decision = world.decision(&appeal.name, "1");
    decision.subject_deltas = by_subject(&[("CONTENT", "1")]);
    world.decide(decision).await.expect("decided");
    world.publish_decisions(&stage).await.expect("published");
    let raised = world.result(2, &stage).await.expect("a result");
    assert_eq!((&*raised.category, &*raised.total), ("TEACHER", "50.9"));

    // Who missed it sits another; a head does, too.
    let other = world.hold_session(&stage, &[3, 4], &[3, 4]).await;
    let scores = [(3, "70", "30", "100"), (4, "40", "30", "70")];
    let imported = world.import_subjects(&stage, &scores).await;
    imported.expect("imported");
    world.pass(60);
    let whole = world.publish(&stage).await.expect("published");
    assert_eq!(whole.competitors, 4);
    assert_eq!(world.result(1, &stage).await, Some(first));
    assert_eq!(world.result(2, &stage).await, Some(raised));
    let categories = [
        world.result(3, &stage).await.expect("a result").category,
        world.result(4, &stage).await.expect("a result").category,
    ];
    assert_eq!(categories, ["MASTER", "HEAD"]);
    assert_eq!(world.count("stage_results").await, 4);
    let late = refused(world.publish_session(&other).await, "STAGE_PUBLISHED");
    assert!(!told_with(&late, "publish_time").is_empty());
    everybody_is_told_once(&world).await;
}

async fn everybody_is_told_once(world: &World) {
    world.run("untold_results").await;
    world.run("untold_results").await;
    let told = world.told().await;
    let told = told
        .iter()
        .filter(|(kind, _)| kind == "StageResultPublished");
    let mut told: Vec<_> = told
        .map(|(_, payload)| StageResultPublished::decode(payload.as_slice()).expect("an event"))
        .map(|event| {
            assert!(event.publish_time.is_some());
            (event.account, event.qualified)
        })
        .collect();
    told.sort();
    // As it was published: what the appeal changed is told by itself.
    let expected = [(1, true), (2, false), (3, true), (4, true)];
    let expected = expected.map(|(person, reached)| (person_name(person), Some(reached)));
    assert_eq!(told, expected);
}

#[tokio::test]
async fn what_was_published_with_a_session_stays_as_it_is() {
    let (world, stage, session) = held().await;
    world.pass(60);
    world.publish_session(&session).await.expect("published");
    let same = [(1, "67", "14", "81"), (2, "40", "9.9", "49.9")];
    let same = world.import_subjects(&stage, &same).await;
    assert_eq!(same.expect("nothing new").unchanged_count, 2);
    let other = [(1, "67", "15", "82"), (2, "40", "9.9", "49.9")];
    let refusal = wrong(world.import_subjects(&stage, &other).await);
    assert_eq!(refusal, ["score_rows.rows[0].score RESULT_PUBLISHED"]);
    let mut dry = world
        .import_request(&stage, &[(1, "82"), (2, "49.9")])
        .await;
    if let Some(Source::ScoreRows(rows)) = &mut dry.source {
        rows.rows[0].subject_scores = by_subject(&[("CONTENT", "67"), ("PEDAGOGY", "15")]);
        rows.rows[1].subject_scores = by_subject(&[("CONTENT", "40"), ("PEDAGOGY", "9.9")]);
    }
    dry.dry_run = true;
    let problems = world.send(dry).await.expect("a dry run").problems;
    let reasons: Vec<_> = problems.iter().map(|it| it.reason.as_str()).collect();
    assert_eq!(reasons, ["RESULT_PUBLISHED"]);
    // Neither is it measured anew: a title may change, a mark may not.
    let request = pb::GetStageRequest {
        name: stage.clone(),
    };
    let read = StagesClient::new(world.as_manager())
        .get_stage(request)
        .await;
    let mut changed = read.expect("the stage").into_inner();
    changed.title = Some(LocalizedText {
        kk: "Тест".into(),
        ru: "Тест".into(),
        en: "Test".into(),
    });
    let changed = world.update(changed, &["title"]).await.expect("a title");
    let mut marks = changed.clone();
    if let Some(terms) = &mut marks.certificate_terms {
        terms.pass_marks.truncate(1);
    }
    let refusal = world.update(marks, &["certificate_terms"]).await;
    refused(refusal, "STAGE_PUBLISHED");
    let last = pb::Stage {
        appeal_term: Some(prost_types::Duration {
            seconds: 86_400,
            nanos: 0,
        }),
        ..changed
    };
    refused(
        world.update(last, &["appeal_term"]).await,
        "STAGE_PUBLISHED",
    );
}

#[tokio::test]
async fn where_people_compete_or_something_is_missing_no_session_is_published() {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1, 2], "SCHOOLS").await;
    let session = world.hold_session(&stage, &[1], &[1]).await;
    world.pass(60);
    refused(world.publish_session(&session).await, "RESULTS_COMPETE");
    let nowhere = format!("{stage}/sessions/{}", uuid::Uuid::nil());
    refused(world.publish_session(&nowhere).await, "NOT_FOUND");
    let named = world.publish_session("sessions/1").await;
    assert_eq!(wrong(named), ["parent INVALID_NAME"]);
    let mut desk = StageResultsClient::new(world.as_desk());
    let by_desk = world.publish_session_request(&session);
    refused(desk.publish_session_results(by_desk).await, "NOT_ALLOWED");

    let world = World::new().await;
    let stage = world.make(measuring()).await.name;
    world.admit(&[1, 2], "SCHOOLS").await;
    let session = world.hold_session(&stage, &[1, 2], &[1]).await;
    world.pass(60);
    let missing = refused(world.publish_session(&session).await, "RESULTS_MISSING");
    assert_eq!(told_with(&missing, "count"), "1");
    let empty = world.hold_session(&stage, &[2], &[]).await;
    world.pass(60);
    let nobody = refused(world.publish_session(&empty).await, "RESULTS_MISSING");
    assert_eq!(told_with(&nobody, "count"), "0");
    let mut manager = StageResultsClient::new(world.as_manager());
    let request = pb::GetSessionPublicationRequest {
        name: format!("{empty}/publication"),
    };
    let none = manager.get_session_publication(request).await;
    refused(none, "NOT_FOUND");
}

#[tokio::test]
async fn ten_managers_publish_a_session_once_while_the_stage_is_published_too() {
    let (world, stage, session) = held().await;
    world.pass(60);
    let many = (0..10).map(|_| world.publish_session(&session));
    let (many, whole) = tokio::join!(join_all(many), world.publish(&stage));
    whole.expect("the stage is published whatever came before it");
    let done = many.iter().filter(|it| it.is_ok()).count();
    assert!(done <= 1, "{done} times");
    for refusal in many.into_iter().filter_map(Result::err) {
        let told = reason(&refusal);
        let expected = told == "STAGE_PUBLISHED" || (done == 1 && told == "SESSION_PUBLISHED");
        assert!(expected, "{told}");
    }
    assert_eq!(world.count("stage_results").await, 4);
    let publications = world.count("session_publications").await;
    assert_eq!(usize::try_from(publications), Ok(done));
    for person in [1, 2] {
        let result = world.result(person, &stage).await.expect("a result");
        assert_eq!(result.outcome(), Outcome::Advanced);
    }
}
