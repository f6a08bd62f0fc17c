//! A log that only grows, each row bound to the one before by its hash. Whoever has the rows can follow
//! them, and see the first that was changed, dropped, moved or put in from elsewhere.
//!
//! A follower keeps one head, whatever the length of the log. Which log it is and what its rows say is its
//! service's affair; how they are hashed is the same for all, so that one program verifies every export.
//! [`Log`] keeps one in a database.

mod log;

pub use log::Log;
use ring::digest::{Context, SHA256};

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
    /// The row is whole, and what it tells of says something else by now, or is gone.
    SubjectChanged,
}

/// Where a row with a given previous hash was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Successor {
    Elsewhere,
    Nowhere,
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

/// Follows the rows of an export, one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Follower {
    head: Head,
    known: Option<Head>,
}

impl Follower {
    /// Give the head that you know, from an earlier verification or from the service: without it rows
    /// missing at the end can't be seen.
    pub fn new(known: Option<Head>) -> Self {
        Self {
            head: Head::default(),
            known,
        }
    }

    pub fn head(&self) -> Head {
        self.head
    }

    /// Takes the next row. `successor` is asked as by [`Head::follow`].
    ///
    /// # Errors
    /// The fault at this place.
    pub fn take(
        &mut self,
        entry: &Entry,
        successor: impl FnOnce(&Hash) -> Successor,
    ) -> Result<(), Fault> {
        self.head = self.head.follow(entry, successor)?;
        // A known head in the middle must be one of the rows, so that a rewritten past is seen.
        match self.known {
            Some(known) if known.sequence == self.head.sequence => self.head.must_be(known),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// The fault at the end, where the known head lies behind it.
    pub fn end(self) -> Result<Head, Fault> {
        match self.known {
            Some(known) if known.sequence > self.head.sequence => {
                self.head.must_be(known).map(|()| self.head)
            }
            _ => Ok(self.head),
        }
    }
}

/// Follows rows that are all at hand; [`Follower`] tells about `known`.
///
/// # Errors
/// The first fault.
pub fn verify(entries: &[Entry], known: Option<Head>) -> Result<Head, Fault> {
    let mut follower = Follower::new(known);
    for (at, entry) in entries.iter().enumerate() {
        let successor = |hash: &Hash| {
            let continues =
                |(other, entry): (usize, &Entry)| other != at && entry.previous_hash == *hash;
            match entries.iter().enumerate().any(continues) {
                true => Successor::Elsewhere,
                false => Successor::Nowhere,
            }
        };
        follower.take(entry, successor)?;
    }
    follower.end()
}

/// The hash of a row: its sequence as eight bytes, the hash before it, its content.
pub fn hash(sequence: i64, previous_hash: &Hash, content: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&sequence.to_be_bytes());
    context.update(previous_hash);
    context.update(content);
    let mut hash = Hash::default();
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
