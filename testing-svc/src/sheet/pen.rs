//! Draws down a page, and notes for each thing what it is.

use std::num::NonZeroU16;

use anyhow::Context;
use chassis::text::Language;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, Node, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagTree,
};

use super::WIDTH;
use super::fonts::{self, Face};

const MARGIN: f32 = 56.7;
/// Where the columns of a table begin, and where the last one ends.
const COLUMNS: [f32; 5] = [MARGIN, 300.0, 370.0, 450.0, WIDTH - MARGIN];
/// The height of a line of text, in sizes of its letters.
const LEADING: f32 = 1.36;
/// Where the quiet zone of a QR code ends, in its squares.
const QUIET: usize = 4;

/// There is no room for more on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the sheet is full")
    }
}

impl std::error::Error for Full {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Subtitle,
    Name,
    Plain,
    Small,
}

/// A cell of a table: what it is, and its text.
#[derive(Debug, Clone)]
pub enum Cell {
    /// Names its column.
    Head(String),
    /// Names its row.
    Side(String),
    Data(String),
}

pub struct Pen<'a> {
    surface: Surface<'a>,
    language: &'static str,
    tags: TagTree,
    /// How far down the page is drawn on, and how far it goes.
    down: f32,
    height: f32,
    regular: &'static Face,
    bold: &'static Face,
}

impl<'a> Pen<'a> {
    pub fn new(surface: Surface<'a>, language: Language, height: f32) -> anyhow::Result<Self> {
        Ok(Self {
            surface,
            language: language.code(),
            tags: TagTree::new(),
            down: MARGIN,
            height,
            regular: fonts::regular()?,
            bold: fonts::bold()?,
        })
    }

    pub fn finish(self) -> TagTree {
        self.surface.finish();
        self.tags
    }

    pub fn space(&mut self, height: f32) {
        self.down += height;
    }

    pub fn heading(&mut self, text: &str) -> anyhow::Result<()> {
        let lines = self.text(text, self.bold, 24.0, MARGIN, WIDTH - 2.0 * MARGIN)?;
        let first = NonZeroU16::MIN;
        self.tags.push(TagGroup::with_children(
            Tag::Hn(first, Some(text.to_owned())),
            lines,
        ));
        Ok(())
    }

    pub fn paragraph(&mut self, text: &str, style: Style) -> anyhow::Result<()> {
        let (face, size) = match style {
            Style::Subtitle => (self.regular, 14.0),
            Style::Name => (self.bold, 18.0),
            Style::Plain => (self.regular, 11.0),
            Style::Small => (self.regular, 9.0),
        };
        let lines = self.text(text, face, size, MARGIN, WIDTH - 2.0 * MARGIN)?;
        self.tags.push(TagGroup::with_children(Tag::P, lines));
        Ok(())
    }

    pub fn table(&mut self, rows: &[[Cell; 4]]) -> anyhow::Result<()> {
        let mut table = TagGroup::new(Tag::Table);
        self.rule();
        for row in rows {
            let (top, mut bottom) = (self.down + 3.0, self.down);
            let mut tags = TagGroup::new(Tag::TR);
            for (column, cell) in row.iter().enumerate() {
                self.down = top;
                tags.push(self.cell(column, cell)?);
                bottom = bottom.max(self.down);
            }
            table.push(tags);
            self.down = bottom + 3.0;
            self.rule();
        }
        self.tags.push(table);
        Ok(())
    }

    fn cell(&mut self, column: usize, cell: &Cell) -> anyhow::Result<TagGroup> {
        let (left, right) = (COLUMNS[column], COLUMNS[column + 1]);
        let (text, face) = match cell {
            Cell::Head(text) => (text, self.bold),
            Cell::Side(text) | Cell::Data(text) => (text, self.regular),
        };
        let lines = self.text(text, face, 10.0, left, right - left - 6.0)?;
        Ok(match cell {
            Cell::Head(_) => TagGroup::with_children(Tag::TH(TableHeaderScope::Column), lines),
            Cell::Side(_) => TagGroup::with_children(Tag::TH(TableHeaderScope::Row), lines),
            Cell::Data(_) => TagGroup::with_children(Tag::TD, lines),
        })
    }

    /// The squares, with their quiet zone on a side of this length.
    pub fn figure(&mut self, dark: &[Vec<bool>], side: f32, said: &str) -> anyhow::Result<()> {
        let square = side / (dark.len() + 2 * QUIET) as f32;
        let (left, top) = (MARGIN, self.down);
        let mut path = PathBuilder::new();
        for (row, squares) in dark.iter().enumerate() {
            for (column, _) in squares.iter().enumerate().filter(|(_, dark)| **dark) {
                let at = |origin: f32, count: usize| origin + (count + QUIET) as f32 * square;
                let rect = Rect::from_xywh(at(left, column), at(top, row), square, square);
                path.push_rect(rect.context("a square")?);
            }
        }
        let path = path.finish().context("a QR code without a dark square")?;
        let id = self.surface.start_tagged(ContentTag::Other);
        self.surface.set_fill(Some(Fill::default()));
        self.surface.draw_path(&path);
        self.surface.end_tagged();
        let figure = Tag::Figure(Some(said.to_owned()));
        self.tags
            .push(TagGroup::with_children(figure, vec![id.into()]));
        self.down += side;
        Ok(self.fits()?)
    }

    fn fits(&self) -> Result<(), Full> {
        match self.down <= self.height - MARGIN {
            true => Ok(()),
            false => Err(Full),
        }
    }

    /// A line across the page that says nothing.
    fn rule(&mut self) {
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(MARGIN, self.down, WIDTH - 2.0 * MARGIN, 0.6) {
            path.push_rect(rect);
        }
        let Some(path) = path.finish() else { return };
        let nothing = Artifact::with_kind(ArtifactType::Layout);
        self.surface.start_tagged(ContentTag::Artifact(nothing));
        self.surface.set_fill(Some(Fill::default()));
        self.surface.draw_path(&path);
        self.surface.end_tagged();
    }

    /// Lines of text from here down; what they are is the caller's to say.
    fn text(
        &mut self,
        text: &str,
        face: &Face,
        size: f32,
        left: f32,
        width: f32,
    ) -> anyhow::Result<Vec<Node>> {
        let mut drawn = Vec::new();
        for line in face.lines(text, size, width)? {
            self.down += size * LEADING;
            self.fits()?;
            let glyphs = face.glyphs(&line)?;
            let span = SpanTag::empty().with_lang(Some(self.language));
            let id: Identifier = self.surface.start_tagged(ContentTag::Span(span));
            self.surface.set_fill(Some(Fill::default()));
            let start = Point::from_xy(left, self.down - size * 0.3);
            let font = face.font.clone();
            self.surface
                .draw_glyphs(start, &glyphs, font, &line, size, false);
            self.surface.end_tagged();
            drawn.push(id.into());
        }
        Ok(drawn)
    }
}
