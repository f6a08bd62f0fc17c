//! The rules that a partner's program is held to.

use std::collections::BTreeMap;

use super::super::report::Report;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    Id,
    OneContent,
    Lost,
    UnderWay,
    Resume,
    FileAnew,
    Order,
    Refused,
    NoPerson,
    Everybody,
    Ended,
}

impl Rule {
    pub const ALL: [Self; 11] = [
        Self::Id,
        Self::OneContent,
        Self::Lost,
        Self::UnderWay,
        Self::Resume,
        Self::FileAnew,
        Self::Order,
        Self::Refused,
        Self::NoPerson,
        Self::Everybody,
        Self::Ended,
    ];

    pub fn text(self) -> &'static str {
        match self {
            Self::Id => "every call that changes something has a request id",
            Self::OneContent => "a request id stands for one content",
            Self::Lost => "a call without an answer is sent again under its id",
            Self::UnderWay => "a call that is under way is asked again under its id",
            Self::Resume => "a roster that broke off goes on after the last line that arrived",
            Self::FileAnew => "a file that broke off is fetched anew",
            Self::Order => {
                "things are told in their order: here, began, happened, scored; reserved, redeemed, reported"
            }
            Self::Refused => "nothing is sent that has to be refused",
            Self::NoPerson => "there is no number of a person in what people type",
            Self::Everybody => "everybody of the roster has a score or was absent",
            Self::Ended => "a redemption ends: with a result, or taken back",
        }
    }
}

/// How often each rule came up, and what went against it.
#[derive(Debug, Clone, Default)]
pub struct Tally(BTreeMap<Rule, (usize, Vec<String>)>);

impl Tally {
    pub fn came_up(&mut self, rule: Rule) {
        self.0.entry(rule).or_default().0 += 1;
    }

    pub fn broken(&mut self, rule: Rule, how: String) {
        self.0.entry(rule).or_default().1.push(how);
    }

    pub fn report(&self) -> Report {
        let mut report = Report::default();
        for rule in Rule::ALL {
            let (times, broken) = self.0.get(&rule).cloned().unwrap_or_default();
            match (times, broken.as_slice()) {
                (0, []) => report.skipped(rule.text(), "it did not come up"),
                (times, []) => {
                    let sent = format!("it came up {times} times");
                    report.holds(rule.text(), &sent, "nothing against it".into(), true);
                }
                (times, broken) => {
                    let sent = format!("it came up {} times", times.max(broken.len()));
                    report.holds(rule.text(), &sent, broken.join("; "), false);
                }
            }
        }
        report
    }
}
