//! The house opens a round: a campaign without review, organisations, a stage with subjects, sessions
//! with several quotas.

use base64::Engine;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::plan::{HIGHEST, KINDS, SUBJECTS};
use crate::season::desk::{create_center, name_of, text};
use crate::season::stand::Stand;

/// An invented school; its number belongs to nobody.
pub const SCHOOL: &str = "010140000014";
/// The same as in the demonstration, so that a suite that has it keeps it as it is.
const ORGANISATIONS: &str = "bin,kk,ru,kato,kind,en\n\
    010140000014,«№ 1 үлгі мектеп-гимназиясы» КММ,КГУ «Образцовая школа-гимназия № 1»,750000000,SCHOOL,\n";

#[derive(Debug, Clone)]
pub struct Round {
    /// The stage that is sat.
    pub stage: String,
    pub sessions: Vec<SessionOpen>,
}

#[derive(Debug, Clone)]
pub struct SessionOpen {
    pub name: String,
    pub capacity: usize,
    /// Whether there are forms in subjects: those whose kind asks for none sit elsewhere.
    pub subjects: bool,
    /// Whether there are workstations for those who need accessible ones.
    pub accessible: bool,
}

/// The categories, with what has to be reached of the best score for each, and by whom: the others, where
/// no direction is said.
pub const MARKS: [(&str, &str, u32, &str); 6] = [
    ("TEACHER", "Педагог", 50, ""),
    ("MODERATOR", "Педагог-модератор", 60, ""),
    ("EXPERT", "Педагог-сарапшы", 70, ""),
    ("RESEARCHER", "Педагог-зерттеуші", 80, ""),
    ("MASTER", "Педагог-шебер", 90, ""),
    ("HEAD", "Басшы", 70, "HEADS"),
];

pub async fn open(stand: &Stand, people: usize) -> anyhow::Result<Round> {
    let csv = base64::engine::general_purpose::STANDARD.encode(ORGANISATIONS);
    let file = json!({"csv": csv});
    let path = "/v1/organisations/import";
    stand
        .manager
        .carry_out("import organisations", path, file)
        .await?;
    let path = format!("/v1/campaigns?campaignId={}", stand.campaign_id());
    stand
        .manager
        .carry_out("create campaign", &path, campaign(stand))
        .await?;
    let path = format!("/v1/{}/stages", stand.campaign());
    let stage = stand.desk.carry_out("create stage", &path, stage()).await?;
    let mut round = Round {
        stage: name_of(&stage)?,
        sessions: Vec::new(),
    };
    let center = create_center(stand).await?;
    for at in 0..4 {
        let session = create_session(stand, &round, &center, people, at).await?;
        round.sessions.push(session);
    }
    Ok(round)
}

/// What the test is called is data: it was another name before 2024.
fn campaign(stand: &Stand) -> Value {
    let kinds = KINDS.map(|kind| {
        json!({
            "code": kind.code, "title": text(kind.code, kind.code, kind.code),
            "formRevision": format!("forms/nqt-{}/revisions/1", kind.form),
        })
    });
    json!({
        "programme": "nqt",
        "title": text("Педагогтердің білімін бағалау", "Оценка знаний педагогов", "Assessment of teachers"),
        "openTime": stand.in_days(-1).to_string(), "closeTime": stand.in_days(5).to_string(),
        "timeZone": "Asia/Almaty",
        "rules": {"acceptedOnSubmission": true, "editUntilHours": 24},
        "applicationKinds": kinds,
    })
}

fn stage() -> Value {
    let subject = |code: &str, kk: &str, ru: &str, en: &str, highest: u32| json!({"subject": code, "title": text(kk, ru, en), "highest": highest.to_string()});
    let mark = |(code, kk, percent, direction): (&str, &str, u32, &str)| {
        let share = json!({"numerator": percent, "denominator": 100});
        json!({"category": code, "title": text(kk, kk, kk), "share": share, "direction": direction})
    };
    let [content, methods] = HIGHEST;
    json!({
        "number": 1, "title": text("Тестілеу", "Тестирование", "Test"),
        "launchUrl": "https://test.example/start", "changeNotice": "0s", "maxChanges": 2,
        "earlyStart": "86400s", "lateStart": "3600s",
        "advanceRule": {"threshold": "0", "scope": "SCOPE_ALL", "tiePolicy": "TIE_POLICY_INCLUDE"},
        "scoreScale": {"lowest": "0", "highest": (content + methods).to_string(), "decimals": 0},
        "lastStage": false, "appealTerm": "259200s",
        "certificateTerms": {
            "programme": "NQT",
            "title": text("Педагогтердің білімін бағалау", "Оценка знаний педагогов", "Assessment of teachers"),
            "subjects": [
                subject("CONTENT", "Пәндік білім", "Содержание предмета", "Content of the subject", content),
                subject("METHODS", "Оқыту әдістемесі", "Методика преподавания", "Methods of teaching", methods),
            ],
            "passMarks": MARKS.map(mark),
        },
    })
}

/// Everybody fits into two of them. There are forms in both languages, in every other session in every
/// subject, and in the later ones workstations that are kept for those who need them.
async fn create_session(
    stand: &Stand,
    round: &Round,
    center: &str,
    people: usize,
    at: i64,
) -> anyhow::Result<SessionOpen> {
    let start = stand.began + SignedDuration::from_hours(3 + 2 * at);
    let start = Timestamp::from_second(start.as_second().div_euclid(300) * 300)?;
    let (subjects, accessible) = (at % 2 == 0, at >= 2);
    let kept = if accessible {
        people.div_ceil(8) + 1
    } else {
        0
    };
    let (ordinary, forms) = (people.div_ceil(2) + 4, people + 4);
    let capacity = ordinary + kept;
    let quota = |id: &str, kind: &str, value: &str, size: usize| json!({"id": id, "kind": kind, "value": value, "size": size.min(capacity)});
    let mut quotas = vec![
        quota("kk", "KIND_LANGUAGE_FORM", "kk", forms),
        quota("ru", "KIND_LANGUAGE_FORM", "ru", forms),
    ];
    for subject in SUBJECTS.into_iter().filter(|_| subjects) {
        let id = subject.to_lowercase();
        quotas.push(quota(&id, "KIND_SUBJECT", subject, forms));
    }
    if accessible {
        quotas.push(quota("accessible", "KIND_ACCESSIBLE_WORKSTATION", "", kept));
        quotas.push(quota("others", "KIND_ORDINARY_SEAT", "", ordinary));
    }
    let session = json!({
        "startTime": start.to_string(), "endTime": (start + SignedDuration::from_mins(90)).to_string(),
        "center": center, "capacity": capacity, "checkInRequired": true,
        "extraTimePercent": if accessible { 50 } else { 0 }, "quotas": quotas,
    });
    let path = format!("/v1/{}/sessions", round.stage);
    let created = stand
        .desk
        .carry_out("create session", &path, session)
        .await?;
    Ok(SessionOpen {
        name: name_of(&created)?,
        capacity,
        subjects,
        accessible,
    })
}
