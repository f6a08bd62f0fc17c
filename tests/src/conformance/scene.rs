//! Things of a suite of one's own that a partner may use up: codes, and a session whose candidates nobody
//! told of yet.

use jiff::{SignedDuration, Timestamp};
use proto::testing::v1::TestSystem;
use serde_json::{Value, json};

use super::place::Code;
use crate::town::Town;
use crate::walk::{Persona, Walk};

/// What there should be.
#[derive(Debug, Clone, Copy)]
pub struct Wishes {
    /// The first person's number: other scenes of the suite have others.
    pub first: u16,
    pub codes: u16,
    pub candidates: u16,
    pub starts_in: SignedDuration,
    pub lasts: SignedDuration,
}

impl Wishes {
    /// Two codes, and two candidates of a session in the afternoon.
    pub fn few(first: u16) -> Self {
        Self {
            first,
            codes: 2,
            candidates: 2,
            starts_in: SignedDuration::from_hours(4),
            lasts: SignedDuration::from_mins(90),
        }
    }
}

#[derive(Debug, Clone)]
pub struct Scene {
    pub codes: Vec<Code>,
    /// None where there are no candidates.
    pub session: Option<String>,
    pub start: Timestamp,
    pub end: Timestamp,
}

impl Scene {
    /// The people go the whole way, as people do.
    pub async fn of(town: &Town, wishes: Wishes) -> Self {
        let mut numbers = wishes.first..;
        let mut persona = || Persona::numbered(numbers.next().unwrap());
        let mut codes = Vec::new();
        for _ in 0..wishes.codes {
            codes.push(code(town, persona()).await);
        }
        let mut walks = Vec::new();
        for _ in 0..wishes.candidates {
            let mut walk = Walk::begins(town, persona()).await;
            walk.applies().await;
            walk.is_accepted().await;
            walks.push(walk);
        }
        // Now, because all that took its time where the clock goes on.
        let start = whole_seconds(town.now() + wishes.starts_in);
        let end = start + wishes.lasts;
        let mut session = None;
        if let Some(walk) = walks.first_mut() {
            let other = walk.sessions().await[0].clone();
            let made = made(town, walk.thing("stage"), &other, (start, end)).await;
            session = Some(made);
        }
        if let Some(session) = &session {
            for walk in &mut walks {
                walk.books(session).await;
            }
        }
        let name = |it: Value| it["name"].as_str().unwrap().to_owned();
        Self {
            codes,
            session: session.map(name),
            start,
            end,
        }
    }
}

fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap()
}

/// Somebody who has begun an application, and has a code.
async fn code(town: &Town, persona: Persona) -> Code {
    let iin = persona.iin.clone();
    let walk = Walk::begins(town, persona).await;
    let campaign = format!("/v1/{}", walk.thing("campaign"));
    let applications = format!("{campaign}/applications");
    walk.someone.post(&applications, json!({})).await.ok();
    let system = json!({"testSystem": "TEST_SYSTEM_KAZTEST"});
    let codes = format!("{campaign}/promoCodes");
    let code = walk.someone.post(&codes, system).await.ok();
    Code {
        code: code["code"].as_str().unwrap().to_owned(),
        iin,
        test_system: TestSystem::Kaztest,
    }
}

/// A session at the place of another; its stage has scores from 0 to 100, and people may begin early.
async fn made(town: &Town, stage: &str, other: &Value, time: (Timestamp, Timestamp)) -> Value {
    let desk = town.staff("examdesk@demo.irikteu.kz").await;
    let path = format!("/v1/{stage}");
    let mut terms = desk.get(&path).await.ok();
    let etag = terms["etag"].as_str().unwrap().to_owned();
    terms["scoreScale"] = json!({"lowest": "0", "highest": "100"});
    terms["earlyStart"] = json!("1800s");
    terms["changeNotice"] = json!("0s");
    terms.as_object_mut().unwrap().remove("number");
    desk.patch(&path, &etag, terms).await.ok();
    let session = json!({"startTime": time.0.to_string(), "endTime": time.1.to_string(),
        "center": other["center"], "capacity": 100});
    desk.post(&format!("{path}/sessions"), session).await.ok()
}
