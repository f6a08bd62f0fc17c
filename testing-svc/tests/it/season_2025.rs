//! The text block of 2025 at its size: 4 876 people, one file of scores, one publication.

use proto::testing::v1 as pb;
use proto::testing::v1::import_stage_results_request::Source;
use proto::testing::v1::stage_results_client::StageResultsClient;

use crate::outcome::scored;
use crate::world::World;

/// Size of the direction, and how many more than half have the score of the last place. The sizes
/// were not published; these add up to the 4 876 who sat and the 2 677 who were admitted.
const DIRECTIONS: [(&str, i64, i64); 6] = [
    ("INFRA_INDUSTRY_TRADE", 1_021, 70),
    ("AGRO_ENVIRONMENT", 602, 41),
    ("FOREIGN_INVESTMENT", 455, 24),
    ("ECONOMIC_FINANCIAL", 1_130, 52),
    ("DIGITALIZATION", 873, 38),
    ("SOCIAL_CIVIL", 795, 12),
];

/// Number, direction and score of everybody.
fn people() -> Vec<(String, &'static str, i64)> {
    let mut people = Vec::new();
    for (direction, size, more) in DIRECTIONS {
        let places = (size + 1) / 2;
        for at in 0..size {
            let score = match at {
                _ if at + 1 < places => 600 - at / 4,
                _ if at < places + more => 60,
                _ => 40 - at / 40,
            };
            people.push((format!("{:010}", people.len()), direction, score));
        }
    }
    people
}

#[tokio::test]
async fn the_cut_of_2025_admits_2677_of_4876() {
    let world = World::new().await;
    let people = people();
    for some in people.chunks(500) {
        let rows = some.iter().map(|(number, direction, _)| {
            let account = format!("0197aaaa-0000-7000-8000-00{number}");
            format!(
                "('reserve-2026', '{account}', 'application', 'GRANTED', 1, 0, '{direction}', '{number}')"
            )
        });
        let rows: Vec<String> = rows.collect();
        let sql =
            "INSERT INTO eligibilities (campaign, account, application, standing, stage_number,
            changed_us, direction, candidate_number) VALUES";
        world.sql(&format!("{sql} {}", rows.join(", "))).await;
    }
    let stage = world
        .make(pb::Stage {
            without_sitting: true,
            score_scale: Some(pb::ScoreScale {
                lowest: "0".into(),
                highest: "1000".into(),
                decimals: 0,
            }),
            ..scored(1)
        })
        .await
        .name;
    let lines = people
        .iter()
        .map(|(number, _, score)| format!("{number};{score}\r\n"));
    let file = lines.fold("candidate_number;score\r\n".to_owned(), |file, line| {
        file + &line
    });
    let sum: i64 = people.iter().map(|(_, _, score)| score).sum();
    let request = pb::ImportStageResultsRequest {
        parent: stage.clone(),
        source: Some(Source::Csv(file.into_bytes().into())),
        row_count: 4_876,
        score_sum: sum.to_string(),
        dry_run: false,
        request_id: world.request(),
    };
    let imported = world.send(request).await.expect("imported");
    assert_eq!(imported.added_count, 4_876);

    let publication = world.publish(&stage).await.expect("published");
    assert_eq!(
        (publication.competitors, publication.advancing),
        (4_876, 2_677)
    );
    assert!(publication.cuts.iter().all(|cut| cut.cut_score == "60"));
    let outcome = |outcome: &str| format!("stage_results WHERE outcome = '{outcome}'");
    assert_eq!(world.count(&outcome("ADVANCED")).await, 2_677);
    assert_eq!(world.count(&outcome("NOT_ADVANCED")).await, 2_199);
    assert_eq!(
        world.count("eligibilities WHERE stage_number = 2").await,
        2_677
    );
    world.run("untold_results").await;
    assert_eq!(world.count("outbox").await, 4_876);

    // The list goes on from page to page and names each once.
    let mut listed = Vec::new();
    let mut request = pb::ListAdmittedRequest {
        parent: stage,
        page_size: 100,
        ..Default::default()
    };
    let mut anybody = StageResultsClient::new(world.as_person(1));
    loop {
        let page = anybody
            .list_admitted(request.clone())
            .await
            .expect("a page")
            .into_inner();
        listed.extend(
            page.admitted_candidates
                .into_iter()
                .map(|it| it.candidate_number),
        );
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(listed.len(), 2_677);
    assert!(listed.is_sorted_by(|a, b| a < b));
}
