//! Sheets of paper: one page of A4 in PDF, tagged as PDF/UA-1 wants it, so that a program that reads aloud
//! reads it in order. A certificate is a page of HTML, too.
//!
//! | file | what |
//! |---|---|
//! | [`certificate`], [`permit`] | what is on which sheet |
//! | [`page`] | a certificate to look at |
//! | [`fonts`] | letters and how wide they are |
//! | [`pen`] | lines of text and cells of a table, each with its tag |
//! | [`qr`] | the squares of the QR code |

mod certificate;
mod fonts;
mod page;
mod pen;
mod permit;
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

pub use self::certificate::CertificateSheet;
use self::pen::Pen;
pub use self::permit::PermitSheet;
use crate::TEXTS;

/// A4 in points.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
/// How many times as long as A4 a page is, at most for twenty subjects with the longest titles.
const LENGTHS: [f32; 4] = [1.0, 2.0, 4.0, 8.0];

/// What can be put on a page.
pub trait Sheet {
    fn language(&self) -> Language;

    /// What it is called in a list of documents.
    fn title(&self) -> String;

    fn draw(&self, pen: &mut Pen<'_>) -> anyhow::Result<()>;

    /// The bytes of the PDF. What doesn't fit on A4 gets a longer page, which a printer makes smaller.
    ///
    /// # Errors
    /// If it would not be a good one: a letter without a glyph, a text too long for the QR code.
    fn pdf(&self) -> anyhow::Result<Vec<u8>>
    where
        Self: Sized,
    {
        let longer = LENGTHS.iter().find_map(|times| {
            let drawn = page(self, HEIGHT * times);
            let is_full = matches!(&drawn, Err(error) if error.is::<pen::Full>());
            (!is_full).then_some(drawn)
        });
        longer.unwrap_or_else(|| Err(pen::Full.into()))
    }
}

fn page(sheet: &impl Sheet, height: f32) -> anyhow::Result<Vec<u8>> {
    let rules = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| anyhow!("no such rules: {error:?}"))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration: rules,
        ..SerializeSettings::default()
    });
    let (title, language) = (sheet.title(), sheet.language());
    document.set_metadata(
        Metadata::new()
            .title(title.clone())
            .language(language.code().to_owned())
            .creator("irikteu".to_owned()),
    );
    let size = PageSettings::from_wh(WIDTH, height);
    let mut page = document.start_page_with(size.ok_or_else(|| anyhow!("no page"))?);
    let mut pen = Pen::new(page.surface(), language, height)?;
    sheet.draw(&mut pen)?;
    let tags = pen.finish();
    page.finish();
    let mut outline = Outline::new();
    let top = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
    outline.push_child(OutlineNode::new(title, top));
    document.set_outline(outline);
    document.set_tag_tree(tags);
    let done = document.finish();
    done.map_err(|error| anyhow!("the sheet breaks the rules of PDF/UA: {error:?}"))
}

/// Label and value: no ending of Kazakh is bent around what is put in.
fn labelled(language: Language, label: &str, value: &str) -> String {
    format!("{}: {value}", words(language, label))
}

fn words(language: Language, message: &str) -> String {
    let text = TEXTS.sentence(language, message, &[]);
    text.unwrap_or_else(|| message.to_owned())
}
