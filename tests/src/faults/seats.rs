//! People who want seats: hold, confirm, cancel, hold again, with some answers asked for twice.

use std::time::Duration;

use serde_json::json;

use super::history::Call;
use super::scene::Session;
use super::worker::Worker;
use crate::person::new_key;
use crate::season::dice::Dice;
use crate::season::patience::pause;

/// What a call is called in the history.
pub const HOLD: &str = "hold";
pub const CONFIRM: &str = "confirm";
pub const CANCEL: &str = "cancel";
/// A hold sent again after its answer: the answer must be the same.
pub const REPEAT: &str = "repeat";
/// The key of a hold with another wish: it must be refused.
pub const REUSE: &str = "reuse";

/// Acts until the history says stop.
pub async fn act(worker: Worker, campaign: String, sessions: Vec<Session>, mut dice: Dice) {
    worker.renew().await;
    let bookings = format!("/v1/{campaign}/bookings");
    while !worker.history.stops() {
        let session = dice.below(sessions.len());
        let wish = json!({"session": sessions[session].name});
        let key = new_key();
        let on = &sessions[session].name;
        let held = worker
            .post_with_key(HOLD, on, &key, &bookings, wish.clone())
            .await;
        if held.is_refused_for("STAGE_ALREADY_BOOKED") {
            give_up_what_is_left(&worker, &bookings).await;
        }
        if !held.is_done() {
            pause(Duration::from_millis(5)).await;
            continue;
        }
        let key = held.keys.last().cloned().unwrap_or(key);
        if dice.below(8) == 0 {
            worker
                .post_with_key(REPEAT, on, &key, &bookings, wish)
                .await;
        }
        if dice.below(12) == 0 {
            let other = &sessions[(session + 1) % sessions.len()].name;
            let wish = json!({"session": other});
            worker
                .post_with_key(REUSE, other, &key, &bookings, wish)
                .await;
        }
        if dice.below(2) == 0 {
            on_booking(&worker, CONFIRM, "confirm", on, &held).await;
        }
        // Some keep what they have for a while, so that sessions are full now and then.
        pause(Duration::from_millis(dice.below(60) as u64)).await;
        if worker.history.stops() && dice.below(2) == 0 {
            break;
        }
        on_booking(&worker, CANCEL, "cancel", on, &held).await;
    }
}

async fn on_booking(worker: &Worker, kind: &'static str, verb: &str, on: &str, held: &Call) {
    let path = format!("/v1/{}/{verb}", held.answer);
    worker.post(kind, on, &path, json!({})).await;
}

/// A booking of an earlier round, or one that this person does not know of.
async fn give_up_what_is_left(worker: &Worker, bookings: &str) {
    let (_, list) = worker.read_own("read bookings", bookings).await;
    for booking in list["bookings"].as_array().into_iter().flatten() {
        let (Some(name), Some(on)) = (booking["name"].as_str(), booking["session"].as_str()) else {
            continue;
        };
        if booking["state"] == "STATE_HELD" || booking["state"] == "STATE_BOOKED" {
            let path = format!("/v1/{name}/cancel");
            worker.post(CANCEL, on, &path, json!({})).await;
        }
    }
}
