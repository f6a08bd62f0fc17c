//! A log as somebody was given it: a row of JSON per line, verified without the service that wrote it.
//!
//! Any chained log of the suite (`chassis::chain`) is read: each line has `sequence`, `previousHash`,
//! `content` and `hash` as its list call answers them. Where rows are of signed acts, an export has what was
//! signed (`signedContent`) and the signature (`cms`) beside those that its reader may see: then their hashes
//! are held against the row, and, with the certificates of an authority, the signature against both, for the
//! time when it was taken. Memory holds some rows, however long the log is, and all cores look at them.
//!
//! | room | what is in it |
//! |---|---|
//! | [`lines`], [`row`] | lines, some at a time; a line read as a row |
//! | [`cores`] | the same done to many |

mod cores;
mod lines;
mod row;

use std::fmt;
use std::io::{self, BufRead};

use chassis::chain::{Entry, FaultKind, Follower, Hash, Head, Successor};
use chassis::signed_act::SignedAct;

use crate::domain::signature::Fault as SignatureFault;
use crate::secrets::hash;
use crate::signature::Auditor;
use lines::Lines;
use row::{Row, read};

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

/// What a row by itself is.
enum Beside {
    NoAct,
    /// A signed act, of which there is nothing or not all to check.
    Act,
    Signed,
    Unchecked,
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
    loop {
        let some = lines.next()?;
        if some.is_empty() {
            break;
        }
        // What a row by itself is costs the time: who it follows is asked in their order.
        let looked = cores::each(&some, |line| {
            let row = read(line)?;
            let beside = beside(&row, auditor);
            Some((row.entry, beside))
        });
        for one in looked {
            place += 1;
            let Some((entry, beside)) = one else {
                return Ok(Err(Fault {
                    sequence: place,
                    what: What::Unreadable,
                }));
            };
            let successor = successor(&open, &follower, &entry, place)?;
            if let Err(fault) = follower.take(&entry, |_| successor) {
                return Ok(Err(fault.into()));
            }
            if let Err(what) = beside.map(|beside| found.count(&beside)) {
                let sequence = entry.sequence;
                return Ok(Err(Fault { sequence, what }));
            }
        }
    }
    Ok(match follower.end() {
        Ok(head) => Ok(Verified { head, ..found }),
        Err(fault) => Err(fault.into()),
    })
}

/// What stands beside a row of a signed act, held against it.
fn beside(row: &Row, auditor: Option<&Auditor>) -> Result<Beside, What> {
    let Some(act) = SignedAct::read(&row.entry.content) else {
        return Ok(Beside::NoAct);
    };
    let differs = |bytes: &Option<Vec<u8>>, said: &str| {
        bytes.as_ref().is_some_and(|bytes| hash(bytes) != said)
    };
    if differs(&row.signed_content, &act.content_sha256) {
        return Err(What::ContentDiffers);
    }
    if differs(&row.cms, &act.cms_sha256) {
        return Err(What::CmsDiffers);
    }
    let (Some(auditor), Some(cms), Some(content)) = (auditor, &row.cms, &row.signed_content) else {
        return Ok(Beside::Act);
    };
    let received = act.receive_time.parse();
    let received = received.map_err(|_| What::Unreadable)?;
    match auditor.check(cms, content, received) {
        Ok(_) => Ok(Beside::Signed),
        Err(SignatureFault::Gost) => Ok(Beside::Unchecked),
        Err(fault) => Err(What::Signature(fault)),
    }
}

impl Verified {
    /// Rows of signed acts with no signature that could be checked beside them.
    pub fn without(&self) -> u64 {
        self.acts - self.signatures - self.unchecked
    }

    fn count(&mut self, beside: &Beside) {
        match beside {
            Beside::NoAct => return,
            Beside::Act => {}
            Beside::Signed => self.signatures += 1,
            Beside::Unchecked => self.unchecked += 1,
        }
        self.acts += 1;
    }
}

/// Where else a row continues the head, asked only where this one does not.
fn successor<R: BufRead>(
    open: impl Fn() -> io::Result<R>,
    follower: &Follower,
    entry: &Entry,
    place: i64,
) -> io::Result<Successor> {
    let hash = follower.head().hash;
    match entry.previous_hash == hash {
        true => Ok(Successor::Nowhere),
        false => elsewhere(open()?, &hash, place),
    }
}

/// Whether a row other than the one in this line continues this hash.
fn elsewhere<R: BufRead>(open: R, hash: &Hash, but: i64) -> io::Result<Successor> {
    let (mut lines, mut place) = (Lines::new(open), 0_i64);
    loop {
        let some = lines.next()?;
        if some.is_empty() {
            return Ok(Successor::Nowhere);
        }
        for line in some {
            place += 1;
            let continues = |row: Row| row.entry.previous_hash == *hash;
            if place != but && read(&line).is_some_and(continues) {
                return Ok(Successor::Elsewhere);
            }
        }
    }
}

impl From<chassis::chain::Fault> for Fault {
    fn from(fault: chassis::chain::Fault) -> Self {
        Self {
            sequence: fault.sequence,
            what: What::Chain(fault.kind),
        }
    }
}

/// `row 3 was changed`.
impl fmt::Display for Fault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sequence = self.sequence;
        let why = match self.what {
            What::Unreadable => return write!(to, "line {sequence} is no row of a log"),
            What::Chain(FaultKind::Changed) => "was changed",
            What::Chain(FaultKind::Dropped) => "is gone",
            What::Chain(FaultKind::Reordered) => "stands elsewhere",
            What::Chain(FaultKind::Forked) => "is of another log, or of another past of this one",
            What::Chain(FaultKind::SubjectChanged) => "says something else than what it tells of",
            What::ContentDiffers => "was made for other content than what is beside it",
            What::CmsDiffers => "was made for another signature than the one beside it",
            What::Signature(fault) => {
                let reason = fault.reason();
                return write!(
                    to,
                    "row {sequence} has a signature that is not good: {reason}"
                );
            }
        };
        write!(to, "row {sequence} {why}")
    }
}
