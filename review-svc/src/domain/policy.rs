//! By what a campaign is reviewed: data of the campaign, with a version.

use chassis::violation::Violations;
use sha2::{Digest, Sha256};

use super::decision::Decision;
use super::opinion::{Publication, SecondOpinion};

/// The policy of a campaign, or that of the settings as version 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewPolicy {
    pub version: u32,
    pub working_days: u32,
    pub claims_per_expert: u32,
    pub second_opinion_percent: u32,
    pub rejections: SecondOpinion,
    pub publication: Publication,
    pub near_due_hours: u32,
    pub escalate_after_hours: u32,
    pub section_marks: SectionMarks,
}

/// Whether every section must be marked before an application is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionMarks {
    Required,
    Optional,
}

impl ReviewPolicy {
    /// For campaigns that have none of their own.
    pub fn of_settings(working_days: u32) -> Self {
        Self {
            version: 0,
            working_days,
            claims_per_expert: 10,
            second_opinion_percent: 0,
            rejections: SecondOpinion::NotNeeded,
            publication: Publication::Immediate,
            near_due_hours: 24,
            escalate_after_hours: 24,
            section_marks: SectionMarks::Required,
        }
    }

    /// Whether another expert must look at it. The share is drawn by the name of the task: the same
    /// whenever it is asked, and nobody's to choose.
    pub fn second_opinion(&self, review_task: &str, decision: &Decision) -> SecondOpinion {
        let rejection = match decision {
            Decision::RequestCorrection { .. } => return SecondOpinion::NotNeeded,
            Decision::Reject { .. } => self.rejections,
            Decision::Accept => SecondOpinion::NotNeeded,
        };
        match rejection {
            SecondOpinion::NotNeeded if drawn(review_task) >= self.second_opinion_percent => {
                SecondOpinion::NotNeeded
            }
            _ => SecondOpinion::Needed,
        }
    }

    /// # Errors
    /// Every number out of its bounds, by the paths of UpdateReviewPolicy.
    pub fn check(&self) -> Result<(), Violations> {
        let mut wrong = Violations::new();
        for (field, value, least, most) in [
            ("working_days", self.working_days, 1, 60),
            ("claims_per_expert", self.claims_per_expert, 1, 100),
            (
                "second_opinion_percent",
                self.second_opinion_percent,
                0,
                100,
            ),
            ("near_due_hours", self.near_due_hours, 1, 240),
            ("escalate_after_hours", self.escalate_after_hours, 0, 720),
        ] {
            if !(least..=most).contains(&value) {
                wrong.add(format!("review_policy.{field}"), "OUT_OF_RANGE");
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}

/// 0 to 99, evenly over all names.
fn drawn(review_task: &str) -> u32 {
    let digest = Sha256::digest(review_task.as_bytes());
    let first = digest.iter().take(4);
    first.fold(0, |rest, byte| (rest * 256 + u32::from(*byte)) % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(percent: u32, rejections: SecondOpinion) -> ReviewPolicy {
        ReviewPolicy {
            second_opinion_percent: percent,
            rejections,
            ..ReviewPolicy::of_settings(3)
        }
    }

    fn reject() -> Decision {
        Decision::Reject { reasons: vec![] }
    }

    #[test]
    fn about_the_share_is_drawn_and_the_same_tasks_each_time() {
        let policy = of(20, SecondOpinion::NotNeeded);
        let drawn = |number: u32| {
            let name = format!("reviewTasks/{number}");
            policy.second_opinion(&name, &Decision::Accept) == SecondOpinion::Needed
        };
        let count = (0..2000).filter(|number| drawn(*number)).count();
        assert!((320..480).contains(&count), "{count}");
        assert!((0..2000).all(|number| drawn(number) == drawn(number)));
    }

    #[test]
    fn nothing_all_or_rejections_alone_can_be_asked_for() {
        for number in 0..200 {
            let name = format!("reviewTasks/{number}");
            let asked = |policy: ReviewPolicy, decision: &Decision| {
                policy.second_opinion(&name, decision) == SecondOpinion::Needed
            };
            assert!(!asked(of(0, SecondOpinion::NotNeeded), &reject()));
            assert!(asked(of(100, SecondOpinion::NotNeeded), &Decision::Accept));
            assert!(asked(of(0, SecondOpinion::Needed), &reject()));
            assert!(!asked(of(0, SecondOpinion::Needed), &Decision::Accept));
        }
    }

    #[test]
    fn every_number_out_of_its_bounds_is_told_at_once() {
        let wrong = ReviewPolicy {
            working_days: 0,
            claims_per_expert: 101,
            second_opinion_percent: 101,
            near_due_hours: 0,
            escalate_after_hours: 721,
            ..ReviewPolicy::of_settings(3)
        };
        let count = wrong.check().err().map(|wrong| wrong.iter().count());
        assert_eq!(count, Some(5));
        assert_eq!(ReviewPolicy::of_settings(3).check(), Ok(()));
    }
}
