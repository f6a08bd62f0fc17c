//! The ratings of the specialties, held against what anybody can compute from marks, points and formula.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::Value;

use super::Applicant;
use super::board::{Board, text};
use super::campaign::Offered;
use crate::season::stand::Stand;

/// The rule that ranks follow from the formula.
pub const RANKED: &str = "K5";

/// A specialty's rating as it was read.
#[derive(Debug, Clone)]
pub struct Ranked {
    /// `specialties/{specialty}`.
    pub specialty: String,
    pub places: usize,
    pub lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The number of the application.
    pub number: String,
    pub rank: usize,
    pub has_benefit: bool,
}

pub async fn read(
    stand: &Stand,
    boards: &[Board],
    offered: &[Offered],
    applicants: &[Applicant],
) -> anyhow::Result<Vec<Ranked>> {
    let mut ranked = Vec::new();
    for (at, offer) in offered.iter().enumerate() {
        let board = boards.get(offer.board).context("a board")?;
        let expected = expected(applicants, at, offer.specialty.has_exam);
        let id = offer.name.trim_start_matches("specialties/");
        let path = format!("/v1/admissionSpecialties/{id}");
        let whole = |it: &Value| it["rankedCount"].as_u64() == u64::try_from(expected.len()).ok();
        board.actor.until_found("read rating", &path, whole).await?;
        let rows = format!("{path}/ratingLines");
        let rows = board
            .actor
            .list("read rating", &rows, "ratingLines")
            .await?;
        let lines: anyhow::Result<Vec<Line>> = rows.iter().map(line).collect();
        let lines = lines?;
        let told: BTreeMap<&str, usize> = lines
            .iter()
            .map(|it| (it.number.as_str(), it.rank))
            .collect();
        let held = told == expected;
        let what = format!("ranks of {} are those of its formula", offer.specialty.code);
        stand.ledger.tried(RANKED, held, what);
        let table = format!("{path}/content?format=FORMAT_CSV");
        let csv = board.actor.download("export rating", &table).await?;
        let csv = String::from_utf8(csv).context("a table in UTF-8")?;
        let held = lines.iter().all(|line| csv.contains(&line.number));
        let what = "a table has everybody of the rating";
        stand.ledger.tried(RANKED, held, what);
        let workbook = format!("{path}/content?format=FORMAT_XLSX");
        let xlsx = board.actor.download("export rating", &workbook).await?;
        let held = xlsx.starts_with(b"PK");
        stand.ledger.tried(RANKED, held, "a workbook is one");
        ranked.push(Ranked {
            specialty: offer.name.clone(),
            places: offer.places,
            lines,
        });
        let stranger = boards.iter().find(|it| it.college.bin != board.college.bin);
        let stranger = stranger.context("another board")?;
        let refused = stranger.actor.get("read rating", &path).await?;
        let held = refused.status == 404;
        stand
            .ledger
            .tried(RANKED, held, "a rating is its own college's");
    }
    Ok(ranked)
}

/// While exams are ahead, a college reads how those whom it accepted stand where there is none, and that nothing
/// follows from it.
pub async fn provisional(
    stand: &Stand,
    boards: &[Board],
    offered: &[Offered],
    applicants: &[Applicant],
) -> anyhow::Result<()> {
    for (at, offer) in offered.iter().enumerate() {
        let board = boards.get(offer.board).context("a board")?;
        let expected = match offer.specialty.has_exam {
            true => BTreeMap::new(),
            false => expected(applicants, at, offer.specialty.has_exam),
        };
        let id = offer.name.trim_start_matches("specialties/");
        let path = format!("/v1/admissionSpecialties/{id}");
        let whole = |it: &Value| {
            it["rankedCount"].as_u64().unwrap_or_default()
                == u64::try_from(expected.len()).unwrap_or_default()
        };
        let shown = board.actor.until_found("read rating", &path, whole).await?;
        let rows = format!("{path}/ratingLines");
        let rows = board
            .actor
            .list("read rating", &rows, "ratingLines")
            .await?;
        let lines: anyhow::Result<Vec<Line>> = rows.iter().map(line).collect();
        let lines = lines?;
        let ranked = lines.iter().filter(|it| it.rank > 0);
        let told: BTreeMap<&str, usize> = ranked.map(|it| (it.number.as_str(), it.rank)).collect();
        let held = shown["provisional"] == true && told == expected;
        let what = "a rating of a competition that goes on says so";
        stand.ledger.tried(RANKED, held, what);
    }
    Ok(())
}

fn line(row: &Value) -> anyhow::Result<Line> {
    Ok(Line {
        number: text(&row["applicationNumber"])?,
        // 0 is not written.
        rank: usize::try_from(row["rank"].as_u64().unwrap_or_default())?,
        has_benefit: row["quotaCategories"]
            .as_array()
            .is_some_and(|it| !it.is_empty()),
    })
}

/// Everybody who competes for a specialty, by rank: as many are better, and one; Kazakh decides between
/// equals.
fn expected(applicants: &[Applicant], specialty: usize, has_exam: bool) -> BTreeMap<&str, usize> {
    let competes = |it: &&Applicant| {
        let mut wishes = it.planned.wishes.iter().enumerate();
        wishes.any(|(place, wish)| *wish == specialty && it.planned.competes_at(place))
    };
    let claims: Vec<(&str, (u32, u32))> = applicants
        .iter()
        .filter(competes)
        .map(|it| {
            let [kazakh, ..] = it.planned.marks;
            (
                it.application_number.as_str(),
                (it.planned.result(has_exam), kazakh),
            )
        })
        .collect();
    let rank = |claim: (u32, u32)| claims.iter().filter(|(_, other)| *other > claim).count() + 1;
    claims
        .iter()
        .map(|(number, claim)| (*number, rank(*claim)))
        .collect()
}
