//! The notes of a decision: events carry codes only, so what an expert wrote is read from the task.

use chassis::{Error, Result};
use proto::review::v1::review_tasks_client::ReviewTasksClient;
use proto::review::v1::{Decision, GetReviewTaskRequest};
use tonic::Code;

use crate::Context;

/// The notes by section of a correction, or by code of a rejection.
#[derive(Default)]
pub struct Notes(Vec<(String, String)>);

impl Notes {
    /// Empty where the expert wrote none.
    pub fn of(&self, key: &str) -> String {
        let found = self.0.iter().find(|(of, _)| of == key);
        found.map(|(_, note)| note.clone()).unwrap_or_default()
    }
}

pub async fn notes(ctx: &Context, task: &str) -> Result<Notes> {
    let request = GetReviewTaskRequest {
        name: task.to_owned(),
    };
    match ReviewTasksClient::new(ctx.review_svc.clone())
        .get_review_task(request)
        .await
    {
        Ok(answer) => Ok(read(answer.into_inner().decision.unwrap_or_default())),
        // The decision stands without its notes; waiting for them would keep it from its owner.
        Err(status) if matches!(status.code(), Code::PermissionDenied | Code::NotFound) => {
            tracing::warn!(task, code = ?status.code(), "the notes of a decision can't be read");
            Ok(Notes::default())
        }
        Err(status) => Err(Error::Unavailable(anyhow::anyhow!(
            "review-svc: {:?}",
            status.code()
        ))),
    }
}

fn read(decision: Decision) -> Notes {
    let items = decision
        .items
        .into_iter()
        .map(|item| (item.section, item.note));
    let reasons = decision
        .reasons
        .into_iter()
        .map(|reason| (reason.code, reason.note));
    Notes(items.chain(reasons).collect())
}
