//! What a campaign manager or the decider wants to be decided, read and checked as a whole.

use chassis::error::Result;
use chassis::violation::Violations;
use jiff::Timestamp;
use proto::questionnaire::v1::DecisionReason;
use proto::review::v1 as pb;
use proto::review::v1::decision::Outcome;

use crate::Context;
use crate::domain::decision::{CorrectionItem, Decision, Reason};
use crate::rpc::review_tasks::{correction, from_pb};
use crate::store::task::Kept;

/// The outcome with what belongs to it.
pub struct Wanted {
    outcome: Option<Outcome>,
    reasons: Vec<Reason>,
    items: Vec<CorrectionItem>,
}

impl Wanted {
    /// What is wrong with it by itself is noted.
    pub fn parse(
        ctx: &Context,
        violations: &mut Violations,
        outcome: i32,
        reasons: &[DecisionReason],
        items: &[pb::CorrectionItem],
    ) -> Self {
        let outcome = match Outcome::try_from(outcome) {
            Ok(Outcome::Unspecified) => Err("REQUIRED"),
            Ok(outcome) => Ok(outcome),
            Err(_) => Err("UNKNOWN_VALUE"),
        };
        let outcome = violations.take("outcome", outcome);
        if outcome != Some(Outcome::Rejected) && !reasons.is_empty() {
            violations.add("reasons", "NOT_OF_THIS_OUTCOME");
        }
        if outcome != Some(Outcome::CorrectionRequested) && !items.is_empty() {
            violations.add("items", "NOT_OF_THIS_OUTCOME");
        }
        let wanted = Self {
            outcome,
            reasons: from_pb::reasons(reasons),
            items: from_pb::items(violations, items),
        };
        if outcome == Some(Outcome::Rejected)
            && let Err(wrong) = Decision::reject(wanted.reasons.clone(), ctx.reasons)
        {
            violations.extend(wrong);
        }
        wanted
    }

    /// The decision. What a correction needs to know of others is asked here, before a transaction.
    pub async fn decision(
        self,
        ctx: &Context,
        mut violations: Violations,
        kept: &Kept,
        now: Timestamp,
    ) -> Result<Decision> {
        let decision = match self.outcome {
            Some(Outcome::Rejected) => Decision::Reject {
                reasons: self.reasons,
            },
            Some(Outcome::CorrectionRequested) => {
                let sections = correction::correctable(ctx, kept).await?;
                let due_time = correction::due_time(ctx, kept, now).await?;
                match Decision::request_correction(self.items, &sections, due_time) {
                    Ok(decision) => decision,
                    Err(wrong) => {
                        violations.extend(wrong);
                        return Err(violations.into());
                    }
                }
            }
            // Without an outcome there is a violation.
            _ => Decision::Accept,
        };
        violations.into_result()?;
        Ok(decision)
    }
}
