//! What people call: one folder per gRPC service, one file per RPC.

pub mod decision_log_entries;
pub mod reason_codes;
pub mod review_tasks;
pub mod work_calendars;

use crate::domain::labels::Labels;

fn localized(labels: &Labels) -> proto::wire::v1::LocalizedText {
    proto::wire::v1::LocalizedText {
        kk: labels.kk.clone(),
        ru: labels.ru.clone(),
        en: labels.en.clone(),
    }
}
