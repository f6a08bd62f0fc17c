//! A certificate as a sheet of paper: one page of A4 in PDF, tagged as PDF/UA-1 wants it, so that a
//! program that reads aloud reads it in order.
//!
//! | file | what |
//! |---|---|
//! | [`fonts`] | letters and how wide they are |
//! | [`pen`] | lines of text and cells of a table, each with its tag |
//! | [`qr`] | the squares of the QR code |

mod fonts;
mod pen;
mod qr;

#[cfg(test)]
mod tests;

use anyhow::anyhow;
use chassis::text::Language;
use krilla::configure::ConfigurationBuilder;
use krilla::configure::validate::Accessibility;
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};

use self::pen::{Cell, Pen, Style};
use crate::TEXTS;
use crate::domain::certificate::paper::{Line, Paper};
use crate::domain::certificate::terms::Terms;
use crate::domain::localized::Localized;

/// A4 in points.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
/// How many times as long as A4 a page is, at most for twenty subjects with the longest titles.
const LENGTHS: [f32; 4] = [1.0, 2.0, 4.0, 8.0];
/// The side of the QR code with its margin: 5 cm.
const QR_SIDE: f32 = 141.7;

/// What is put on the sheet.
pub struct Sheet<'a> {
    pub paper: &'a Paper,
    pub terms: &'a Terms,
    /// The text of the QR code.
    pub qr_text: &'a str,
    pub language: Language,
}

impl Sheet<'_> {
    /// The bytes of the PDF. What doesn't fit on A4 gets a longer page, which a printer makes smaller.
    ///
    /// # Errors
    /// If it would not be a good one: a letter without a glyph, a text too long for the QR code.
    pub fn pdf(&self) -> anyhow::Result<Vec<u8>> {
        let longer = LENGTHS.iter().find_map(|times| {
            let drawn = self.page(HEIGHT * times);
            let is_full = matches!(&drawn, Err(error) if error.is::<pen::Full>());
            (!is_full).then_some(drawn)
        });
        longer.unwrap_or_else(|| Err(pen::Full.into()))
    }

    fn page(&self, height: f32) -> anyhow::Result<Vec<u8>> {
        let rules = ConfigurationBuilder::new()
            .with_accessibility_validator(Accessibility::UA1)
            .finish()
            .map_err(|error| anyhow!("no such rules: {error:?}"))?;
        let mut document = Document::new_with(SerializeSettings {
            configuration: rules,
            ..SerializeSettings::default()
        });
        let title = format!(
            "{} {}",
            self.words("PAPER_TITLE"),
            self.paper.number.grouped()
        );
        document.set_metadata(
            Metadata::new()
                .title(title.clone())
                .language(self.language.code().to_owned())
                .creator("irikteu".to_owned()),
        );
        let size = PageSettings::from_wh(WIDTH, height);
        let mut page = document.start_page_with(size.ok_or_else(|| anyhow!("no page"))?);
        let mut pen = Pen::new(page.surface(), self.language, height)?;
        self.draw(&mut pen)?;
        let tags = pen.finish();
        page.finish();
        let mut outline = Outline::new();
        let top = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
        outline.push_child(OutlineNode::new(title, top));
        document.set_outline(outline);
        document.set_tag_tree(tags);
        let done = document.finish();
        done.map_err(|error| anyhow!("the paper breaks the rules of PDF/UA: {error:?}"))
    }

    fn draw(&self, pen: &mut Pen<'_>) -> anyhow::Result<()> {
        let paper = self.paper;
        pen.heading(&self.words("PAPER_TITLE"))?;
        pen.paragraph(self.of(&self.terms.title), Style::Subtitle)?;
        pen.space(14.0);
        pen.paragraph(paper.name.reveal(), Style::Name)?;
        pen.space(14.0);
        self.table(pen)?;
        pen.space(10.0);
        let category = self
            .terms
            .marks
            .iter()
            .find(|it| it.category == paper.category);
        let category = category.map_or(paper.category.as_str(), |it| self.of(&it.title));
        for (label, value) in [
            ("PAPER_CATEGORY", category.to_owned()),
            ("PAPER_NUMBER", paper.number.grouped()),
            ("PAPER_CODE", paper.code.grouped()),
            (
                "PAPER_ISSUED",
                paper.issued.strftime("%d.%m.%Y").to_string(),
            ),
        ] {
            // Label and value: no ending of Kazakh is bent around what is put in.
            let text = format!("{}: {value}", self.words(label));
            pen.paragraph(&text, Style::Plain)?;
        }
        pen.space(14.0);
        pen.figure(
            &qr::modules(self.qr_text)?,
            QR_SIDE,
            &self.words("PAPER_QR"),
        )?;
        pen.paragraph(&self.words("PAPER_CHECK"), Style::Small)
    }

    fn table(&self, pen: &mut Pen<'_>) -> anyhow::Result<()> {
        let heads = ["PAPER_SUBJECT", "PAPER_SCORE", "PAPER_APPEAL", "PAPER_SUM"];
        let heads = heads.map(|it| Cell::Head(self.words(it)));
        let mut rows = vec![heads];
        for line in &self.paper.lines {
            let subject = self
                .terms
                .subjects
                .iter()
                .find(|it| it.code == line.subject);
            let subject = subject.map_or(line.subject.as_str(), |it| self.of(&it.title));
            rows.push([
                Cell::Side(subject.to_owned()),
                Cell::Data(line.score.written()),
                Cell::Data(line.delta.written()),
                Cell::Data(line.total().written()),
            ]);
        }
        let sum = |of: fn(&Line) -> crate::domain::score::Score| {
            let all = self.paper.lines.iter().map(of);
            Cell::Data(crate::domain::score::Score::sum(all).written())
        };
        let (total, highest) = (self.paper.total(), self.paper.highest);
        rows.push([
            Cell::Side(self.words("PAPER_TOTAL")),
            sum(|line| line.score),
            sum(|line| line.delta),
            Cell::Data(format!("{} / {}", total.written(), highest.written())),
        ]);
        pen.table(&rows)
    }

    fn words(&self, message: &str) -> String {
        let text = TEXTS.sentence(self.language, message, &[]);
        text.unwrap_or_else(|| message.to_owned())
    }

    fn of<'a>(&self, text: &'a Localized) -> &'a str {
        match self.language {
            Language::Kk => &text.kk,
            Language::Ru => &text.ru,
            Language::En => &text.en,
        }
    }
}
