//! Scores come in: all rows or none, everything that is wrong at once, corrected until published.

use proto::testing::v1 as pb;
use proto::testing::v1::import_stage_results_request::Source;
use proto::testing::v1::stage_results_client::StageResultsClient;

use crate::outcome::scored;
use crate::world::{World, refused, stage, told_with, wrong};

/// A stage that 1 to 5 sat, one is sitting, one was sent out, and one never came.
struct Field {
    world: World,
    stage: String,
}

async fn field() -> Field {
    let world = World::new().await;
    let stage = world.make(scored(1)).await.name;
    world.admit(&[1, 2, 3, 4, 5, 6, 7, 8], "A").await;
    let begun = world.begin(&stage, &[1, 2, 3, 4, 5, 6, 7]).await;
    for (person, attempt) in (1..=5).zip(&begun) {
        world.finish(person, &attempt.name).await.expect("finished");
    }
    world.terminate(&begun[6].name).await.expect("terminated");
    Field { world, stage }
}

impl Field {
    fn csv(&self, file: String, row_count: i32, sum: &str) -> pb::ImportStageResultsRequest {
        pb::ImportStageResultsRequest {
            parent: self.stage.clone(),
            source: Some(Source::Csv(file.into_bytes().into())),
            row_count,
            score_sum: sum.into(),
            dry_run: false,
            request_id: self.world.request(),
        }
    }
}

#[tokio::test]
async fn rows_and_files_come_in_and_the_desk_sees_them_and_nobody_else() {
    let field = field().await;
    let world = &field.world;
    let done = world.import(&field.stage, &[(1, "47.5"), (2, "")]).await;
    let done = done.expect("imported");
    assert_eq!(
        (done.row_count, done.added_count, done.dry_run),
        (2, 2, false)
    );
    let file = format!(
        "\u{feff}candidate_number;score\r\n{};50,5\r\n{};12\r\n",
        world.number(3).await,
        world.number(1).await
    );
    let done = world
        .send(field.csv(file, 2, "62.5"))
        .await
        .expect("imported");
    assert_eq!((done.added_count, done.replaced_count), (1, 1));

    let seen = world.results(world.as_desk(), &field.stage).await;
    let mut told: Vec<_> = seen
        .iter()
        .map(|it| (it.score.as_str(), it.absent))
        .collect();
    told.sort_unstable();
    assert_eq!(told, [("", true), ("12", false), ("50.5", false)]);
    assert!(
        seen.iter()
            .all(|it| it.outcome == 0 && it.publish_time.is_none())
    );
    assert_eq!(world.results(world.as_manager(), &field.stage).await, seen);
    for person in 1..=3 {
        assert_eq!(world.result(person, &field.stage).await, None);
    }
    let mut person = StageResultsClient::new(world.as_person(1));
    let mine = seen.iter().find(|it| it.score == "12").expect("mine");
    let request = pb::GetStageResultRequest {
        name: mine.name.clone(),
    };
    refused(person.get_stage_result(request).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_corrected_import_replaces_and_what_was_there_is_kept() {
    let field = field().await;
    let world = &field.world;
    world
        .import(&field.stage, &[(1, "47"), (2, "12")])
        .await
        .expect("imported");
    world.pass(1);
    let again = world.import(&field.stage, &[(1, "48"), (2, "12")]).await;
    let again = again.expect("imported");
    assert_eq!((again.replaced_count, again.unchanged_count), (1, 1));
    let request = pb::ListScoreChangesRequest {
        parent: field.stage.clone(),
        candidate_number: world.number(1).await,
        ..Default::default()
    };
    let mut desk = StageResultsClient::new(world.as_desk());
    let found = desk.list_score_changes(request).await.expect("a list");
    let changes = found.into_inner().score_changes;
    let told: Vec<_> = changes
        .iter()
        .map(|it| (it.previous_score.as_str(), it.score.as_str()))
        .collect();
    assert_eq!(told, [("47", "48"), ("", "47")]);
    assert_eq!(
        changes[0].account,
        crate::world::person_name(crate::world::DESK)
    );
}

#[tokio::test]
async fn everything_that_is_wrong_is_told_at_once_and_nothing_is_kept() {
    let field = field().await;
    let world = &field.world;
    world.submit(20, "A").await;
    world.accept(20).await;
    let elsewhere = world.number(20).await;
    world.withdraw(20).await;
    let row = |number: String, score: &str, absent| pb::ScoreRow {
        candidate_number: number,
        score: score.into(),
        absent,
        subject_scores: Vec::new(),
    };
    let one = world.number(1).await;
    let rows = vec![
        row(one.clone(), "100.1", false),
        row(one, "5", false),
        row(world.number(2).await, "4.55", false),
        row(world.number(3).await, "5", true),
        row(world.number(6).await, "5", false),
        row(world.number(7).await, "5", false),
        row(world.number(8).await, "5", false),
        row(elsewhere, "5", false),
        row("0000000000".into(), "five", false),
    ];
    let mut request = world.import_request(&field.stage, &[]).await;
    request.source = Some(Source::ScoreRows(pb::ScoreRows { rows }));
    request.row_count = 12;
    let expected = [
        "score_rows.rows[0].score SCORE_OFF_SCALE",
        "score_rows.rows[1].candidate_number CANDIDATE_TWICE",
        "score_rows.rows[2].score TOO_MANY_DECIMALS",
        "score_rows.rows[3].score SCORE_OR_ABSENT",
        "score_rows.rows[4].candidate_number ATTEMPT_RUNNING",
        "score_rows.rows[5].candidate_number ATTEMPT_VOID",
        "score_rows.rows[6].candidate_number NOT_SAT",
        "score_rows.rows[7].candidate_number NOT_IN_STAGE",
        "score_rows.rows[8].candidate_number CANDIDATE_UNKNOWN",
        "score_rows.rows[8].score INVALID_FORMAT",
        "row_count COUNT_MISMATCH",
    ];
    assert_eq!(wrong(world.send(request.clone()).await), expected);
    assert_eq!(world.count("stage_scores").await, 0);
    request.dry_run = true;
    request.request_id = world.request();
    let answer = world.send(request).await.expect("a check").problems;
    let told: Vec<_> = answer
        .iter()
        .map(|it| format!("{} {}", it.field, it.reason))
        .collect();
    assert_eq!(told, expected);
    assert!(answer.iter().all(|it| !it.message.is_empty()));
}

#[tokio::test]
async fn half_a_file_and_no_file_are_refused() {
    let field = field().await;
    let world = &field.world;
    let number = world.number(1).await;
    let half = field.csv(format!("candidate_number,score\n{number},40"), 2, "87");
    assert_eq!(
        wrong(world.send(half).await),
        ["row_count COUNT_MISMATCH", "score_sum SUM_MISMATCH"]
    );
    let other = field.csv(format!("number,points\n{number},40"), 1, "40");
    assert_eq!(
        wrong(world.send(other).await),
        ["csv.line[1] COLUMNS_UNKNOWN"]
    );
    let mut bytes = field.csv(String::new(), 1, "40");
    bytes.source = Some(Source::Csv(vec![0xcf, 0xf0].into()));
    assert_eq!(wrong(world.send(bytes).await), ["csv TEXT_UNREADABLE"]);
    let nothing = pb::ImportStageResultsRequest {
        source: None,
        row_count: 0,
        score_sum: String::new(),
        ..field.csv(String::new(), 0, "")
    };
    assert_eq!(
        wrong(world.send(nothing).await),
        [
            "source REQUIRED",
            "row_count REQUIRED",
            "score_sum REQUIRED"
        ]
    );
}

#[tokio::test]
async fn a_refusal_tells_twenty_problems_and_a_dry_run_all() {
    let field = field().await;
    let world = &field.world;
    let lines: String = (0..50).map(|at| format!("{at:010},1\n")).collect();
    let mut request = field.csv(format!("candidate_number,score\n{lines}"), 50, "50");
    let told = wrong(world.send(request.clone()).await);
    assert_eq!(told.len(), 21);
    assert_eq!(told[20], "source MORE_PROBLEMS");
    request.dry_run = true;
    request.request_id = world.request();
    let answer = world.send(request).await.expect("a check");
    assert_eq!(answer.problems.len(), 50);
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let field = field().await;
    let world = &field.world;
    let mut request = world.import_request(&field.stage, &[(1, "40")]).await;
    request.dry_run = true;
    let answer = world.send(request).await.expect("a check");
    assert!(answer.dry_run && answer.problems.is_empty());
    assert_eq!(answer.added_count, 1);
    assert_eq!(world.count("stage_scores").await, 0);
}

#[tokio::test]
async fn a_stage_without_a_scale_takes_no_scores() {
    let world = World::new().await;
    let bare = world.make(stage(1)).await.name;
    world.admit(&[1], "A").await;
    world.sit(&bare, &[1]).await;
    let refusal = refused(world.import(&bare, &[(1, "4")]).await, "RULE_MISSING");
    assert_eq!(told_with(&refusal, "field"), "score_scale");
}
