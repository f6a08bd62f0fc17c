//! DownloadRating: the whole rating as a table, of one moment.

use std::collections::BTreeSet;

use chassis::caller::Caller;
use chassis::csv::{self, Cell};
use chassis::violation::Violations;
use chassis::{Result, audit};
use proto::testing::v1 as pb;
use proto::testing::v1::download_rating_request::Format;
use tonic::Request;

use super::lines::{Line, lines};
use super::{Shown, seen};
use crate::Context;
use crate::domain::admission::specialty::Specialty;
use crate::domain::ranking::reckoning::Missing;
use crate::rpc::paper::{Bytes, drawn};
use crate::rpc::parse;
use crate::tables::sheet::Sheet;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub async fn download(ctx: &Context, request: Request<pb::DownloadRatingRequest>) -> Result<Bytes> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = parse::admission_specialty(&mut violations, "name", &pb.name);
    let format = Format::try_from(pb.format).map_err(|_| "UNKNOWN_VALUE");
    let format = violations.take("format", format);
    let (Some(id), Some(format), true) = (id, format, violations.is_empty()) else {
        return Err(violations.into());
    };
    let specialty = seen(ctx, &caller, id, pb.name).await?;
    let lines = lines(ctx, &specialty).await?;
    let sheet = sheet(&lines, &specialty, Shown::to(&caller));
    let (tx, name) = (ctx.db.begin().await?, specialty.name());
    audit::record(&tx, &ctx.clock, &caller, "DownloadRating", &name, "").await?;
    ctx.db.commit(tx).await?;
    let now = ctx.clock.now();
    match format {
        Format::Unspecified | Format::Csv => {
            drawn(csv::MEDIA_TYPE, move || Ok(sheet.csv().into_bytes())).await
        }
        Format::Xlsx => drawn(XLSX, move || sheet.xlsx(now)).await,
    }
}

/// Codes and numbers, as the dictionaries and the contract have them: what everybody's program reads.
fn sheet(lines: &[Line], specialty: &Specialty, what: Shown) -> Sheet {
    let of = |line: &Line| line.written(&specialty.campaign, what);
    let lines: Vec<(pb::RatingLine, &Line)> = lines.iter().map(|it| (of(it), it)).collect();
    let codes: BTreeSet<&str> = lines
        .iter()
        .flat_map(|(line, _)| line.marks.iter().chain(&line.added))
        .map(|it| it.code.as_str())
        .collect();
    let head = ["rank", "application_number", "preference", "score"];
    let tail = ["quota_categories", "missing", "outcome", "offer_state"];
    let choice = (what == Shown::Choices).then_some("choice");
    let names = head.iter().chain(codes.iter()).chain(tail.iter());
    // Whoever is handed the file alone knows that nothing follows from it.
    let provisional = specialty.started.is_none().then_some("provisional");
    let names = names.chain(choice.iter()).chain(provisional.iter());
    let mut sheet = Sheet::new(names.copied());
    for (line, kept) in &lines {
        let mut cells = vec![
            match line.rank {
                0 => Cell::Empty,
                rank => Cell::number(rank.to_string()),
            },
            Cell::text(&line.application_number),
            Cell::number(line.preference.to_string()),
            Cell::number(line.score.clone()),
        ];
        let counted = |code: &str| {
            let mut all = line.marks.iter().chain(&line.added);
            all.find(|it| it.code == code)
        };
        cells.extend(
            codes
                .iter()
                .map(|code| counted(code).map_or(Cell::Empty, |it| Cell::number(it.score.clone()))),
        );
        cells.push(Cell::text(&line.quota_categories.join(" ")));
        cells.push(Cell::text(&missing(kept)));
        let outcome = kept.kept.outcome.map_or("", |it| it.as_str());
        let offer = kept.kept.offer.map_or("", |it| it.as_str());
        cells.extend([Cell::text(outcome), Cell::text(offer)]);
        cells.extend(choice.map(|_| Cell::text(&line.choice)));
        cells.extend(provisional.map(|_| Cell::text("true")));
        sheet.add(cells);
    }
    sheet
}

/// `ALGEBRA BIOLOGY/CHEMISTRY SPECIAL`.
fn missing(line: &Line) -> String {
    let none = Vec::new();
    let all = line.claim.as_ref().err().unwrap_or(&none).iter();
    let words = all.map(|it| match it {
        Missing::Mark(any_of) => any_of.join("/"),
        Missing::Exam(exam) => exam.clone(),
    });
    words.collect::<Vec<_>>().join(" ")
}
