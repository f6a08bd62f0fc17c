//! A certificate as a page of HTML: the same as on the sheet, in the same order, and nothing that runs. It
//! is read aloud in order too: one heading, a table with heads, and a figure that says what it is.

use std::fmt::Write;

use super::certificate::{CertificateSheet, HEADS};
use super::{qr, words};

/// The squares around a QR code that are left white.
const QUIET: usize = 4;

impl CertificateSheet<'_> {
    /// The page.
    ///
    /// # Errors
    /// If the text is too long for the QR code.
    pub fn html(&self) -> anyhow::Result<String> {
        let (paper, language) = (self.paper, self.language.code());
        let (title, name) = (self.words("PAPER_TITLE"), escaped(paper.name.reveal()));
        let number = paper.number.grouped();
        let subtitle = escaped(self.terms.title.get(self.language));
        let (table, facts) = (self.html_table()?, self.html_facts()?);
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

    fn html_table(&self) -> Result<String, std::fmt::Error> {
        let (mut heads, mut rows) = (String::new(), String::new());
        for head in HEADS {
            write!(heads, "<th scope=\"col\">{}</th>", self.words(head))?;
        }
        for (side, cells) in self.rows() {
            write!(rows, "<tr><th scope=\"row\">{}</th>", escaped(&side))?;
            for cell in cells {
                write!(rows, "<td>{cell}</td>")?;
            }
            rows.write_str("</tr>\n")?;
        }
        Ok(format!(
            "<table>\n<thead>\n<tr>{heads}</tr>\n</thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
        ))
    }

    fn html_facts(&self) -> Result<String, std::fmt::Error> {
        let mut facts = String::new();
        for (label, value) in self.facts() {
            let (label, value) = (self.words(label), escaped(&value));
            writeln!(facts, "<dt>{label}</dt><dd>{value}</dd>")?;
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
