//! What people call: one folder per gRPC service, one file per RPC.

pub mod audit_records;
pub mod bulk_reviews;
pub mod decision_log_entries;
pub mod enquiries;
pub mod pending_decisions;
pub mod public_answers;
pub mod reason_codes;
pub mod review_policies;
pub mod review_queues;
pub mod review_tasks;
pub mod saved_filters;
pub mod section_verdicts;
pub mod statistics;
pub mod work_calendars;

use chassis::caller::Caller;
use chassis::error::Result;
use chassis::once::{self, Once};
use prost::Message;

use crate::Context;
use crate::domain::labels::Labels;

/// The answer that this request got before: a repeat must not depend on what others say by now.
async fn answered<Q: Message, R: Message + Default>(
    ctx: &Context,
    caller: &Caller,
    action: &'static str,
    request_id: &str,
    pb: &Q,
) -> Result<Option<R>> {
    match once::begin(&ctx.db, &ctx.clock, caller, action, request_id, pb).await? {
        Once::Answered(answer) => Ok(Some(answer)),
        // Undone when dropped: the calls to others come first.
        Once::Begun(_) => Ok(None),
    }
}

/// The name of a campaign; what is wrong with it is noted.
fn campaign(violations: &mut chassis::violation::Violations, field: &str, name: &str) {
    if chassis::name::capture::<1>("campaigns/*", name).is_none() {
        violations.add(field, "INVALID_NAME");
    }
}

fn localized(labels: &Labels) -> proto::wire::v1::LocalizedText {
    proto::wire::v1::LocalizedText {
        kk: labels.kk.clone(),
        ru: labels.ru.clone(),
        en: labels.en.clone(),
    }
}
