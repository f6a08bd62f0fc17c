//! Signed acts of colleges: nothing happens before the signature, it happens once by it, and only what
//! was signed.

use chassis::chain::{Entry, Head, Successor};
use chassis::signed_act::SignedAct;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::board_action::State;
use proto::questionnaire::v1::board_actions_client::BoardActionsClient;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tonic::Code;

use crate::board::{COLLEGE, OTHER_COLLEGE, SCHOOL, changes, closes, creates, nursing, signature};
use crate::world::{World, pairs, reason, violations};

const SPECIALTIES: &str = "SELECT COUNT(*) AS n FROM specialty";
const LOG: &str = "SELECT COUNT(*) AS n FROM board_log_entry";

async fn world() -> World {
    let world = World::new().await;
    world.admission().await;
    world
}

async fn log(world: &World) -> Vec<pb::BoardLogEntry> {
    let mut manager = BoardActionsClient::new(world.manager());
    let request = pb::ListBoardLogEntriesRequest::default();
    let answer = manager.list_board_log_entries(request).await.unwrap();
    answer.into_inner().board_log_entries
}

#[tokio::test]
async fn nothing_happens_before_the_signature_and_what_was_shown_happens_by_it() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let prepared = board.prepares(creates(nursing())).await.unwrap();
    assert_eq!(prepared.state(), State::Prepared);
    assert_eq!(world.count(SPECIALTIES).await, 0);

    let shown: Value = serde_json::from_slice(&prepared.content).unwrap();
    assert_eq!(shown["action"], "CREATE_SPECIALTY");
    assert_eq!(shown["organisation"], COLLEGE);
    assert_eq!(shown["board_action"], json!(prepared.name));
    assert_eq!(shown["object"], json!(prepared.object));
    assert_eq!(shown["request"]["places"], 50);
    assert_eq!(shown["request"]["quotas"][0]["category"], "DISABILITY");
    let hash = hex::encode(Sha256::digest(&prepared.content));
    assert_eq!(prepared.content_sha256, hash);

    let done = board.signs(&prepared).await.unwrap();
    assert_eq!(done.state(), State::Done);
    assert!(done.signature.starts_with("signatures/"));
    let offered = world.specialty(&prepared.object).await.unwrap();
    let expected = pb::Specialty {
        name: prepared.object.clone(),
        college: format!("colleges/{COLLEGE}"),
        state: pb::specialty::State::Open.into(),
        create_time: offered.create_time,
        update_time: offered.update_time,
        etag: "v1".into(),
        ..nursing()
    };
    assert_eq!(offered, expected);
}

#[tokio::test]
async fn the_log_binds_every_act_to_the_one_before() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let closed = board.does(closes(&offered)).await.unwrap();

    let rows = log(&world).await;
    let hash = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).unwrap();
    let mut head = Head::default();
    for row in &rows {
        let entry = Entry {
            sequence: row.sequence,
            previous_hash: hash(&row.previous_hash),
            content: row.content.to_vec(),
            hash: hash(&row.hash),
        };
        head = head.follow(&entry, |_| Successor::Nowhere).unwrap();
    }
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1].board_action, closed.name);
    assert_eq!(rows[1].signed_content, closed.content);
    let last = SignedAct::read(&rows[1].content).unwrap();
    assert_eq!(
        (last.action.as_str(), &last.subject),
        ("CLOSE_SPECIALTY", &offered.name)
    );
    assert_eq!(last.signature, closed.signature);
    assert_eq!(last.content_sha256, closed.content_sha256);
    let cms = signature(COLLEGE, &closed.content, "");
    assert_eq!(last.cms_sha256, hex::encode(Sha256::digest(cms)));
}

#[tokio::test]
async fn the_database_itself_keeps_what_was_signed() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    board.offers(nursing()).await.unwrap();
    for forbidden in [
        "UPDATE board_action SET object = 'specialties/other'",
        "DELETE FROM board_action",
        "UPDATE board_log_entry SET content = hash",
        "DELETE FROM board_log_entry",
        "UPDATE board_log_head SET sequence = 0",
        "DELETE FROM board_log_head",
    ] {
        assert!(world.sql(forbidden).await.is_err(), "{forbidden}");
    }
    assert_eq!(world.count(LOG).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_all_who_sign_at_once_one_does_it_and_each_is_told_what_became_of_it() {
    let world = world().await;
    let prepared = world.board(COLLEGE, 1);
    let prepared = prepared.prepares(creates(nursing())).await.unwrap();
    let members: Vec<_> = (1..=6).map(|number| world.board(COLLEGE, number)).collect();
    let signs = members.iter().enumerate().map(|(at, member)| {
        // Two of each signature: whose signature did it gets the first answer twice.
        let cms = signature(COLLEGE, &prepared.content, &(at / 2).to_string());
        member.sends(&prepared.name, cms)
    });
    let answers = futures_util::future::join_all(signs).await;
    let mut done = Vec::new();
    for (at, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(action) => {
                assert_eq!(action.state(), State::Done);
                done.push((at / 2, action));
            }
            Err(status) => assert_eq!(reason(&status), "BOARD_ACTION_DONE"),
        }
    }
    let [(one, first), (other, second)] = done.as_slice() else {
        panic!("{} of six signed it", done.len());
    };
    assert_eq!((one, first), (other, second));
    assert_eq!(world.count(SPECIALTIES).await, 1);
    assert_eq!(world.count(LOG).await, 1);
}

#[tokio::test]
async fn after_a_quarter_of_an_hour_an_act_cannot_be_signed_and_a_day_later_it_is_gone() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let prepared = board.prepares(creates(nursing())).await.unwrap();
    world.at("2026-06-01T05:15:00Z");
    let late = board.signs(&prepared).await.unwrap_err();
    assert_eq!(reason(&late), "BOARD_ACTION_EXPIRED");
    let get = || pb::GetBoardActionRequest {
        name: prepared.name.clone(),
    };
    let seen = board.client().get_board_action(get()).await.unwrap();
    assert_eq!(seen.into_inner().state(), State::Expired);

    world.run_job("expire-board-actions").await;
    let expired = "SELECT COUNT(*) AS n FROM board_action WHERE state = 'EXPIRED'";
    assert_eq!(world.count(expired).await, 1);
    world.at("2026-06-02T05:15:00.000001Z");
    world.run_job("expire-board-actions").await;
    let gone = board.client().get_board_action(get()).await.unwrap_err();
    assert_eq!(gone.code(), Code::NotFound);
    assert_eq!(world.count(SPECIALTIES).await, 0);
}

#[tokio::test]
async fn a_signature_of_something_else_or_of_somebody_else_does_nothing() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let prepared = board.prepares(creates(nursing())).await.unwrap();
    for (cms, expected) in [
        (
            signature(COLLEGE, b"something else", ""),
            "SIGNATURE_CONTENT_DIFFERS",
        ),
        (
            signature(OTHER_COLLEGE, &prepared.content, ""),
            "CERTIFICATE_REVOKED",
        ),
    ] {
        let refused = board.sends(&prepared.name, cms).await.unwrap_err();
        assert_eq!(reason(&refused), expected);
    }
    let nothing = board.sends(&prepared.name, Vec::new()).await.unwrap_err();
    assert_eq!(violations(&nothing), pairs(&[("cms", "REQUIRED")]));
    assert_eq!(world.count(SPECIALTIES).await, 0);
    // It can still be signed.
    board.signs(&prepared).await.unwrap();
}

#[tokio::test]
async fn acts_are_seen_and_signed_by_their_own_organisation_alone() {
    let world = world().await;
    let (board, other) = (world.board(COLLEGE, 1), world.board(OTHER_COLLEGE, 2));
    let prepared = board.prepares(creates(nursing())).await.unwrap();
    let get = pb::GetBoardActionRequest {
        name: prepared.name.clone(),
    };
    let hidden = other.client().get_board_action(get).await.unwrap_err();
    assert_eq!(hidden.code(), Code::NotFound);
    let refused = other.signs(&prepared).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);

    let offered = {
        board.signs(&prepared).await.unwrap();
        world.specialty(&prepared.object).await.unwrap()
    };
    let refused = other.prepares(closes(&offered)).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let acts = |number| world.board(number, 9);
    for (bin, count) in [(COLLEGE, 1), (OTHER_COLLEGE, 0)] {
        let request = pb::ListBoardActionsRequest::default();
        let listed = acts(bin).client().list_board_actions(request).await;
        let listed = listed.unwrap().into_inner().board_actions;
        assert_eq!(listed.len(), count, "{bin}");
    }
}

#[tokio::test]
async fn an_object_that_changed_meanwhile_is_told_and_nothing_is_written_over() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let offered = board.offers(nursing()).await.unwrap();
    let fewer = board.prepares(changes(&offered, |it| it.places = 40)).await;
    let more = board.prepares(changes(&offered, |it| it.places = 60)).await;
    board.signs(&fewer.unwrap()).await.unwrap();
    let refused = board.signs(&more.unwrap()).await.unwrap_err();
    assert_eq!(reason(&refused), "STALE_ETAG");
    assert_eq!(world.specialty(&offered.name).await.unwrap().places, 40);

    let stale = board.prepares(changes(&offered, |it| it.places = 70)).await;
    assert_eq!(reason(&stale.unwrap_err()), "STALE_ETAG");
    assert_eq!(world.count(LOG).await, 2);
}

#[tokio::test]
async fn every_rule_is_asked_again_when_it_is_signed() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let one = board.prepares(creates(nursing())).await.unwrap();
    let twin = board.prepares(creates(nursing())).await.unwrap();
    board.signs(&one).await.unwrap();
    let refused = board.signs(&twin).await.unwrap_err();
    assert_eq!(reason(&refused), "SPECIALTY_EXISTS");

    let mut russian = nursing();
    russian.language = "RU".into();
    world.at("2026-06-30T18:50:00Z");
    let last = board.prepares(creates(russian)).await.unwrap();
    world.at(crate::world::CLOSE);
    let refused = board.signs(&last).await.unwrap_err();
    assert_eq!(reason(&refused), "CAMPAIGN_CLOSED");
    assert_eq!(world.count(SPECIALTIES).await, 1);
}

#[tokio::test]
async fn only_a_college_of_the_directory_offers_anything() {
    let world = world().await;
    for bin in [SCHOOL, "020240000016"] {
        let board = world.board(bin, 1);
        let refused = board.prepares(creates(nursing())).await.unwrap_err();
        assert_eq!(reason(&refused), "COLLEGE_UNKNOWN", "{bin}");
    }
}

#[tokio::test]
async fn a_repeat_of_a_request_gets_the_first_answer_even_after_it_was_signed() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let request = pb::PrepareBoardActionRequest {
        action: Some(creates(nursing())),
        request_id: world.request_id(),
    };
    let first = board.client().prepare_board_action(request.clone()).await;
    let first = first.unwrap().into_inner();
    board.signs(&first).await.unwrap();
    let again = board.client().prepare_board_action(request).await;
    assert_eq!(again.unwrap().into_inner(), first);
    let twice = board.signs(&first).await.unwrap();
    assert_eq!(twice.state(), State::Done);
    assert_eq!(world.count(LOG).await, 1);
}

#[tokio::test]
async fn while_identity_is_away_nothing_is_signed_and_nothing_is_lost() {
    let world = world().await;
    let board = world.board(COLLEGE, 1);
    let prepared = board.prepares(creates(nursing())).await.unwrap();
    world.neighbours.know(|known| known.identity_is_down = true);
    let refused = board.signs(&prepared).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    world
        .neighbours
        .know(|known| known.identity_is_down = false);
    board.signs(&prepared).await.unwrap();
}

#[tokio::test]
async fn people_without_a_key_of_an_organisation_prepare_nothing() {
    let world = world().await;
    for somebody in [world.manager(), world.candidate(1).connection()] {
        let request = pb::PrepareBoardActionRequest {
            action: Some(creates(nursing())),
            request_id: world.request_id(),
        };
        let mut client = BoardActionsClient::new(somebody);
        let refused = client.prepare_board_action(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    }
    let board = world.board(COLLEGE, 1);
    let request = pb::ListBoardLogEntriesRequest::default();
    let refused = board.client().list_board_log_entries(request).await;
    assert_eq!(refused.unwrap_err().code(), Code::PermissionDenied);
}
