//! The house: the manager opens the campaign, the exam desk its stages, centres and sessions.

use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::actor::Outcome;
use super::cut::{Rule, quotas};
use super::ledger::Closing;
use super::plan::{DIRECTIONS, Plan};
use super::stand::Stand;

/// A campaign that opened today and closes in some days, and two that are not open.
pub async fn create_campaigns(stand: &Stand, plan: &Plan) -> anyhow::Result<()> {
    let open = campaign(stand, plan.places, -1, 5);
    let create = async |id: &str, campaign: Value| {
        let path = format!("/v1/campaigns?campaignId={id}");
        stand.manager.post("create campaign", &path, campaign).await
    };
    let id = stand.campaign_id();
    let mut backwards = open.clone();
    backwards["closeTime"] = stand.in_days(-2).to_string().into();
    create(&id, backwards)
        .await?
        .refused_for("INVALID_REQUEST")?;
    create(&id, open.clone()).await?.done()?;
    create(&id, open).await?.refused_for("CAMPAIGN_EXISTS")?;
    let other = [("over", -9, -1), ("soon", 3, 9)];
    for (suffix, opens, closes) in other {
        let id = format!("{id}-{suffix}");
        create(&id, campaign(stand, plan.places, opens, closes))
            .await?
            .done()?;
    }
    Ok(())
}

pub fn campaign(stand: &Stand, places: usize, opens: i64, closes: i64) -> Value {
    json!({
        "programme": stand.programme,
        "title": text("Президенттік жастар кадр резерві", "Президентский молодёжный кадровый резерв",
                      "Presidential Youth Personnel Reserve"),
        "openTime": stand.in_days(opens).to_string(),
        "closeTime": stand.in_days(closes).to_string(),
        "timeZone": "Asia/Almaty",
        "rules": {
            "maxAgeYears": 35, "ageReference": "AGE_REFERENCE_REGISTRATION", "minExperienceDays": 1826,
            "minLanguageLevel": "LANGUAGE_LEVEL_B1", "citizenshipRequired": true,
            "higherEducationRequired": true, "correctionWorkingDays": 3,
        },
        "places": places,
        "formRevision": format!("forms/{}-questionnaire/revisions/1", stand.programme),
    })
}

pub fn text(kk: &str, ru: &str, en: &str) -> Value {
    json!({"kk": kk, "ru": ru, "en": en})
}

/// An application a day too late and one too early.
pub async fn try_closed_windows(stand: &Stand, who: &super::actor::Actor) -> anyhow::Result<()> {
    for (suffix, expected) in [
        ("over", "CAMPAIGN_CLOSED"),
        ("soon", "CAMPAIGN_NOT_OPEN_YET"),
    ] {
        let campaign = format!("{}-{suffix}", stand.campaign());
        let path = format!("/v1/{campaign}/applications");
        let answer = who.post("open questionnaire", &path, json!({})).await?;
        stand.ledger.facts().closings.push(Closing {
            campaign,
            expected,
            answered: answer.reason(),
        });
    }
    Ok(())
}

/// A stage with sessions to book.
#[derive(Debug, Clone)]
pub struct StageOpen {
    pub number: usize,
    pub name: String,
    /// Whether it is the one that chooses.
    pub last: bool,
    /// Empty where a commission gives the scores.
    pub sessions: Vec<SessionOpen>,
}

#[derive(Debug, Clone)]
pub struct SessionOpen {
    pub name: String,
    pub capacity: usize,
    pub check_in: bool,
    /// Whether there are accessible workstations, kept for those who need them.
    pub accessible: bool,
    /// The room, and when the session starts and ends there.
    pub room: Option<InRoom>,
}

#[derive(Debug, Clone)]
pub struct InRoom {
    pub room: String,
    pub start: Timestamp,
    pub end: Timestamp,
}

/// Accessible workstations of a session.
pub const ACCESSIBLE: usize = 8;

const TITLES: [(&str, &str, &str); 3] = [
    (
        "Мәтіндік ақпаратпен жұмыс істеу қабілетін бағалау",
        "Оценка способности работать с текстовой информацией",
        "Assessment of the ability to work with textual information",
    ),
    (
        "Сандық ақпаратпен жұмыс істеу қабілетін бағалау",
        "Оценка способности работать с числовой информацией",
        "Assessment of the ability to work with numerical information",
    ),
    (
        "Құрылымдалған сұхбат",
        "Структурированное интервью",
        "Structured interview",
    ),
];

/// The place that all sessions are at, made once.
pub async fn create_center(stand: &Stand) -> anyhow::Result<String> {
    let center = json!({
        "title": text("Облыстық филиал", "Областной филиал", "Regional branch"),
        "address": text("Астана, Абай даңғылы, 33а", "Астана, пр. Абая, 33а", "Astana, Abai ave. 33a"),
        "mode": "MODE_ONSITE", "timeZone": "Asia/Almaty",
    });
    let created = stand
        .desk
        .carry_out("create centre", "/v1/testCenters", center)
        .await?;
    name_of(&created)
}

/// By what the stages choose: half of each direction, then a threshold, then the places.
pub fn rule(plan: &Plan, number: usize) -> Rule {
    match number {
        1 => Rule::ShareOfDirection {
            numerator: 1,
            denominator: 2,
        },
        2 => Rule::Threshold(45),
        _ => Rule::Places(quotas(plan.places, &DIRECTIONS)),
    }
}

/// The same as the suite is told it.
fn advance_rule(rule: &Rule) -> Value {
    match rule {
        Rule::ShareOfDirection {
            numerator,
            denominator,
        } => json!({
            "share": {"numerator": numerator, "denominator": denominator},
            "scope": "SCOPE_DIRECTION", "tiePolicy": "TIE_POLICY_INCLUDE",
        }),
        Rule::Threshold(least) => json!({
            "threshold": least.to_string(), "scope": "SCOPE_ALL", "tiePolicy": "TIE_POLICY_INCLUDE",
        }),
        Rule::Places(places) => {
            let quota = |(direction, places)| json!({"direction": direction, "places": places});
            let quotas: Vec<Value> = places.iter().map(quota).collect();
            json!({
                "number": {"places": 0, "quotas": quotas},
                "scope": "SCOPE_DIRECTION", "tiePolicy": "TIE_POLICY_BREAK", "tieBreakStages": [2, 1],
            })
        }
    }
}

/// A stage and its sessions for so many people. The terms are wide, so that what is booked can be
/// sat at once. The last stage is before a commission: nobody books it.
pub async fn create_stage(
    stand: &Stand,
    plan: &Plan,
    number: usize,
    center: &str,
    people: usize,
) -> anyhow::Result<StageOpen> {
    let last = number == plan.stages;
    let (kk, ru, en) = TITLES[(number - 1) % TITLES.len()];
    let mut stage = json!({
        "number": number, "title": text(kk, ru, en), "launchUrl": "https://test.example/start",
        "changeNotice": "0s", "maxChanges": 2, "earlyStart": "86400s", "lateStart": "3600s",
    });
    if stand.offers("/importResults") {
        stage["advanceRule"] = advance_rule(&rule(plan, number));
        stage["scoreScale"] = json!({"lowest": "0", "highest": "100", "decimals": 0});
        stage["lastStage"] = last.into();
        stage["withoutSitting"] = last.into();
        stage["appealTerm"] = if last { "0s" } else { "259200s" }.into();
    }
    let path = format!("/v1/{}/stages", stand.campaign());
    let created = stand.desk.carry_out("create stage", &path, stage).await?;
    let mut open = StageOpen {
        number,
        name: name_of(&created)?,
        last,
        sessions: Vec::new(),
    };
    if !last {
        create_sessions(stand, &mut open, center, people).await?;
    }
    Ok(open)
}

/// One session that has seats for a quarter of the people, and others with room enough.
async fn create_sessions(
    stand: &Stand,
    stage: &mut StageOpen,
    center: &str,
    people: usize,
) -> anyhow::Result<()> {
    let roomy = people.div_ceil(2) + 2;
    let capacities = [(people / 4).max(1), roomy, roomy + ACCESSIBLE, roomy];
    for (at, capacity) in capacities.into_iter().enumerate() {
        let start = stand.began + SignedDuration::from_hours(i64::try_from(at)? * 2 + 3);
        // Rooms have timetables of five minutes.
        let start = Timestamp::from_second(start.as_second().div_euclid(300) * 300)?;
        let end = start + SignedDuration::from_mins(90);
        let (check_in, accessible) = (at == 1, at == 2);
        let mut session = json!({
            "startTime": start.to_string(), "endTime": end.to_string(), "center": center,
            "capacity": capacity, "language": "LANGUAGE_KK", "checkInRequired": check_in,
        });
        if accessible {
            session["extraTimePercent"] = 50.into();
            session["quotas"] = json!([
                {"id": "accessible", "kind": "KIND_ACCESSIBLE_WORKSTATION", "size": ACCESSIBLE},
                {"id": "others", "kind": "KIND_ORDINARY_SEAT", "size": roomy, "releaseNotice": "3600s"},
            ]);
        }
        let mut room = None;
        if at == 3 && stand.offers("/rooms") {
            let name = create_room(stand, center, capacity).await?;
            session["room"] = name.as_str().into();
            room = Some(InRoom {
                room: name,
                start,
                end,
            });
        }
        let path = format!("/v1/{}/sessions", stage.name);
        let created = stand
            .desk
            .carry_out("create session", &path, session)
            .await?;
        stage.sessions.push(SessionOpen {
            name: name_of(&created)?,
            capacity,
            check_in,
            accessible,
            room,
        });
    }
    Ok(())
}

async fn create_room(stand: &Stand, center: &str, seats: usize) -> anyhow::Result<String> {
    let room = json!({"title": text("201-бөлме", "Комната 201", "Room 201"), "seats": seats});
    let path = format!("/v1/{center}/rooms");
    name_of(&stand.desk.carry_out("create room", &path, room).await?)
}

pub fn name_of(created: &Value) -> anyhow::Result<String> {
    let name = created["name"]
        .as_str()
        .context("a resource without a name")?;
    Ok(name.to_owned())
}
