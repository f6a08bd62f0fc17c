//! The house opens a campaign, the colleges show themselves and offer specialties with their formulas.

use anyhow::{Context, ensure};
use base64::Engine;
use serde_json::{Value, json};
use standalone::signing::COLLEGES;

use super::board::{Board, text};
use super::plan::{BENEFIT, EXAM, Plan, SPECIALTIES, SUBJECTS, Specialty};
use crate::season::actor::Outcome;
use crate::season::desk::text as localized;
use crate::season::stand::Stand;

/// A specialty as it is offered.
#[derive(Debug, Clone)]
pub struct Offered {
    /// `specialties/{specialty}`.
    pub name: String,
    /// Whose it is: its place among the boards.
    pub board: usize,
    pub specialty: Specialty,
    pub places: usize,
}

/// Places that are kept for people with the benefit.
pub const KEPT: usize = 1;

pub async fn open(stand: &Stand) -> anyhow::Result<()> {
    let rows = COLLEGES.iter().map(|college| {
        let [kk, ru, en] = college.title;
        format!("{},{kk},{ru},711210000,COLLEGE,{en}\n", college.bin)
    });
    let csv = format!("bin,kk,ru,kato,kind,en\n{}", rows.collect::<String>());
    let file = json!({"csv": base64::engine::general_purpose::STANDARD.encode(csv)});
    let path = "/v1/organisations/import";
    stand
        .manager
        .carry_out("import organisations", path, file)
        .await?;
    let kinds = [
        ("STATE_ORDER", "state-order"),
        ("WORKER", "worker"),
        ("PAID", "paid"),
    ];
    let kinds = kinds.map(|(code, form)| {
        json!({
            "code": code, "title": localized(code, code, code),
            "formRevision": format!("forms/college-{form}/revisions/1"),
        })
    });
    let campaign = json!({
        "programme": "college",
        "title": localized("Колледжге қабылдау", "Приём в колледжи", "Admission to colleges"),
        "openTime": stand.in_days(-1).to_string(), "closeTime": stand.in_days(5).to_string(),
        "timeZone": "Asia/Almaty",
        "rules": {"decidedByBoards": true},
        "applicationKinds": kinds,
    });
    let path = format!("/v1/campaigns?campaignId={}", stand.campaign_id());
    stand
        .manager
        .carry_out("create campaign", &path, campaign)
        .await?;
    Ok(())
}

/// Each college shows itself, offers every third specialty, and approves its formula.
pub async fn offer(stand: &Stand, boards: &[Board], plan: &Plan) -> anyhow::Result<Vec<Offered>> {
    for board in boards {
        shows_itself(board).await?;
    }
    let mut offered = Vec::new();
    for (at, specialty) in SPECIALTIES.into_iter().enumerate() {
        let place = at % boards.len();
        let board = boards.get(place).context("a board")?;
        let act = create(stand, specialty, plan.places);
        let name = match at {
            0 => {
                let other = create(stand, SPECIALTIES[3], plan.places);
                let other = board.prepares("offer specialty", other).await?.done()?;
                board
                    .does_after_tricks("offer specialty", act, &other)
                    .await?
            }
            _ => board.does("offer specialty", act).await?,
        };
        approves(board, &name, specialty).await?;
        offered.push(Offered {
            name,
            board: place,
            specialty,
            places: plan.places,
        });
    }
    let twin = create(stand, SPECIALTIES[0], plan.places);
    let first = boards.first().context("a board")?;
    first
        .may_not("offer specialty", twin, "SPECIALTY_EXISTS")
        .await?;
    Ok(offered)
}

async fn shows_itself(board: &Board) -> anyhow::Result<()> {
    let path = format!("/v1/colleges/{}", board.college.bin);
    let shown = board.actor.get("read college", &path).await?;
    let etag = shown.body["etag"].as_str().unwrap_or_default().to_owned();
    let [kk, ru, en] = board.college.title;
    let college = json!({
        "title": localized(kk, ru, en), "region": "KZ-71",
        "address": localized("Астана, Мәңгілік Ел 1", "Астана, Мангилик Ел 1", "Astana, Mangilik El 1"),
        "boardPhone": "+77010000000", "boardEmail": "qabyldau@example.kz",
        "about": localized("Колледж туралы", "О колледже", "About the college"),
    });
    let act = json!({"putCollege": {"college": college, "currentEtag": etag}});
    board.does("show college", act).await.map(drop)
}

fn create(stand: &Stand, specialty: Specialty, places: usize) -> Value {
    let exam = match specialty.has_exam {
        true => "EXAM_NEED_REQUIRED",
        false => "EXAM_NEED_NONE",
    };
    json!({"createSpecialty": {"specialty": {
        "campaign": stand.campaign(), "code": specialty.code, "payment": "STATE_ORDER",
        "trainingKind": "GENERAL", "educationBase": "BASIC_SECONDARY", "studyForm": "FULL_TIME",
        "language": "KK", "qualificationLevel": "MIDDLE_SPECIALIST", "region": "KZ-71",
        "places": places, "quotas": [{"category": BENEFIT, "places": KEPT}],
        "exam": exam, "termMonths": 34,
    }}})
}

/// The mean of Kazakh, algebra and the better of two; a hundredth of the exam's points; Kazakh decides
/// between equals.
async fn approves(board: &Board, name: &str, specialty: Specialty) -> anyhow::Result<()> {
    let etag = etag(board, name).await?;
    let [kazakh, algebra, biology, chemistry] = SUBJECTS;
    let mark = |any_of: &[&str]| json!({"anyOf": any_of, "weight": 1});
    let added = match specialty.has_exam {
        true => json!([{"exam": EXAM, "numerator": 1, "denominator": 100}]),
        false => json!([]),
    };
    let formula = json!({
        "marks": [mark(&[kazakh]), mark(&[algebra]), mark(&[biology, chemistry])],
        "added": added, "rounding": {"kind": "KIND_EXACT"}, "ties": [{"mark": kazakh}],
    });
    let act = json!({"approveScoreFormula":
        {"specialty": name, "currentEtag": etag, "scoreFormula": formula}});
    let done = board.does("approve formula", act).await?;
    ensure!(done == name, "the formula is of its specialty");
    Ok(())
}

/// The etag of a specialty as it is now.
pub async fn etag(board: &Board, specialty: &str) -> anyhow::Result<String> {
    let path = format!("/v1/{specialty}");
    let shown = board.actor.read("read specialty", &path).await?;
    text(&shown["etag"])
}
