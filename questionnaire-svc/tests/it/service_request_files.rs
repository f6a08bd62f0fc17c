//! What was asked of a college as a file: for its board, all of one moment, never more than it can have, and
//! nothing in it that a spreadsheet reckons.

use std::collections::BTreeSet;

use chassis::client::Connection;
use futures_util::TryStreamExt;
use jiff::SignedDuration;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::service_request::{Kind, State};
use tonic::{Code, Status};

use crate::board::{COLLEGE, OTHER_COLLEGE, nursing};
use crate::service_requests::{acknowledges, client, ends, grants, paid, refuses, world};
use crate::world::{World, metadata, pairs, reason, violations};

const HEAD: &str = "\u{feff}application_number;kind;academic_year;specialty_code;specialty;from_date;\
    until_date;quota_category;note;state;reason_codes;comment;create_time;state_time;application;name";

/// All of the first college.
fn all() -> pb::DownloadServiceRequestsRequest {
    pb::DownloadServiceRequestsRequest {
        parent: format!("colleges/{COLLEGE}"),
        ..Default::default()
    }
}

async fn pieces(
    caller: Connection,
    request: pb::DownloadServiceRequestsRequest,
) -> Result<Vec<Vec<u8>>, Status> {
    let answer = client(caller).download_service_requests(request).await?;
    let stream = answer.into_inner();
    stream
        .map_ok(|piece| {
            assert_eq!(piece.content_type, "text/csv; charset=utf-8");
            piece.data.to_vec()
        })
        .try_collect()
        .await
}

async fn file(
    caller: Connection,
    request: pb::DownloadServiceRequestsRequest,
) -> Result<String, Status> {
    let bytes = pieces(caller, request).await?.concat();
    Ok(String::from_utf8(bytes).unwrap())
}

#[tokio::test]
async fn a_college_gets_what_was_asked_of_it_as_a_table_that_no_spreadsheet_reckons() {
    let world = world().await;
    let (board, other) = (world.board(COLLEGE, 1), world.board(OTHER_COLLEGE, 2));
    let specialty = board.offers(nursing()).await.unwrap();
    let for_a_fee = board.offers(paid()).await.unwrap();
    let elsewhere = other.offers(nursing()).await.unwrap();
    let asker = world.asker(1, &specialty).await;
    let mut wanted = asker.wants(Kind::Dormitory);
    wanted.note = "=HYPERLINK(\"http://x\"); 2 орын".into();
    let dormitory = asker.asks(wanted).await.unwrap();
    let second = SignedDuration::from_secs(1);
    world.clock.advance(second);
    let meals = asker.asks(asker.wants(Kind::Meals)).await.unwrap();
    world.clock.advance(second);
    let study = asker.asks(asker.wants_to_pay(&for_a_fee)).await.unwrap();
    let stranger = world.asker(2, &elsewhere).await;
    let wanted = stranger.wants(Kind::Meals);
    stranger.asks_of(OTHER_COLLEGE, wanted).await.unwrap();
    let reasons = ["DOCUMENTS_INCOMPLETE", "GROUND_NOT_PROVEN"];
    let comment = "@анықтама\nәкеліңіз";
    let refusal = refuses(std::slice::from_ref(&meals), &reasons, comment);
    board.does(refusal).await.unwrap();

    let told = file(board.connection(), all()).await.unwrap();
    let number = &dormitory.application_number;
    let end = |it: &pb::ServiceRequest, created: &str, since: &str| {
        let day = "2026-06-01T05:00";
        let application = &it.application;
        format!(
            "{day}:{created}Z;{day}:{since}Z;{application};{}\r\n",
            it.name
        )
    };
    let expected = [
        format!("{HEAD}\r\n"),
        format!("{number};DORMITORY;2026;;;2026-08-25;2027-06-30;;"),
        "\"'=HYPERLINK(\"\"http://x\"\"); 2 орын\";REQUESTED;;;".to_owned(),
        end(&dormitory, "00", "00"),
        format!("{number};MEALS;2026;;;;;;;REFUSED;DOCUMENTS_INCOMPLETE GROUND_NOT_PROVEN;"),
        "\"'@анықтама\nәкеліңіз\";".to_owned(),
        end(&meals, "01", "02"),
        format!(
            "{number};PAID_STUDY;2026;NURSING;{};;;;;REQUESTED;;;",
            study.specialty
        ),
        end(&study, "02", "02"),
    ];
    assert_eq!(told, expected.concat());

    for (filter, names) in [
        (
            pb::DownloadServiceRequestsRequest {
                kind: Kind::Meals.into(),
                state: State::Refused.into(),
                academic_year: 2026,
                ..all()
            },
            vec![&meals.name],
        ),
        (
            pb::DownloadServiceRequestsRequest {
                specialty: for_a_fee.name.clone(),
                ..all()
            },
            vec![&study.name],
        ),
        (
            pb::DownloadServiceRequestsRequest {
                academic_year: 2025,
                ..all()
            },
            vec![],
        ),
    ] {
        let told = file(board.connection(), filter).await.unwrap();
        let lines: Vec<&str> = told.split("\r\n").skip(1).collect();
        let found = lines.iter().filter_map(|line| line.rsplit(';').next());
        let found: Vec<&str> = found.filter(|name| !name.is_empty()).collect();
        assert_eq!(found, names);
    }
    for detail in ["3", "MEALS REFUSED 2026 1", "2025 0"] {
        let sql = format!(
            "SELECT COUNT(*) AS n FROM audit WHERE action = 'DownloadServiceRequests'
             AND resource = 'colleges/{COLLEGE}' AND detail = '{detail}'"
        );
        assert_eq!(world.count(&sql).await, 1, "{detail}");
    }
}

#[tokio::test]
async fn nobody_but_its_board_gets_the_file_of_a_college() {
    let world = world().await;
    let (board, other) = (world.board(COLLEGE, 1), world.board(OTHER_COLLEGE, 2));
    let specialty = board.offers(nursing()).await.unwrap();
    let asker = world.asker(1, &specialty).await;
    asker.asks(asker.wants(Kind::Meals)).await.unwrap();
    let hidden = file(other.connection(), all()).await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    for connection in [asker.person.connection(), world.manager(), world.expert()] {
        let refused = file(connection, all()).await.unwrap_err();
        assert_eq!(reason(&refused), "NOT_ALLOWED");
    }
    let wrong = pb::DownloadServiceRequestsRequest {
        parent: "colleges/-".into(),
        kind: 9,
        state: 9,
        specialty: "specialty".into(),
        academic_year: 26,
    };
    let refused = file(board.connection(), wrong).await.unwrap_err();
    let mut told = violations(&refused);
    let parent = told.remove(0);
    assert_eq!(parent.0, "parent");
    let expected = [
        ("kind", "UNKNOWN_VALUE"),
        ("state", "UNKNOWN_VALUE"),
        ("specialty", "INVALID_NAME"),
        ("academic_year", "OUT_OF_RANGE"),
    ];
    assert_eq!(told, pairs(&expected));
    let sql = "SELECT COUNT(*) AS n FROM audit WHERE action = 'DownloadServiceRequests'";
    assert_eq!(world.count(sql).await, 0);
}

/// The states in a file, without those of lines that are no request.
fn states(file: &str) -> BTreeSet<&str> {
    let lines = file.lines().skip(1);
    lines.filter_map(|line| line.split(';').nth(9)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_file_is_all_of_one_moment_though_boards_sign() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let mut asked = Vec::new();
    for number in 1..=12 {
        let asker = world.asker(number, &specialty).await;
        let request = asker.asks(asker.wants(Kind::Meals)).await.unwrap();
        asked.push((asker, request));
    }
    let signing = async {
        for act in [acknowledges, grants, ends] {
            let mut now = Vec::new();
            for (asker, request) in &asked {
                now.push(asker.sees(&request.name).await);
            }
            board.does(act(&now)).await.unwrap();
        }
    };
    // Each act moves all of them at once, so a file has all of them in one state.
    let reading = async {
        let mut seen = BTreeSet::new();
        while !seen.contains("ENDED") {
            let told = file(board.connection(), all()).await.unwrap();
            assert_eq!(told.lines().count(), 13);
            let states = states(&told);
            assert_eq!(states.len(), 1, "{states:?}");
            seen.extend(states.into_iter().map(str::to_owned));
        }
        seen
    };
    let ((), seen) = tokio::join!(signing, reading);
    assert!(seen.len() >= 2, "{seen:?}");
}

/// So many others like the only one there is, each of somebody else.
async fn asked_by_others(world: &World, from: u32, until: u32) {
    let columns = "kind, academic_year, turn, specialty, from_day, until_day, quota_category, note,
        state, reason_codes, comment, created_us, state_us, version";
    let sql = format!(
        "INSERT INTO service_request (id, bin, account, application, {columns})
         WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {until})
         SELECT 'r' || CAST(1000000 + n.i AS TEXT), bin,
            '00000000-0000-7000-8000-' || SUBSTR(CAST(1000000000000 + n.i AS TEXT), 2), application,
            {columns}
         FROM n CROSS JOIN service_request WHERE id NOT LIKE 'r%'"
    );
    world.sql(&sql).await.unwrap();
}

#[tokio::test]
async fn as_many_as_a_file_has_come_in_pieces_and_more_are_refused() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let specialty = board.offers(nursing()).await.unwrap();
    let asker = world.asker(1, &specialty).await;
    let mut wanted = asker.wants(Kind::Meals);
    wanted.note = "ә".repeat(500);
    asker.asks(wanted).await.unwrap();
    asked_by_others(&world, 1, 19_999).await;
    let told = pieces(board.connection(), all()).await.unwrap();
    assert!(told.iter().all(|piece| piece.len() < 66 * 1024));
    let whole = String::from_utf8(told.concat()).unwrap();
    assert_eq!(whole.lines().count(), 20_001);
    let names: BTreeSet<&str> = whole
        .lines()
        .filter_map(|it| it.rsplit(';').next())
        .collect();
    assert_eq!(names.len(), 20_001);

    asked_by_others(&world, 20_000, 20_000).await;
    let refused = file(board.connection(), all()).await.unwrap_err();
    assert_eq!(reason(&refused), "SERVICE_REQUESTS_TOO_MANY");
    assert_eq!(metadata(&refused, "limit"), "20000");
    let fewer = pb::DownloadServiceRequestsRequest {
        kind: Kind::Dormitory.into(),
        ..all()
    };
    let told = file(board.connection(), fewer).await.unwrap();
    assert_eq!(told, format!("{HEAD}\r\n"));
}
