//! A certificate: what is on it, in which order, and how it is put on a sheet of paper.

use chassis::text::Language;

use super::pen::{Cell, Pen, Style};
use super::{Sheet, labelled, qr, words};
use crate::domain::certificate::paper::{Line, Paper};
use crate::domain::certificate::terms::Terms;
use crate::domain::localized::Localized;
use crate::domain::score::Score;

/// The side of the QR code with its margin: 5 cm.
const QR_SIDE: f32 = 141.7;
/// What is over the columns of its table.
pub(super) const HEADS: [&str; 4] = ["PAPER_SUBJECT", "PAPER_SCORE", "PAPER_APPEAL", "PAPER_SUM"];

/// What is put on the sheet, or on the page of HTML.
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
        pen.heading(&words(self.language, "PAPER_TITLE"))?;
        pen.paragraph(self.terms.title.get(self.language), Style::Subtitle)?;
        pen.space(14.0);
        pen.paragraph(self.paper.name.reveal(), Style::Name)?;
        pen.space(14.0);
        let heads = HEADS.map(|it| Cell::Head(words(self.language, it)));
        let rows = self.rows().map(|(side, [score, appeal, sum])| {
            [
                Cell::Side(side),
                Cell::Data(score),
                Cell::Data(appeal),
                Cell::Data(sum),
            ]
        });
        pen.table(&[heads].into_iter().chain(rows).collect::<Vec<_>>())?;
        pen.space(10.0);
        for (label, value) in self.facts() {
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
    /// A row for each subject and one for all together: whose it is, the score, what an appeal added and
    /// what that makes.
    pub(super) fn rows(&self) -> impl Iterator<Item = (String, [String; 3])> {
        let lines = &self.paper.lines;
        let subjects = lines.iter().map(|line| {
            let title = self.terms.subject_title(&line.subject);
            let cells = [line.score, line.delta, line.total()].map(Score::written);
            (self.titled(title, &line.subject), cells)
        });
        let sum = |of: fn(&Line) -> Score| Score::sum(lines.iter().map(of)).written();
        let (total, highest) = (self.paper.total().written(), self.paper.highest.written());
        let all = [
            sum(|line| line.score),
            sum(|line| line.delta),
            format!("{total} / {highest}"),
        ];
        subjects.chain([(words(self.language, "PAPER_TOTAL"), all)])
    }

    /// What is said under the table: a label and its value.
    pub(super) fn facts(&self) -> [(&'static str, String); 4] {
        let paper = self.paper;
        let category = self.terms.category_title(&paper.category);
        [
            ("PAPER_CATEGORY", self.titled(category, &paper.category)),
            ("PAPER_NUMBER", paper.number.grouped()),
            ("PAPER_CODE", paper.code.grouped()),
            (
                "PAPER_ISSUED",
                paper.issued.strftime("%d.%m.%Y").to_string(),
            ),
        ]
    }

    /// A code that the terms don't know stands for itself.
    fn titled(&self, title: Option<&Localized>, code: &str) -> String {
        title.map_or(code, |it| it.get(self.language)).to_owned()
    }
}
