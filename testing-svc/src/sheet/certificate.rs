//! A certificate as a sheet of paper.

use chassis::text::Language;

use super::pen::{Cell, Pen, Style};
use super::{Sheet, labelled, of, qr, words};
use crate::domain::certificate::paper::{Line, Paper};
use crate::domain::certificate::terms::Terms;
use crate::domain::score::Score;

/// The side of the QR code with its margin: 5 cm.
const QR_SIDE: f32 = 141.7;

/// What is put on the sheet.
pub struct CertificateSheet<'a> {
    pub paper: &'a Paper,
    pub terms: &'a Terms,
    /// The text of the QR code.
    pub qr_text: &'a str,
    pub language: Language,
}

impl Sheet for CertificateSheet<'_> {
    fn language(&self) -> Language {
        self.language
    }

    fn title(&self) -> String {
        let (title, number) = (words(self.language, "PAPER_TITLE"), &self.paper.number);
        format!("{title} {}", number.grouped())
    }

    fn draw(&self, pen: &mut Pen<'_>) -> anyhow::Result<()> {
        let paper = self.paper;
        pen.heading(&words(self.language, "PAPER_TITLE"))?;
        pen.paragraph(of(self.language, &self.terms.title), Style::Subtitle)?;
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
        let category = category.map_or(paper.category.as_str(), |it| of(self.language, &it.title));
        for (label, value) in [
            ("PAPER_CATEGORY", category.to_owned()),
            ("PAPER_NUMBER", paper.number.grouped()),
            ("PAPER_CODE", paper.code.grouped()),
            (
                "PAPER_ISSUED",
                paper.issued.strftime("%d.%m.%Y").to_string(),
            ),
        ] {
            pen.paragraph(&labelled(self.language, label, &value), Style::Plain)?;
        }
        pen.space(14.0);
        pen.figure(
            &qr::modules(self.qr_text)?,
            QR_SIDE,
            &words(self.language, "PAPER_QR"),
        )?;
        pen.paragraph(&words(self.language, "PAPER_CHECK"), Style::Small)
    }
}

impl CertificateSheet<'_> {
    fn table(&self, pen: &mut Pen<'_>) -> anyhow::Result<()> {
        let heads = ["PAPER_SUBJECT", "PAPER_SCORE", "PAPER_APPEAL", "PAPER_SUM"];
        let heads = heads.map(|it| Cell::Head(words(self.language, it)));
        let mut rows = vec![heads];
        for line in &self.paper.lines {
            let subject = self
                .terms
                .subjects
                .iter()
                .find(|it| it.code == line.subject);
            let subject = subject.map_or(line.subject.as_str(), |it| of(self.language, &it.title));
            rows.push([
                Cell::Side(subject.to_owned()),
                Cell::Data(line.score.written()),
                Cell::Data(line.delta.written()),
                Cell::Data(line.total().written()),
            ]);
        }
        let sum = |of: fn(&Line) -> Score| {
            let all = self.paper.lines.iter().map(of);
            Cell::Data(Score::sum(all).written())
        };
        let (total, highest) = (self.paper.total(), self.paper.highest);
        rows.push([
            Cell::Side(words(self.language, "PAPER_TOTAL")),
            sum(|line| line.score),
            sum(|line| line.delta),
            Cell::Data(format!("{} / {}", total.written(), highest.written())),
        ]);
        pen.table(&rows)
    }
}
