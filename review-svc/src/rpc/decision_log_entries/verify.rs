//! VerifyDecisionLog: from the first row to the head of this moment, each against its decision.

use chassis::error::Result;
use proto::review::v1 as pb;

use crate::Context;
use crate::domain::decision_log::{Fault, FaultKind, Head, Successor};
use crate::store::decision_log::{self, Logged};

/// How many rows are read at once.
const BATCH: u64 = 500;

pub async fn verify(ctx: &Context) -> Result<pb::VerifyDecisionLogResponse> {
    // What is appended meanwhile stands after this head.
    let known = decision_log::head(ctx.db.read()).await?;
    let mut head = Head::default();
    loop {
        let (after, until) = (head.sequence, known.sequence);
        let rows = decision_log::list(ctx.db.read(), after, until, BATCH).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            match follow(ctx, head, row).await? {
                Ok(next) => head = next,
                Err(fault) => return Ok(answer(head, Some(fault))),
            }
        }
    }
    if let Err(fault) = head.must_be(known) {
        return Ok(answer(head, Some(fault)));
    }
    // A log cut off together with its head still leaves the decisions that it told of.
    let cut_off = decision_log::lacks_a_decision(ctx.db.read()).await?;
    let fault = cut_off.then_some(Fault {
        sequence: head.sequence + 1,
        kind: FaultKind::Dropped,
    });
    Ok(answer(head, fault))
}

async fn follow(ctx: &Context, head: Head, row: &Logged) -> Result<Result<Head, Fault>> {
    let continues = row.entry.previous_hash == head.hash;
    let elsewhere = match continues {
        true => false,
        false => decision_log::is_continued(ctx.db.read(), &head.hash, row.entry.sequence).await?,
    };
    let successor = match elsewhere {
        true => Successor::Elsewhere,
        false => Successor::Nowhere,
    };
    let followed = head.follow(&row.entry, |_| successor);
    Ok(followed.and_then(|next| match &row.kept_content {
        Some(content) if *content == row.entry.content => Ok(next),
        _ => Err(Fault {
            sequence: next.sequence,
            kind: FaultKind::SubjectChanged,
        }),
    }))
}

fn answer(head: Head, fault: Option<Fault>) -> pb::VerifyDecisionLogResponse {
    use pb::decision_log_fault::Kind;
    let fault = fault.map(|fault| {
        let kind = match fault.kind {
            FaultKind::Changed => Kind::Changed,
            FaultKind::Dropped => Kind::Dropped,
            FaultKind::Reordered => Kind::Reordered,
            FaultKind::Forked => Kind::Forked,
            FaultKind::SubjectChanged => Kind::DecisionChanged,
        };
        tracing::error!(
            sequence = fault.sequence,
            kind = kind.as_str_name(),
            "the decision log is not what it was"
        );
        pb::DecisionLogFault {
            sequence: fault.sequence,
            kind: kind.into(),
        }
    });
    pb::VerifyDecisionLogResponse {
        intact_count: head.sequence,
        intact_hash: head.hash.to_vec().into(),
        fault,
    }
}
