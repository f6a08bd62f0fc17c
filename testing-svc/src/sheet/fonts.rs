//! The letters of the sheet: two cuts of Noto Sans, inside the program.

use std::sync::LazyLock;

use anyhow::{Context, anyhow};
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

/// A cut of the font, with what its letters take.
pub struct Face {
    pub font: Font,
    bytes: &'static [u8],
}

static REGULAR: LazyLock<Option<Face>> =
    LazyLock::new(|| Face::open(include_bytes!("../../fonts/NotoSans-Regular.ttf")));
static BOLD: LazyLock<Option<Face>> =
    LazyLock::new(|| Face::open(include_bytes!("../../fonts/NotoSans-Bold.ttf")));

pub fn regular() -> anyhow::Result<&'static Face> {
    REGULAR.as_ref().context("the font can't be read")
}

pub fn bold() -> anyhow::Result<&'static Face> {
    BOLD.as_ref().context("the font can't be read")
}

impl Face {
    fn open(bytes: &'static [u8]) -> Option<Self> {
        let font = Font::new(bytes.into(), 0)?;
        Some(Self { font, bytes })
    }

    /// One glyph for each letter: Latin and Cyrillic need no more, where a letter and its marks are one
    /// character.
    ///
    /// # Errors
    /// If a letter has no glyph: a name is not shown with holes.
    pub fn glyphs(&self, text: &str) -> anyhow::Result<Vec<KrillaGlyph>> {
        let font = FontRef::new(self.bytes).map_err(|error| anyhow!("{error}"))?;
        let (letters, unit) = (font.charmap(), self.font.units_per_em());
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let glyph = |(at, letter): (usize, char)| {
            let found = letters.map(letter);
            let id = found.ok_or_else(|| anyhow!("U+{:04X} has no glyph", u32::from(letter)))?;
            let advance = metrics.advance_width(id).unwrap_or_default() / unit;
            let range = at..at + letter.len_utf8();
            let id = GlyphId::new(id.to_u32());
            Ok(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, range, None))
        };
        text.char_indices().map(glyph).collect()
    }

    /// How wide a text is at this size.
    pub fn width(&self, text: &str, size: f32) -> anyhow::Result<f32> {
        let glyphs = self.glyphs(text)?;
        Ok(glyphs.iter().map(|it| it.x_advance * size).sum())
    }

    /// The text in lines that are no wider than this; a word that is wider has one of its own.
    pub fn lines(&self, text: &str, size: f32, width: f32) -> anyhow::Result<Vec<String>> {
        let mut lines: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            let longer = match lines.last() {
                Some(line) => format!("{line} {word}"),
                None => word.to_owned(),
            };
            match lines.last_mut() {
                Some(line) if self.width(&longer, size)? <= width => *line = longer,
                _ => lines.push(word.to_owned()),
            }
        }
        Ok(lines)
    }
}
