//! Ratings of college admission: the same from events in any order, shown to their college, explained.

use chassis::testing::person;
use proto::events::v1::SpecialtyRankingStarted;
use proto::testing::v1 as pb;
use proto::testing::v1::rating_line::Behind;

use crate::admission::{
    ADMISSION, COLLEGE, NURSE, OTHER_COLLEGE, accepted, all_of, graded, left, number, rated,
    signatory, started, started_with_exam,
};
use crate::world::{World, refused, wrong};

fn brief(lines: &[pb::RatingLine]) -> Vec<(String, i32, String)> {
    let one = |it: &pb::RatingLine| (it.application_number.clone(), it.rank, it.score.clone());
    lines.iter().map(one).collect()
}

/// Four events about two people: every order of them, each twice.
#[tokio::test]
async fn events_in_any_order_and_repeated_make_the_same_rating() {
    let mut orders = Vec::new();
    for order in 0..24_usize {
        let (mut left, mut order_of, mut code) = (vec![0, 1, 2, 3], Vec::new(), order);
        for choices in (1..=4).rev() {
            order_of.push(left.remove(code % choices));
            code /= choices;
        }
        orders.push(order_of);
    }
    let world = World::new().await;
    for (at, order) in (0_u128..).zip(orders) {
        let (of, first, second) = (1_000 + at, 2 * at + 1, 2 * at + 2);
        for event in order {
            match event {
                0 => {
                    world
                        .told_accepted(accepted(first, 1, of, ["4", "5"]))
                        .await
                }
                1 => world.told_graded(graded(first, 1, of, "12.5")).await,
                2 => world.told_started(started_with_exam(of, 3)).await,
                _ => {
                    // What left before it came in is left for good.
                    world.told_left(left(second, 1, of)).await;
                    world
                        .told_accepted(accepted(second, 1, of, ["5", "5"]))
                        .await;
                }
            }
        }
        let lines = world.lines(signatory(COLLEGE), of).await.expect("lines");
        let expected = vec![(number(first), 1, "5.7500".to_owned())];
        assert_eq!(brief(&lines), expected);
    }
}

#[tokio::test]
async fn a_rating_is_explained_and_says_all_that_is_missing() {
    let world = World::new().await;
    for (who, marks) in [
        (1, ["5", "4"]),
        (2, ["4", "5"]),
        (3, ["5", "4"]),
        (4, ["5", "5"]),
        (5, ["5", ""]),
    ] {
        let mut event = accepted(who, 1, NURSE, marks);
        if who == 3 {
            event.quota_categories = vec!["ORPHAN".into()];
        }
        world.told_accepted(event).await;
    }
    refused(world.lines(signatory(COLLEGE), NURSE).await, "NOT_FOUND");
    world.told_started(started(NURSE, 2, 5)).await;
    let lines = world.lines(signatory(COLLEGE), NURSE).await.expect("lines");
    let expected = [
        (4, 1, "5.0000", Behind::Nobody, 0),
        (1, 2, "4.5000", Behind::Points, 0),
        (3, 2, "4.5000", Behind::Equal, 0),
        (2, 4, "4.5000", Behind::Tie, 1),
        (5, 0, "", Behind::Unspecified, 0),
    ];
    for (line, (who, rank, score, behind, tie)) in lines.iter().zip(expected) {
        assert_eq!(line.application_number, number(who));
        assert_eq!((line.rank, line.score.as_str()), (rank, score));
        assert_eq!((line.behind(), line.tie), (behind, tie));
    }
    assert_eq!(lines.len(), expected.len());
    assert_eq!(lines[0].shown_score, "5.00");
    assert_eq!(lines[0].marks.len(), 2);
    assert_eq!(lines[2].quota_categories, ["ORPHAN"]);
    assert_eq!(lines[4].missing[0].any_of, ["BIOLOGY"]);

    // In pages of two, the same.
    let (mut token, mut again) = (String::new(), Vec::new());
    loop {
        let request = pb::ListRatingLinesRequest {
            parent: rated(NURSE),
            page_size: 2,
            page_token: token,
        };
        let mut ratings = world.ratings(world.manager());
        let page = ratings.list_rating_lines(request).await.expect("a page");
        let page = page.into_inner();
        again.extend(page.rating_lines);
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(again, lines);

    let request = pb::GetAdmissionSpecialtyRequest { name: rated(NURSE) };
    let mut ratings = world.ratings(world.manager());
    let found = ratings.get_admission_specialty(request).await;
    let found = found.expect("a specialty").into_inner();
    assert_eq!((found.ranked_count, found.unranked_count), (4, 1));
    assert_eq!((found.places, found.formula_version), (2, 2));
    assert_eq!(found.college, format!("colleges/{COLLEGE}"));
}

#[tokio::test]
async fn a_college_sees_its_own_specialties_and_no_others() {
    let world = World::new().await;
    world.small_market().await;
    let other = signatory(OTHER_COLLEGE);
    refused(world.lines(other.clone(), NURSE).await, "NOT_FOUND");
    refused(world.lines(person(1, &[]), NURSE).await, "NOT_ALLOWED");
    let name = rated(NURSE);
    let mut ratings = world.ratings(other.clone());
    let request = pb::GetAdmissionSpecialtyRequest { name: name.clone() };
    refused(ratings.get_admission_specialty(request).await, "NOT_FOUND");
    let request = pb::DownloadRatingRequest { name, format: 0 };
    refused(
        ratings.download_rating(request).await.map(drop),
        "NOT_FOUND",
    );
    for (caller, sees) in [(other, 0), (signatory(COLLEGE), 2), (world.manager(), 2)] {
        let request = pb::ListAdmissionSpecialtiesRequest {
            parent: ADMISSION.into(),
            ..Default::default()
        };
        let mut ratings = world.ratings(caller);
        let found = ratings.list_admission_specialties(request).await;
        let found = found.expect("a list").into_inner();
        assert_eq!(found.admission_specialties.len(), sees);
    }
    let request = pb::DownloadRatingRequest {
        name: rated(NURSE),
        format: 99,
    };
    let answer = world
        .ratings(world.manager())
        .download_rating(request)
        .await;
    assert_eq!(wrong(answer.map(drop)), ["format UNKNOWN_VALUE"]);
}

#[tokio::test]
async fn an_export_is_all_of_one_moment_though_events_come_in() {
    let world = World::new().await;
    world.told_started(started(NURSE, 5, 0)).await;
    let coming = async {
        for who in 1..=30 {
            let mark = ["3", "4", "5"][(who % 3) as usize];
            world
                .told_accepted(accepted(who, 1, NURSE, [mark, "5"]))
                .await;
        }
    };
    let reading = async {
        let mut most = 0;
        while most < 30 {
            let request = pb::DownloadRatingRequest {
                name: rated(NURSE),
                format: 0,
            };
            let mut ratings = world.ratings(signatory(COLLEGE));
            let text = all_of(ratings.download_rating(request).await.expect("a file")).await;
            let rows: Vec<&str> = text.lines().skip(1).collect();
            // A rank is one more than there are better ones in the same file.
            for row in &rows {
                let score = |row: &str| row.split(';').nth(3).expect("a score").to_owned();
                let better = rows.iter().filter(|it| score(it) > score(row)).count();
                let rank = row.split(';').next().expect("a rank");
                let ties = rows.iter().filter(|it| score(it) == score(row)).count();
                let rank: usize = rank.parse().expect("a number");
                assert!((better + 1..=better + ties).contains(&rank), "{text}");
            }
            assert!(rows.len() >= most, "{text}");
            most = rows.len();
        }
    };
    tokio::join!(coming, reading);
    let looked = world.count("audit WHERE action = 'DownloadRating'").await;
    assert!(looked > 0);
}

#[tokio::test]
async fn a_workbook_has_the_same_table() {
    use futures_util::StreamExt;
    let world = World::new().await;
    world.small_market().await;
    let request = pb::DownloadRatingRequest {
        name: rated(NURSE),
        format: pb::download_rating_request::Format::Xlsx.into(),
    };
    let mut ratings = world.ratings(signatory(COLLEGE));
    let stream = ratings.download_rating(request).await.expect("a file");
    let mut pieces = stream.into_inner();
    let piece = pieces.next().await.expect("a piece").expect("bytes");
    assert!(piece.content_type.contains("spreadsheetml"));
    assert!(piece.data.starts_with(b"PK"));
}

#[tokio::test]
async fn a_college_reads_a_provisional_rating_while_it_still_accepts_and_examines() {
    let world = World::new().await;
    let of_college = || signatory(COLLEGE);
    let offers = |formulas: &[&SpecialtyRankingStarted]| {
        let newest = formulas.iter().rev();
        let formulas = newest.filter_map(|it| it.score_formula.clone()).collect();
        let specialty = started(NURSE, 2, 0).specialty.expect("a specialty");
        let mut offered = world.questionnaire.offered.lock().expect("no panic");
        offered.insert(specialty.name.clone(), (specialty, formulas));
    };
    refused(world.lines(of_college(), NURSE).await, "NOT_FOUND");
    offers(&[]);
    refused(world.lines(of_college(), NURSE).await, "NOT_FOUND");
    let plain = started(NURSE, 2, 0);
    offers(&[&plain]);
    assert!(
        world
            .lines(of_college(), NURSE)
            .await
            .expect("nobody")
            .is_empty()
    );
    for (who, marks) in [(1, ["5", "4"]), (2, ["5", "5"]), (3, ["4", ""])] {
        world.told_accepted(accepted(who, 1, NURSE, marks)).await;
    }
    let ranks = |lines: &[pb::RatingLine]| -> Vec<(String, i32)> {
        let one = |it: &pb::RatingLine| (it.application_number.clone(), it.rank);
        lines.iter().map(one).collect()
    };
    let lines = world.lines(of_college(), NURSE).await.expect("lines");
    assert_eq!(
        ranks(&lines),
        [(number(2), 1), (number(1), 2), (number(3), 0)]
    );

    // Another version of the formula, with an exam: who was not graded yet is not ranked yet.
    let with_exam = started_with_exam(NURSE, 2);
    offers(&[&plain, &with_exam]);
    world.told_graded(graded(1, 1, NURSE, "12.5")).await;
    let lines = world.lines(of_college(), NURSE).await.expect("lines");
    assert_eq!(lines[0].application_number, number(1));
    assert_eq!(lines[0].score, "5.7500");
    assert_eq!(lines[1].missing[0].exam, "SPECIAL");

    // It says what it is, in whatever form it is read; and it is the college's.
    let page = async |caller| {
        let request = pb::ListRatingLinesRequest {
            parent: rated(NURSE),
            ..Default::default()
        };
        let found = world.ratings(caller).list_rating_lines(request).await;
        found.map(tonic::Response::into_inner)
    };
    assert!(page(of_college()).await.expect("lines").provisional);
    let shown = async |caller| {
        let request = pb::GetAdmissionSpecialtyRequest { name: rated(NURSE) };
        let found = world.ratings(caller).get_admission_specialty(request).await;
        found.map(tonic::Response::into_inner)
    };
    let specialty = shown(of_college()).await.expect("a specialty");
    assert!(specialty.provisional && specialty.start_time.is_none());
    assert_eq!((specialty.ranked_count, specialty.unranked_count), (1, 2));
    let table = async || {
        let request = pb::DownloadRatingRequest {
            name: rated(NURSE),
            format: 0,
        };
        let mut ratings = world.ratings(of_college());
        all_of(ratings.download_rating(request).await.expect("a file")).await
    };
    let text = table().await;
    assert!(
        text.lines()
            .next()
            .expect("a head")
            .ends_with(";provisional")
    );
    assert!(
        text.lines().skip(1).all(|row| row.ends_with(";true")),
        "{text}"
    );
    refused(page(signatory(OTHER_COLLEGE)).await, "NOT_FOUND");
    refused(shown(signatory(OTHER_COLLEGE)).await, "NOT_FOUND");
    refused(page(person(1, &[])).await, "NOT_ALLOWED");
    let request = pb::ListAdmissionSpecialtiesRequest {
        parent: ADMISSION.into(),
        ..Default::default()
    };
    let found = world
        .ratings(of_college())
        .list_admission_specialties(request)
        .await;
    let found = found.expect("a list").into_inner();
    assert!(found.admission_specialties.is_empty());

    // Closed by the first version: nothing is provisional any more.
    world.told_started(started(NURSE, 2, 3)).await;
    let lines = page(of_college()).await.expect("lines");
    assert!(!lines.provisional);
    assert_eq!(lines.rating_lines[0].application_number, number(2));
    assert!(!shown(of_college()).await.expect("a specialty").provisional);
    assert!(!table().await.contains("provisional"));
}
