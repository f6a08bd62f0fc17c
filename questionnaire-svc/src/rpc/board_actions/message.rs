//! Signed acts and rows of their log as messages.

use chassis::clock::to_pb;
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;

use crate::domain::board_action::{BoardAction, State};
use crate::store::board_log::Logged;

pub fn of(action: &BoardAction, now: Timestamp) -> pb::BoardAction {
    let (state, signed) = match action.state(now) {
        State::Prepared => (pb::board_action::State::Prepared, None),
        State::Expired => (pb::board_action::State::Expired, None),
        State::Done(signed) => (pb::board_action::State::Done, Some(signed)),
    };
    pb::BoardAction {
        name: action.name(),
        college: format!("colleges/{}", action.bin),
        action: action.action.clone(),
        object: action.object.clone(),
        content: action.content.clone().into(),
        content_sha256: hex::encode(action.content_sha256()),
        state: state.into(),
        prepare_time: Some(to_pb(action.prepare_time)),
        expire_time: Some(to_pb(action.expire_time)),
        sign_time: signed.as_ref().map(|signed| to_pb(signed.sign_time)),
        signature: signed.map(|signed| signed.signature).unwrap_or_default(),
        warnings: Vec::new(),
    }
}

pub fn log_entry(logged: Logged) -> pb::BoardLogEntry {
    let entry = logged.entry;
    pb::BoardLogEntry {
        name: format!("boardLogEntries/{}", entry.sequence),
        sequence: entry.sequence,
        previous_hash: entry.previous_hash.to_vec().into(),
        content: entry.content.into(),
        hash: entry.hash.to_vec().into(),
        board_action: format!("boardActions/{}", logged.board_action),
        signed_content: logged.signed_content.into(),
    }
}
