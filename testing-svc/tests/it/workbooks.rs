//! Workbooks that people download, read back by the rules of the format and by nothing of ours: a ZIP, the
//! table of texts, the one sheet.

use std::io::{Cursor, Read};

use chassis::csv::Cell;
use proto::testing::v1 as pb;
use quick_xml::de::from_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use testing_svc::tables::sheet::Sheet;
use zip::ZipArchive;

use crate::admission::{COLLEGE, NURSE, all_of, rated, signatory};
use crate::world::World;

/// A cell as a spreadsheet takes it.
#[derive(Debug, PartialEq)]
enum Taken {
    Nothing,
    Text(String),
    Number(f64),
    /// Something that would be reckoned.
    Formula,
}

#[derive(Deserialize)]
struct Texts {
    #[serde(default)]
    si: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    t: Words,
}

#[derive(Deserialize)]
struct Words {
    #[serde(rename = "$text", default)]
    words: String,
}

#[derive(Deserialize)]
struct Worksheet {
    #[serde(rename = "sheetData")]
    rows: Rows,
}

#[derive(Deserialize)]
struct Rows {
    #[serde(default)]
    row: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    #[serde(rename = "@r")]
    number: usize,
    #[serde(default)]
    c: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    /// `B2`.
    #[serde(rename = "@r")]
    place: String,
    #[serde(rename = "@t", default)]
    kind: String,
    f: Option<String>,
    v: Option<String>,
}

/// The one sheet of a workbook, which has nothing in it that does anything.
fn read(workbook: &[u8]) -> Vec<Vec<Taken>> {
    let mut parts = ZipArchive::new(Cursor::new(workbook)).expect("a ZIP");
    let names = parts.file_names();
    let names: Vec<String> = names.map(|it| it.expect("a name").into_owned()).collect();
    for other in ["vbaProject", "externalLinks", "connections", "embeddings"] {
        assert!(!names.iter().any(|name| name.contains(other)), "{names:?}");
    }
    let sheets = names.iter().filter(|it| it.starts_with("xl/worksheets/"));
    let sheets: Vec<_> = sheets.collect();
    assert_eq!(sheets, ["xl/worksheets/sheet1.xml"]);
    let texts: Texts = part(&mut parts, "xl/sharedStrings.xml");
    let sheet: Worksheet = part(&mut parts, sheets[0]);
    let mut table = Vec::new();
    for row in sheet.rows.row {
        table.resize_with(row.number, Vec::new);
        let cells = &mut table[row.number - 1];
        for cell in row.c {
            let letter = cell.place.chars().next().expect("a column");
            let digits = cell.place[1..].parse();
            assert_eq!(digits, Ok(row.number), "columns beyond Z are not asked for");
            let column = usize::try_from(u32::from(letter) - u32::from('A')).expect("a column");
            cells.resize_with(column + 1, || Taken::Nothing);
            cells[column] = taken(&texts, &cell);
        }
    }
    table
}

fn taken(texts: &Texts, cell: &Written) -> Taken {
    if cell.f.is_some() {
        return Taken::Formula;
    }
    match (cell.kind.as_str(), &cell.v) {
        ("s", Some(at)) => {
            let at: usize = at.parse().expect("the place of a text");
            Taken::Text(texts.si[at].t.words.clone())
        }
        ("" | "n", Some(number)) => Taken::Number(number.parse().expect("a number")),
        // `str` is what a formula came to.
        (_, Some(_)) => Taken::Formula,
        (_, None) => Taken::Nothing,
    }
}

fn part<T: DeserializeOwned>(parts: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> T {
    let mut text = String::new();
    let mut part = parts.by_name(name).expect("a part");
    part.read_to_string(&mut text).expect("UTF-8");
    from_str(&text).expect("as the format has it")
}

#[test]
fn what_begins_as_a_formula_is_a_text_in_a_workbook() {
    let hostile = [
        "=1+1",
        "+7 701",
        "-7",
        "@SUM(A1)",
        "=HYPERLINK(\"http://x\")",
        "=cmd|' /C calc'!A0",
        "<f>1</f> & \"'",
        "Ә; «Қ»",
    ];
    let mut sheet = Sheet::new(hostile.into_iter());
    sheet.add(hostile.map(Cell::text).to_vec());
    let numbers = ["-4.5", "5.7500", "0", "=1+1", "1e5"];
    let numbers = numbers.map(|it| Cell::number(it.to_owned())).to_vec();
    sheet.add(numbers);
    sheet.add(vec![Cell::Empty, Cell::text("last")]);

    let now = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(500_000);
    let table = read(&sheet.xlsx(now).expect("a workbook"));
    let text = |it: &str| Taken::Text(it.to_owned());
    assert_eq!(table[0], hostile.map(text));
    assert_eq!(table[1], hostile.map(text));
    let expected = [
        Taken::Number(-4.5),
        Taken::Number(5.75),
        Taken::Number(0.0),
        text("=1+1"),
        text("1e5"),
    ];
    assert_eq!(table[2], expected);
    assert_eq!(table[3], [Taken::Nothing, text("last")]);
    assert_eq!(table.len(), 4);
}

#[tokio::test]
async fn the_workbook_of_a_rating_has_the_cells_of_its_csv() {
    let world = World::new().await;
    world.small_market().await;
    let download = async |format: i32| {
        let name = rated(NURSE);
        let request = pb::DownloadRatingRequest { name, format };
        let mut ratings = world.ratings(signatory(COLLEGE));
        ratings.download_rating(request).await.expect("a file")
    };
    let csv = all_of(download(0).await).await;
    let xlsx = pb::download_rating_request::Format::Xlsx;
    let mut workbook = Vec::new();
    let mut pieces = download(xlsx.into()).await.into_inner();
    while let Some(piece) = pieces.message().await.expect("a piece") {
        workbook.extend_from_slice(&piece.data);
    }
    let table = read(&workbook);
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(table.len(), lines.len());
    assert!(lines.len() > 2, "{csv}");
    for (row, line) in table.iter().zip(lines) {
        let mut fields: Vec<&str> = line.split(';').collect();
        // Cells that are empty at the end of a row are not written.
        while fields.last() == Some(&"") && fields.len() > row.len() {
            fields.pop();
        }
        assert_eq!(row.len(), fields.len(), "{line}");
        for (cell, field) in row.iter().zip(fields) {
            match cell {
                Taken::Nothing => assert_eq!(field, ""),
                Taken::Text(text) => assert_eq!(text, field),
                Taken::Number(number) => assert_eq!(field.parse(), Ok(*number)),
                Taken::Formula => assert_eq!(field, "no formula"),
            }
        }
    }
}
