//! The decision log: a row per decision, each bound to the one before by its hash. Whoever has the
//! rows can follow them, and see the first that was changed, dropped, moved or put in from elsewhere.

use chassis::clock::to_us;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::decision::{CorrectionItem, Decision};
use super::task::Decided;

pub type Hash = [u8; 32];

/// A row as it is kept and handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub sequence: i64,
    pub previous_hash: Hash,
    pub content: Vec<u8>,
    pub hash: Hash,
}

/// The end of a log: how many rows there are, and the hash of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    pub sequence: i64,
    pub hash: Hash,
}

/// The first row at which a log is not what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    pub sequence: i64,
    pub kind: FaultKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// The row is not the one that was hashed.
    Changed,
    /// The row is gone.
    Dropped,
    /// Another row stands here, and the one that belongs here stands elsewhere.
    Reordered,
    /// The row is whole and continues another log.
    Forked,
    /// The row is whole, and the decision itself says something else by now, or is gone.
    DecisionChanged,
}

/// Where a row with a given previous hash was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Successor {
    Elsewhere,
    Nowhere,
}

/// What a decision is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub review_task: &'a str,
    pub application: &'a str,
    pub submission: &'a str,
}

/// Fields in the order of the alphabet: the bytes are the same wherever they are made.
#[derive(Serialize)]
struct Content<'a> {
    application: &'a str,
    correction_due_time: Option<String>,
    decide_time: String,
    expert: &'a str,
    format: u8,
    items: Vec<Item<'a>>,
    outcome: &'a str,
    reasons: Vec<Reason<'a>>,
    review_task: &'a str,
    submission: &'a str,
}

#[derive(Serialize)]
struct Item<'a> {
    kind: &'a str,
    note_sha256: String,
    section: &'a str,
}

#[derive(Serialize)]
struct Reason<'a> {
    code: &'a str,
    note_sha256: String,
}

/// The canonical bytes of a decision. What an expert wrote about a person is in them as a hash only.
///
/// # Panics
/// Never: texts and numbers can always be written as JSON.
#[expect(clippy::expect_used, reason = "texts and numbers are always JSON")]
pub fn content(subject: Subject<'_>, decided: &Decided) -> Vec<u8> {
    let mut content = Content {
        application: subject.application,
        correction_due_time: None,
        decide_time: instant(decided.decide_time),
        expert: &decided.expert,
        format: 1,
        items: Vec::new(),
        outcome: decided.decision.outcome(),
        reasons: Vec::new(),
        review_task: subject.review_task,
        submission: subject.submission,
    };
    match &decided.decision {
        Decision::Accept => {}
        Decision::Reject { reasons } => {
            let reasons = reasons.iter().map(|reason| Reason {
                code: &reason.code,
                note_sha256: hashed_note(&reason.note),
            });
            content.reasons = reasons.collect();
        }
        Decision::RequestCorrection {
            items,
            correction_due_time,
        } => {
            content.items = items.iter().map(item).collect();
            content.correction_due_time = Some(instant(*correction_due_time));
        }
    }
    serde_json::to_vec(&content).expect("a decision is JSON")
}

impl Entry {
    /// The row that continues a log.
    pub fn after(head: Head, content: Vec<u8>) -> Self {
        let sequence = head.sequence + 1;
        Self {
            sequence,
            previous_hash: head.hash,
            hash: hash(sequence, &head.hash, &content),
            content,
        }
    }

    pub fn head(&self) -> Head {
        Head {
            sequence: self.sequence,
            hash: self.hash,
        }
    }

    fn is_whole(&self) -> bool {
        self.hash == hash(self.sequence, &self.previous_hash, &self.content)
    }
}

impl Head {
    /// Goes on by one row. `successor` tells where else a row stands that continues this head; it
    /// is asked only where this row does not.
    ///
    /// # Errors
    /// The fault at this place.
    pub fn follow(
        self,
        entry: &Entry,
        successor: impl FnOnce(&Hash) -> Successor,
    ) -> Result<Self, Fault> {
        let sequence = self.sequence + 1;
        let fault = |kind| Err(Fault { sequence, kind });
        if entry.sequence == sequence && entry.previous_hash == self.hash {
            return match entry.is_whole() {
                true => Ok(entry.head()),
                false => fault(FaultKind::Changed),
            };
        }
        // A second row for a place that the log has passed.
        if entry.sequence < sequence {
            return Err(Fault {
                sequence: entry.sequence,
                kind: FaultKind::Forked,
            });
        }
        if successor(&self.hash) == Successor::Elsewhere {
            return fault(FaultKind::Reordered);
        }
        match entry.sequence == sequence {
            true if entry.is_whole() => fault(FaultKind::Forked),
            true => fault(FaultKind::Changed),
            false => fault(FaultKind::Dropped),
        }
    }

    /// Whether a log that was followed this far is all there is.
    ///
    /// # Errors
    /// The fault at the end: rows that are gone, or another log under the same number of rows.
    pub fn must_be(self, known: Head) -> Result<(), Fault> {
        if self == known {
            return Ok(());
        }
        let kind = match self.sequence < known.sequence {
            true => FaultKind::Dropped,
            false => FaultKind::Forked,
        };
        let sequence = match kind {
            FaultKind::Dropped => self.sequence + 1,
            _ => known.sequence,
        };
        Err(Fault { sequence, kind })
    }
}

/// Follows an exported log from its first row. Give the head that you know, from an earlier
/// verification or from the service: without it rows missing at the end can't be seen.
///
/// # Errors
/// The first fault.
pub fn verify(entries: &[Entry], known: Option<Head>) -> Result<Head, Fault> {
    let mut head = Head::default();
    for (at, entry) in entries.iter().enumerate() {
        let successor = |hash: &Hash| {
            let continues =
                |(other, entry): (usize, &Entry)| other != at && entry.previous_hash == *hash;
            match entries.iter().enumerate().any(continues) {
                true => Successor::Elsewhere,
                false => Successor::Nowhere,
            }
        };
        head = head.follow(entry, successor)?;
        // A known head in the middle must be one of the rows, so that a rewritten past is seen.
        if let Some(known) = known.filter(|known| known.sequence == head.sequence) {
            head.must_be(known)?;
        }
    }
    match known {
        Some(known) if known.sequence > head.sequence => head.must_be(known).map(|()| head),
        _ => Ok(head),
    }
}

/// The hash of a row: its sequence as eight bytes, the hash before it, its content.
pub fn hash(sequence: i64, previous_hash: &Hash, content: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(sequence.to_be_bytes());
    hasher.update(previous_hash);
    hasher.update(content);
    hasher.finalize().into()
}

fn item(item: &CorrectionItem) -> Item<'_> {
    Item {
        kind: item.kind.code(),
        note_sha256: hashed_note(&item.note),
        section: &item.section,
    }
}

/// Empty where nothing was written.
fn hashed_note(note: &str) -> String {
    match note.is_empty() {
        true => String::new(),
        false => hex::encode(Sha256::digest(note.as_bytes())),
    }
}

/// In whole microseconds, as the databases keep it.
fn instant(time: Timestamp) -> String {
    chassis::clock::from_us(to_us(time)).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::decision::{CorrectionKind, Reason};
    use super::*;
    use proptest::prelude::*;

    const SUBJECT: Subject<'static> = Subject {
        review_task: "reviewTasks/t1",
        application: "campaigns/c/applications/a1",
        submission: "campaigns/c/applications/a1/submissions/1",
    };

    fn time() -> Timestamp {
        "2026-06-01T05:00:00.000001Z".parse().expect("an instant")
    }

    fn decided(decision: Decision) -> Decided {
        Decided {
            decision,
            expert: "accounts/e".into(),
            decide_time: time(),
        }
    }

    fn log(rows: usize) -> Vec<Entry> {
        let mut head = Head::default();
        let mut next = |at| {
            let entry = Entry::after(head, format!("row {at}").into_bytes());
            head = entry.head();
            entry
        };
        (1..=rows).map(&mut next).collect()
    }

    fn head_of(log: &[Entry]) -> Head {
        log.last().map_or(Head::default(), Entry::head)
    }

    fn fault(sequence: i64, kind: FaultKind) -> Result<Head, Fault> {
        Err(Fault { sequence, kind })
    }

    #[test]
    fn the_canonical_bytes_of_each_outcome_are_these() {
        let accepted = content(SUBJECT, &decided(Decision::Accept));
        assert_eq!(
            String::from_utf8_lossy(&accepted),
            r#"{"application":"campaigns/c/applications/a1","correction_due_time":null,"decide_time":"2026-06-01T05:00:00.000001Z","expert":"accounts/e","format":1,"items":[],"outcome":"ACCEPTED","reasons":[],"review_task":"reviewTasks/t1","submission":"campaigns/c/applications/a1/submissions/1"}"#
        );
        let reasons = vec![Reason {
            code: "OTHER".into(),
            note: "abc".into(),
        }];
        let rejected = content(SUBJECT, &decided(Decision::Reject { reasons }));
        let text = String::from_utf8_lossy(&rejected).into_owned();
        assert!(text.contains(
            r#""reasons":[{"code":"OTHER","note_sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}]"#
        ));
        assert!(!text.contains("abc"));
        let items = vec![CorrectionItem {
            section: "education".into(),
            kind: CorrectionKind::Outdated,
            note: String::new(),
        }];
        let asked = content(
            SUBJECT,
            &decided(Decision::RequestCorrection {
                items,
                correction_due_time: time(),
            }),
        );
        let text = String::from_utf8_lossy(&asked).into_owned();
        assert!(text.contains(
            r#""items":[{"kind":"OUTDATED","note_sha256":"","section":"education"}],"outcome":"CORRECTION_REQUESTED""#
        ));
    }

    #[test]
    fn the_hash_of_a_row_is_the_one_that_others_can_compute() {
        // printf '\0\0\0\0\0\0\0\1'; 32 zero bytes; printf 'row 1' | sha256sum
        assert_eq!(hex::encode(log(1)[0].hash), ROW_1);
    }

    const ROW_1: &str = "ea1622465f2af1284926983a4d02c0bc76cf1b4da0c402b31a48b2a0b34050a3";

    #[test]
    fn a_log_that_nobody_touched_is_followed_to_its_head() {
        for rows in [0, 1, 2, 20] {
            let log = log(rows);
            assert_eq!(verify(&log, Some(head_of(&log))), Ok(head_of(&log)));
            assert_eq!(verify(&log, None), Ok(head_of(&log)));
        }
    }

    #[test]
    fn a_changed_row_is_named() {
        for at in 0..5 {
            let mut changed = log(5);
            changed[at].content = b"other".to_vec();
            let place = changed[at].sequence;
            assert_eq!(verify(&changed, None), fault(place, FaultKind::Changed));
        }
    }

    #[test]
    fn a_changed_row_that_was_hashed_anew_is_found_at_the_row_that_does_not_continue_it() {
        let mut log = log(5);
        let known = head_of(&log);
        log[2] = Entry::after(log[1].head(), b"other".to_vec());
        assert_eq!(verify(&log, Some(known)), fault(4, FaultKind::Forked));
    }

    #[test]
    fn a_dropped_row_is_named_at_the_end_too_where_the_head_is_known() {
        for at in 0..4 {
            let mut dropped = log(5);
            dropped.remove(at);
            let place = i64::try_from(at).expect("small") + 1;
            assert_eq!(verify(&dropped, None), fault(place, FaultKind::Dropped));
        }
        let mut short = log(5);
        let known = head_of(&short);
        short.pop();
        assert_eq!(verify(&short, Some(known)), fault(5, FaultKind::Dropped));
        assert_eq!(verify(&[], Some(known)), fault(1, FaultKind::Dropped));
    }

    #[test]
    fn reordered_rows_are_named() {
        let mut swapped = log(5);
        swapped.swap(1, 3);
        assert_eq!(verify(&swapped, None), fault(2, FaultKind::Reordered));
        let mut renumbered = log(5);
        renumbered.swap(1, 2);
        (renumbered[1].sequence, renumbered[2].sequence) = (2, 3);
        assert_eq!(verify(&renumbered, None), fault(2, FaultKind::Reordered));
    }

    #[test]
    fn a_forked_log_is_named() {
        let mut doubled = log(5);
        let second = Entry::after(doubled[1].head(), b"other".to_vec());
        doubled.insert(3, second);
        assert_eq!(verify(&doubled, None), fault(3, FaultKind::Forked));

        // All that follows the branch is whole: only a head kept elsewhere can tell.
        let mut branched = log(3);
        let known = head_of(&log(5));
        branched.push(Entry::after(branched[2].head(), b"other".to_vec()));
        branched.push(Entry::after(branched[3].head(), b"row 5".to_vec()));
        assert_eq!(verify(&branched, Some(known)), fault(5, FaultKind::Forked));
        branched.push(Entry::after(branched[4].head(), b"row 6".to_vec()));
        assert_eq!(
            verify(&branched, Some(known)),
            fault(5, FaultKind::Forked),
            "a longer log can't hide it"
        );
    }

    proptest! {
        #[test]
        fn no_single_byte_can_be_changed_unseen(row in 0..8usize, part in 0..3usize, at in 0..5usize, by in 1..=255u8) {
            let mut log = log(8);
            let known = head_of(&log);
            match part {
                0 => log[row].content[at] ^= by,
                1 => log[row].hash[at] ^= by,
                _ => log[row].previous_hash[at] ^= by,
            }
            prop_assert!(verify(&log, Some(known)).is_err());
        }

        #[test]
        fn no_other_order_and_no_part_of_a_log_is_a_log(order in Just((0..8usize).collect::<Vec<_>>()).prop_shuffle(), rows in 0..=8usize) {
            let whole = log(8);
            let shuffled: Vec<_> = order.iter().take(rows).map(|at| whole[*at].clone()).collect();
            let is_whole = shuffled == whole;
            prop_assert_eq!(verify(&shuffled, Some(head_of(&whole))).is_ok(), is_whole);
        }
    }
}
