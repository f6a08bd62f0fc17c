//! What happens to which call: the first of each kind loses its answer, the second arrives twice, the first
//! roster and the first file break off. The same to every program, so that a report can be made again.

use std::collections::BTreeSet;

/// What happens to one call that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strike {
    /// It is done, and the connection breaks before the answer.
    Lost,
    /// It arrives twice, and who looks hears that it is under way.
    Twice,
}

/// What is still to come.
#[derive(Debug, Clone)]
pub struct Strikes {
    /// After so many lines the first roster breaks off; none where it does not.
    pub cut_after: Option<usize>,
    cuts_a_file: bool,
    is_calm: bool,
    /// To the suite's discredit: answers are wrong, to see that who tries a suite notices.
    pub lies: bool,
    done: BTreeSet<(&'static str, Strike)>,
}

impl Strikes {
    /// As on a bad day.
    pub fn all(cut_after: usize) -> Self {
        Self {
            cut_after: Some(cut_after),
            cuts_a_file: true,
            is_calm: false,
            lies: false,
            done: BTreeSet::new(),
        }
    }

    /// Nothing happens; but not everything that is answered is true.
    pub fn lies() -> Self {
        Self {
            cut_after: None,
            cuts_a_file: false,
            is_calm: true,
            lies: true,
            done: BTreeSet::new(),
        }
    }

    /// What happens to a new call of this RPC.
    pub fn next(&self, rpc: &'static str) -> Option<Strike> {
        let is_open = |it: &Strike| !self.done.contains(&(rpc, *it));
        let all = [Strike::Lost, Strike::Twice];
        all.into_iter().find(is_open).filter(|_| !self.is_calm)
    }

    /// Whether the file that is fetched now breaks off; the next one does not.
    pub fn cuts_a_file(&mut self) -> bool {
        std::mem::take(&mut self.cuts_a_file)
    }

    /// It happened; what is refused does not count.
    pub fn fell(&mut self, rpc: &'static str, strike: Strike) {
        self.done.insert((rpc, strike));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rpc_is_struck_in_each_way_once_whatever_comes_between() {
        let mut strikes = Strikes::all(3);
        assert_eq!(strikes.next("CheckIn"), Some(Strike::Lost));
        // That one was refused: the next is struck in its place.
        assert_eq!(strikes.next("CheckIn"), Some(Strike::Lost));
        strikes.fell("CheckIn", Strike::Lost);
        assert_eq!(strikes.next("ReportScores"), Some(Strike::Lost));
        assert_eq!(strikes.next("CheckIn"), Some(Strike::Twice));
        strikes.fell("CheckIn", Strike::Twice);
        assert_eq!(strikes.next("CheckIn"), None);
        assert_eq!(Strikes::lies().next("CheckIn"), None);
    }
}
