//! Who goes on, computed by the season itself from the scores it handed in: what the suite says is
//! held against it.

use std::collections::BTreeMap;

/// How many go on among those who compete with each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A share of each direction, rounded up; who equals the last one goes on too.
    ShareOfDirection {
        numerator: usize,
        denominator: usize,
    },
    /// Everybody with this score or a better one.
    Threshold(u32),
    /// Places by direction, no more; equal scores are decided by those of before, then by choice.
    Places(BTreeMap<String, usize>),
}

/// A candidate with a score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub candidate: String,
    pub direction: String,
    pub score: u32,
}

/// The cut among those who compete with each other; the direction is empty where that is everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    pub direction: String,
    pub competitors: usize,
    /// The least score that goes on, where there is one; a threshold is one even for nobody.
    pub score: Option<u32>,
    pub advancing: usize,
}

/// The cuts by direction.
pub fn cuts(rule: &Rule, entries: &[Entry]) -> Vec<Cut> {
    let mut groups: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for entry in entries {
        let direction = match rule {
            Rule::Threshold(_) => String::new(),
            _ => entry.direction.clone(),
        };
        groups.entry(direction).or_default().push(entry.score);
    }
    let cut = |(direction, mut scores): (String, Vec<u32>)| {
        scores.sort_unstable_by(|one, two| two.cmp(one));
        let advancing = advancing(rule, &direction, &scores);
        Cut {
            competitors: scores.len(),
            score: match rule {
                Rule::Threshold(least) => Some(*least),
                _ => advancing.checked_sub(1).map(|last| scores[last]),
            },
            direction,
            advancing,
        }
    };
    groups.into_iter().map(cut).collect()
}

/// How many of the scores, best first, go on.
fn advancing(rule: &Rule, direction: &str, scores: &[u32]) -> usize {
    match rule {
        Rule::ShareOfDirection {
            numerator,
            denominator,
        } => {
            let places = (scores.len() * numerator).div_ceil(*denominator);
            let Some(last) = places.checked_sub(1) else {
                return 0;
            };
            scores
                .iter()
                .filter(|score| **score >= scores[last])
                .count()
        }
        Rule::Threshold(least) => scores.iter().filter(|score| *score >= least).count(),
        Rule::Places(places) => {
            let places = places.get(direction).copied().unwrap_or_default();
            places.min(scores.len())
        }
    }
}

/// So many places over the directions, the first ones get what is over.
pub fn quotas(places: usize, directions: &[&str]) -> BTreeMap<String, usize> {
    let (each, over) = (places / directions.len(), places % directions.len());
    let quota =
        |(at, direction): (usize, &&str)| ((*direction).to_owned(), each + usize::from(at < over));
    directions.iter().enumerate().map(quota).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(scores: &[(&str, u32)]) -> Vec<Entry> {
        let entry = |(at, (direction, score)): (usize, &(&str, u32))| Entry {
            candidate: at.to_string(),
            direction: (*direction).to_owned(),
            score: *score,
        };
        scores.iter().enumerate().map(entry).collect()
    }

    #[test]
    fn a_share_is_rounded_up_and_takes_in_equals() {
        let half = Rule::ShareOfDirection {
            numerator: 1,
            denominator: 2,
        };
        let all = entries(&[("A", 90), ("A", 80), ("A", 80), ("B", 10)]);
        let told: Vec<_> = cuts(&half, &all)
            .into_iter()
            .map(|cut| (cut.direction, cut.competitors, cut.score, cut.advancing))
            .collect();
        let expected = [
            ("A".to_owned(), 3, Some(80), 3),
            ("B".to_owned(), 1, Some(10), 1),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn places_are_no_more_than_there_are() {
        let rule = Rule::Places(quotas(3, &["A", "B"]));
        let told = cuts(&rule, &entries(&[("A", 9), ("A", 8), ("A", 8), ("B", 7)]));
        assert_eq!((told[0].advancing, told[1].advancing), (2, 1));
        let nobody = cuts(&Rule::Threshold(50), &entries(&[("A", 49)]));
        assert_eq!((nobody[0].advancing, nobody[0].score), (0, Some(50)));
    }
}
