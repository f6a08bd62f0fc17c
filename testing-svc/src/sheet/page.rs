//! A certificate as a page of HTML: the same as on the sheet, in the same order, and nothing that runs. It
//! is read aloud in order too: one heading, a table with heads, and a figure that says what it is.

use std::fmt::Write;

use chassis::text::Language;

use super::{of, qr, words};
use crate::domain::certificate::paper::{Line, Paper};
use crate::domain::certificate::terms::Terms;
use crate::domain::score::Score;

/// The squares around a QR code that are left white.
const QUIET: usize = 4;

/// What is on the page.
pub struct CertificatePage<'a> {
    pub paper: &'a Paper,
    pub terms: &'a Terms,
    /// The text of the QR code.
    pub qr_text: &'a str,
    pub language: Language,
}

impl CertificatePage<'_> {
    /// # Errors
    /// If the text is too long for the QR code.
    pub fn html(&self) -> anyhow::Result<String> {
        let (paper, language) = (self.paper, self.language.code());
        let (title, name) = (self.words("PAPER_TITLE"), escaped(paper.name.reveal()));
        let number = paper.number.grouped();
        let subtitle = escaped(of(self.language, &self.terms.title));
        let (table, facts) = (self.table()?, self.facts()?);
        let (figure, check) = (self.figure()?, self.words("PAPER_CHECK"));
        Ok(format!(
            "<!DOCTYPE html>\n\
             <html lang=\"{language}\">\n\
             <head>\n\
             <meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title} {number}</title>\n\
             <link rel=\"stylesheet\" href=\"/docs/style.css\">\n\
             </head>\n\
             <body>\n\
             <main>\n\
             <h1>{title}</h1>\n\
             <p>{subtitle}</p>\n\
             <p><strong>{name}</strong></p>\n\
             {table}{facts}{figure}\
             <p>{check}</p>\n\
             </main>\n\
             </body>\n\
             </html>\n"
        ))
    }

    fn table(&self) -> anyhow::Result<String> {
        let (paper, mut rows) = (self.paper, String::new());
        for line in &paper.lines {
            let mut subjects = self.terms.subjects.iter();
            let subject = subjects.find(|it| it.code == line.subject);
            let subject = subject.map_or(line.subject.as_str(), |it| of(self.language, &it.title));
            let all = [line.score, line.delta, line.total()].map(Score::written);
            row(&mut rows, &escaped(subject), &all)?;
        }
        let sum = |of: fn(&Line) -> Score| Score::sum(paper.lines.iter().map(of)).written();
        let (total, highest) = (paper.total().written(), paper.highest.written());
        let all = [
            sum(|line| line.score),
            sum(|line| line.delta),
            format!("{total} / {highest}"),
        ];
        row(&mut rows, &self.words("PAPER_TOTAL"), &all)?;
        let mut heads = String::new();
        for head in ["PAPER_SUBJECT", "PAPER_SCORE", "PAPER_APPEAL", "PAPER_SUM"] {
            write!(heads, "<th scope=\"col\">{}</th>", self.words(head))?;
        }
        Ok(format!(
            "<table>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        ))
    }

    fn facts(&self) -> anyhow::Result<String> {
        let (paper, mut facts) = (self.paper, String::new());
        let mut marks = self.terms.marks.iter();
        let category = marks.find(|it| it.category == paper.category);
        let category = category.map_or(&*paper.category, |it| of(self.language, &it.title));
        for (label, value) in [
            ("PAPER_CATEGORY", escaped(category)),
            ("PAPER_NUMBER", paper.number.grouped()),
            ("PAPER_CODE", paper.code.grouped()),
            (
                "PAPER_ISSUED",
                paper.issued.strftime("%d.%m.%Y").to_string(),
            ),
        ] {
            writeln!(facts, "<dt>{}</dt><dd>{value}</dd>", self.words(label))?;
        }
        Ok(format!("<dl>\n{facts}</dl>\n"))
    }

    /// The QR code, drawn: a picture of its own would have to be loaded.
    fn figure(&self) -> anyhow::Result<String> {
        let squares = qr::modules(self.qr_text)?;
        let side = squares.len() + 2 * QUIET;
        let mut path = String::new();
        for (row, squares) in squares.iter().enumerate() {
            for (column, _) in squares.iter().enumerate().filter(|(_, dark)| **dark) {
                write!(path, "M{} {}h1v1h-1z", column + QUIET, row + QUIET)?;
            }
        }
        let said = self.words("PAPER_QR");
        Ok(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{said}\" \
             width=\"189\" height=\"189\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}h-{side}z\"/>\
             <path fill=\"#000\" d=\"{path}\"/></svg>\n"
        ))
    }

    fn words(&self, message: &str) -> String {
        escaped(&words(self.language, message))
    }
}

fn row(rows: &mut String, side: &str, cells: &[String]) -> std::fmt::Result {
    write!(rows, "<tr><th scope=\"row\">{side}</th>")?;
    for cell in cells {
        write!(rows, "<td>{cell}</td>")?;
    }
    rows.write_str("</tr>\n")
}

/// Text between tags or in an attribute, whatever is in it.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}
