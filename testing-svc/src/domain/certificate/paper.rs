//! What a certificate says, as the bytes that are signed. One paper has one encoding, and what is not
//! exactly an encoding is not read, so a signature is about what people see and nothing else.
//!
//! Version 1, in this order:
//!
//! | what | how |
//! |---|---|
//! | version | the byte 1 |
//! | key | 8 bytes: the start of the SHA-256 of the public key |
//! | number, individual code | 10 and 8 letters of ASCII, without hyphens |
//! | day of issue | days since 1970-01-01, a count |
//! | programme, category | texts |
//! | best score | a score |
//! | subjects | a count; for each a text, its score, and what an appeal added |
//! | name | a text: as the paper shows it |
//!
//! A count is written in base 128, lowest digits first, the high bit set on all bytes but the last
//! (LEB128), as short as it can be. A text is the count of its bytes and its UTF-8. A score is a count
//! of ten-thousandths; none is below nothing.

use chassis::mask::Masked;
use jiff::Span;
use jiff::civil::Date;

use super::number::{CODE_LENGTH, Code, NUMBER_LENGTH, Number};
use crate::domain::score::Score;

/// The start of the SHA-256 of a public key.
pub type KeyId = [u8; 8];

const VERSION: u8 = 1;
/// Bytes of one text, subjects of one paper, digits of one count.
pub const LONGEST_TEXT: usize = 400;
pub const MOST_SUBJECTS: usize = 20;
const MOST_DIGITS: u32 = 9;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    pub key: KeyId,
    pub number: Number,
    pub code: Code,
    pub issued: Date,
    pub programme: String,
    pub category: String,
    /// The best score in all subjects together.
    pub highest: Score,
    pub lines: Vec<Line>,
    pub name: Masked<String>,
}

/// What was reached in one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub subject: String,
    pub score: Score,
    /// What an appeal added.
    pub delta: Score,
}

impl Line {
    pub fn total(&self) -> Score {
        self.score.plus(self.delta)
    }
}

impl Paper {
    pub fn total(&self) -> Score {
        Score::sum(self.lines.iter().map(Line::total))
    }

    /// None where something can't be written: a text too long, a score below nothing.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let mut to = vec![VERSION];
        to.extend(self.key);
        to.extend(self.number.as_str().as_bytes());
        to.extend(self.code.reveal().as_bytes());
        let days = self.issued.duration_since(Date::constant(1970, 1, 1));
        count(&mut to, u64::try_from(days.as_hours() / 24).ok()?);
        text(&mut to, &self.programme)?;
        text(&mut to, &self.category)?;
        score(&mut to, self.highest)?;
        if self.lines.len() > MOST_SUBJECTS {
            return None;
        }
        count(&mut to, self.lines.len() as u64);
        for line in &self.lines {
            text(&mut to, &line.subject)?;
            score(&mut to, line.score)?;
            score(&mut to, line.delta)?;
        }
        text(&mut to, self.name.reveal())?;
        Some(to)
    }

    /// None where the bytes are not what [`Self::encode`] writes.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut from = Reader(bytes);
        if from.take(1)? != [VERSION] {
            return None;
        }
        let key = from.take(8)?.try_into().ok()?;
        let number = Number::parse(from.letters(NUMBER_LENGTH)?).ok()?;
        let code = Code::parse(from.letters(CODE_LENGTH)?).ok()?;
        let days = i64::try_from(from.count()?).ok()?;
        let since = Span::new().try_days(days).ok()?;
        let issued = Date::constant(1970, 1, 1).checked_add(since).ok()?;
        let programme = from.text()?;
        let category = from.text()?;
        let highest = from.score()?;
        let many = usize::try_from(from.count()?).ok()?;
        let mut lines = Vec::new();
        for _ in 0..Some(many).filter(|it| *it <= MOST_SUBJECTS)? {
            lines.push(Line {
                subject: from.text()?,
                score: from.score()?,
                delta: from.score()?,
            });
        }
        let paper = Self {
            key,
            number,
            code,
            issued,
            programme,
            category,
            highest,
            lines,
            name: Masked::new(from.text()?),
        };
        // A longer count, other letters for a number, or something behind it is no encoding.
        (paper.encode()? == bytes).then_some(paper)
    }
}

fn count(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(0x80 | (number & 0x7f) as u8);
        number >>= 7;
    }
    to.push(number as u8);
}

fn text(to: &mut Vec<u8>, text: &str) -> Option<()> {
    if text.len() > LONGEST_TEXT {
        return None;
    }
    count(to, text.len() as u64);
    to.extend(text.as_bytes());
    Some(())
}

fn score(to: &mut Vec<u8>, score: Score) -> Option<()> {
    count(to, u64::try_from(score.0).ok()?);
    Some(())
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn letters(&mut self, length: usize) -> Option<&'a str> {
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn count(&mut self) -> Option<u64> {
        let mut number = 0;
        for digit in 0..MOST_DIGITS {
            let [byte] = *self.take(1)? else {
                return None;
            };
            number |= u64::from(byte & 0x7f) << (7 * digit);
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.count()?).ok()?;
        let length = Some(length).filter(|it| *it <= LONGEST_TEXT)?;
        self.letters(length).map(str::to_owned)
    }

    fn score(&mut self) -> Option<Score> {
        i64::try_from(self.count()?).ok().map(Score)
    }
}
