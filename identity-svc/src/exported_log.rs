//! A log as somebody was given it: a row of JSON per line, verified without the service that wrote it.
//!
//! Any chained log of the suite (`chassis::chain`) is read: each line has `sequence`, `previousHash`,
//! `content` and `hash` as its list call answers them. Where rows are of signed acts, an auditor's export
//! has what was signed (`signedContent`) and the signature (`cms`) beside them: then their hashes are held
//! against the row, and, with the certificates of an authority, the signature against both, for the time
//! when it was taken. Memory holds one row, however long the log is.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chassis::chain::{Entry, FaultKind, Follower, Hash, Head, Successor};
use chassis::signed_act::SignedAct;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use crate::domain::signature::Fault as SignatureFault;
use crate::secrets::hash;
use crate::signature::Auditor;

/// A row with a document of a quarter of a MiB, its signature, and base64 around both.
const LONGEST_LINE: u64 = 4 * 1024 * 1024;

/// What was found from the first row to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verified {
    pub head: Head,
    /// Rows of signed acts.
    pub acts: u64,
    /// Those whose signature was held against what was signed and against the authority.
    pub signatures: u64,
    /// Those by a national algorithm, which is not checked here.
    pub unchecked: u64,
}

/// The first row at which it is not what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The place in the log; the line where it is no row at all.
    pub sequence: i64,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The line is no row.
    Unreadable,
    Chain(FaultKind),
    /// What is said to have been signed is not what the row says.
    ContentDiffers,
    /// The signature is not the one that the row says.
    CmsDiffers,
    /// The signature is not good for what was signed, at the time when it was taken.
    Signature(SignatureFault),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    #[serde(deserialize_with = "number")]
    sequence: i64,
    #[serde(borrow)]
    previous_hash: Cow<'a, str>,
    #[serde(borrow)]
    content: Cow<'a, str>,
    #[serde(borrow)]
    hash: Cow<'a, str>,
    #[serde(borrow, default)]
    signed_content: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    cms: Option<Cow<'a, str>>,
}

/// In the JSON of protobuf a long number is a text.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    struct Number;
    impl Visitor<'_> for Number {
        type Value = i64;
        fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
            to.write_str("a number, or a text that is one")
        }
        fn visit_u64<E: Error>(self, number: u64) -> Result<i64, E> {
            i64::try_from(number).map_err(E::custom)
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<i64, E> {
            text.parse().map_err(E::custom)
        }
    }
    from.deserialize_any(Number)
}

struct Row {
    entry: Entry,
    signed_content: Option<Vec<u8>>,
    cms: Option<Vec<u8>>,
}

/// Follows a log from its first row. `open` begins it anew: where a row does not continue the one before,
/// it is looked for elsewhere. Give the head that you know: without it rows missing at the end can't be
/// seen.
///
/// # Errors
/// If it can't be read.
pub fn verify<R: BufRead>(
    open: impl Fn() -> io::Result<R>,
    known: Option<Head>,
    auditor: Option<&Auditor>,
) -> io::Result<Result<Verified, Fault>> {
    let mut follower = Follower::new(known);
    let mut found = Verified::default();
    let (mut lines, mut place) = (Lines::new(open()?), 0_i64);
    while let Some(line) = lines.next()? {
        place += 1;
        let Some(row) = read(line) else {
            let sequence = place;
            return Ok(Err(Fault {
                sequence,
                what: What::Unreadable,
            }));
        };
        let continues = row.entry.previous_hash == follower.head().hash;
        let successor = match continues {
            true => Successor::Nowhere,
            false => elsewhere(open()?, &follower.head().hash, place)?,
        };
        if let Err(fault) = follower.take(&row.entry, |_| successor) {
            return Ok(Err(fault.into()));
        }
        if let Err(what) = found.look_at(&row, auditor) {
            let sequence = row.entry.sequence;
            return Ok(Err(Fault { sequence, what }));
        }
    }
    Ok(match follower.end() {
        Ok(head) => Ok(Verified { head, ..found }),
        Err(fault) => Err(fault.into()),
    })
}

impl From<chassis::chain::Fault> for Fault {
    fn from(fault: chassis::chain::Fault) -> Self {
        Self {
            sequence: fault.sequence,
            what: What::Chain(fault.kind),
        }
    }
}

impl Verified {
    /// What stands beside a row of a signed act.
    fn look_at(&mut self, row: &Row, auditor: Option<&Auditor>) -> Result<(), What> {
        let Some(act) = SignedAct::read(&row.entry.content) else {
            return Ok(());
        };
        self.acts += 1;
        let differs = |bytes: &Option<Vec<u8>>, said: &str| {
            bytes.as_ref().is_some_and(|bytes| hash(bytes) != said)
        };
        if differs(&row.signed_content, &act.content_sha256) {
            return Err(What::ContentDiffers);
        }
        if differs(&row.cms, &act.cms_sha256) {
            return Err(What::CmsDiffers);
        }
        let (Some(auditor), Some(cms), Some(content)) = (auditor, &row.cms, &row.signed_content)
        else {
            return Ok(());
        };
        let received = act.receive_time.parse();
        let received = received.map_err(|_| What::Unreadable)?;
        match auditor.check(cms, content, received) {
            Ok(_) => self.signatures += 1,
            Err(SignatureFault::Gost) => self.unchecked += 1,
            Err(fault) => return Err(What::Signature(fault)),
        }
        Ok(())
    }
}

/// Whether a row other than the one in this line continues this hash.
fn elsewhere<R: BufRead>(open: R, hash: &Hash, but: i64) -> io::Result<Successor> {
    let (mut lines, mut place) = (Lines::new(open), 0_i64);
    while let Some(line) = lines.next()? {
        place += 1;
        let continues = |row: Row| row.entry.previous_hash == *hash;
        if place != but && read(line).is_some_and(continues) {
            return Ok(Successor::Elsewhere);
        }
    }
    Ok(Successor::Nowhere)
}

fn read(line: &[u8]) -> Option<Row> {
    let line: Line<'_> = serde_json::from_slice(line).ok()?;
    let bytes = |text: &str| BASE64.decode(text).ok();
    let hash = |text: &str| Hash::try_from(bytes(text)?).ok();
    let maybe = |text: Option<Cow<'_, str>>| match text {
        Some(text) => bytes(&text).map(Some),
        None => Some(None),
    };
    Some(Row {
        entry: Entry {
            sequence: line.sequence,
            previous_hash: hash(&line.previous_hash)?,
            content: bytes(&line.content)?,
            hash: hash(&line.hash)?,
        },
        signed_content: maybe(line.signed_content)?,
        cms: maybe(line.cms)?,
    })
}

/// Lines that are not empty, one at a time.
struct Lines<R> {
    from: R,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn new(from: R) -> Self {
        Self {
            from,
            line: Vec::new(),
        }
    }

    /// A line that is too long is cut off, and so no row.
    fn next(&mut self) -> io::Result<Option<&[u8]>> {
        loop {
            self.line.clear();
            let mut limited = io::Read::take(&mut self.from, LONGEST_LINE);
            if limited.read_until(b'\n', &mut self.line)? == 0 {
                return Ok(None);
            }
            if !self.line.trim_ascii().is_empty() {
                return Ok(Some(self.line.trim_ascii()));
            }
        }
    }
}
