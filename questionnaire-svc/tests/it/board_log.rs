//! The log of signed acts as a file: whole for administrators, for a college with its own acts, and followed
//! by whoever has it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chassis::caller::Role;
use chassis::chain::{Entry, verify};
use chassis::client::Connection;
use chassis::signed_act::SignedAct;
use chassis::testing;
use futures_util::TryStreamExt;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::board_actions_client::BoardActionsClient;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tonic::{Code, Status};

use crate::board::{COLLEGE, OTHER_COLLEGE, changes, closes, creates, nursing, signature};
use crate::world::{World, reason, violations};

/// Two colleges with some acts; the number of acts.
async fn world(acts: i32) -> World {
    let world = World::new().await;
    world.admission().await;
    let (board, other) = (world.board(COLLEGE, 1), world.board(OTHER_COLLEGE, 2));
    let mut offered = board.offers(nursing()).await.unwrap();
    other.offers(nursing()).await.unwrap();
    for places in 3..=acts {
        let change = changes(&offered, |it| it.places = 50 + places);
        board.does(change).await.unwrap();
        offered = board.sees(&offered.name).await;
    }
    world
}

fn administrator(world: &World) -> Connection {
    world.speaking_for(testing::person(903, &[Role::Administrator]))
}

async fn pieces(caller: Connection, after: i64) -> Result<Vec<Vec<u8>>, Status> {
    let request = pb::DownloadBoardLogRequest {
        after_sequence: after,
    };
    let mut client = BoardActionsClient::new(caller);
    let stream = client.download_board_log(request).await?.into_inner();
    stream
        .map_ok(|piece| piece.data.to_vec())
        .try_collect()
        .await
}

async fn file(caller: Connection, after: i64) -> Result<String, Status> {
    let bytes = pieces(caller, after).await?.concat();
    Ok(String::from_utf8(bytes).unwrap())
}

fn lines(file: &str) -> Vec<Value> {
    let lines = file.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().unwrap()
}

fn bytes(line: &Value, field: &str) -> Vec<u8> {
    BASE64.decode(line[field].as_str().unwrap()).unwrap()
}

fn entry(line: &Value) -> Entry {
    let hash = |field| bytes(line, field).try_into().unwrap();
    Entry {
        sequence: line["sequence"].as_str().unwrap().parse().unwrap(),
        previous_hash: hash("previousHash"),
        content: bytes(line, "content"),
        hash: hash("hash"),
    }
}

#[tokio::test]
async fn an_administrator_gets_every_row_with_what_was_signed_and_its_signature() {
    let world = world(3).await;
    let file = file(administrator(&world), 0).await.unwrap();
    let lines = lines(&file);
    let entries: Vec<_> = lines.iter().map(entry).collect();
    assert_eq!(verify(&entries, None).unwrap().sequence, 3);
    for (line, bin) in lines.iter().zip([COLLEGE, OTHER_COLLEGE, COLLEGE]) {
        let act = SignedAct::read(&bytes(line, "content")).unwrap();
        let signed = bytes(line, "signedContent");
        assert_eq!(act.content_sha256, hex::encode(Sha256::digest(&signed)));
        assert_eq!(bytes(line, "cms"), signature(bin, &signed, ""));
        let shown: Value = serde_json::from_slice(&signed).unwrap();
        assert_eq!(shown["board_action"], line["boardAction"]);
    }
    let audit = "SELECT COUNT(*) AS n FROM audit WHERE action = 'DownloadBoardLog'";
    assert_eq!(world.count(audit).await, 1);
}

#[tokio::test]
async fn a_college_follows_the_whole_log_and_sees_its_own_acts_alone() {
    let world = world(4).await;
    let other = world.board(OTHER_COLLEGE, 2);
    let file = file(other.connection(), 0).await.unwrap();
    let lines = lines(&file);
    let entries: Vec<_> = lines.iter().map(entry).collect();
    assert_eq!(verify(&entries, None).unwrap().sequence, 4);
    let shown = |field: &str| {
        let shown = lines.iter().filter(|line| line.get(field).is_some());
        shown
            .map(|line| line["sequence"].clone())
            .collect::<Vec<_>>()
    };
    for field in ["boardAction", "signedContent", "cms"] {
        assert_eq!(shown(field), ["2"], "{field}");
    }
}

#[tokio::test]
async fn a_log_of_many_rows_comes_in_pieces_and_can_be_taken_in_parts() {
    let world = world(103).await;
    let whole = file(administrator(&world), 0).await.unwrap();
    assert_eq!(lines(&whole).len(), 103);
    let pieces = pieces(administrator(&world), 0).await.unwrap();
    assert!(pieces.len() >= 3, "{} pieces", pieces.len());
    let rest = file(administrator(&world), 60).await.unwrap();
    let first: String = whole
        .lines()
        .take(60)
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(first + &rest, whole);
    assert_eq!(file(administrator(&world), 103).await.unwrap(), "");
    let before = file(administrator(&world), -1).await.unwrap_err();
    let expected = [("after_sequence".to_owned(), "OUT_OF_RANGE".to_owned())];
    assert_eq!(violations(&before), expected);
}

#[tokio::test]
async fn what_is_signed_meanwhile_is_not_in_the_file() {
    let world = world(60).await;
    let request = pb::DownloadBoardLogRequest::default();
    let mut client = BoardActionsClient::new(administrator(&world));
    let mut stream = client
        .download_board_log(request)
        .await
        .unwrap()
        .into_inner();
    let mut file = stream.message().await.unwrap().unwrap().data.to_vec();
    let board = world.board(OTHER_COLLEGE, 2);
    let mut russian = nursing();
    russian.language = "RU".into();
    board.does(creates(russian)).await.unwrap();
    while let Some(piece) = stream.message().await.unwrap() {
        file.extend_from_slice(&piece.data);
    }
    let file = String::from_utf8(file).unwrap();
    assert_eq!(lines(&file).len(), 60);
}

#[tokio::test]
async fn a_signature_that_is_gone_leaves_its_row_without_one() {
    let world = world(2).await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(pb::Specialty {
        language: "RU".into(),
        ..nursing()
    });
    let closed = board.does(closes(&offered.await.unwrap())).await.unwrap();
    world.neighbours.know(|known| {
        known.signatures.remove(&closed.signature);
    });
    let lines = lines(&file(board.connection(), 0).await.unwrap());
    let with = |field: &str| {
        lines
            .iter()
            .filter(|line| line.get(field).is_some())
            .count()
    };
    assert_eq!((with("signedContent"), with("cms")), (3, 2));
}

#[tokio::test]
async fn while_identity_is_away_there_is_no_file_rather_than_half_of_one() {
    let world = world(2).await;
    world.neighbours.know(|known| known.identity_is_down = true);
    let refused = file(administrator(&world), 0).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
}

#[tokio::test]
async fn nobody_else_gets_the_file() {
    let world = world(2).await;
    let candidate = world.candidate(1).connection();
    for somebody in [world.manager(), candidate, world.service("identity-svc")] {
        let refused = file(somebody, 0).await.unwrap_err();
        assert_eq!(reason(&refused), "NOT_ALLOWED");
    }
}
