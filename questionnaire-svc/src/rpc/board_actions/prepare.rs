//! Checks an act as if it were done now, and answers with what is to be signed.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::{Violation, Violations};
use chassis::{Error, Result, canonical};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::{asked, effect, message};
use crate::Context;
use crate::domain::board_action::{BoardAction, Content, State, TERM};
use crate::store::{board_action, board_log};

pub async fn prepare(
    ctx: &Context,
    request: Request<pb::PrepareBoardActionRequest>,
) -> Result<pb::BoardAction> {
    let caller = Caller::of(&request);
    let bin = caller.signatory()?.organisation;
    let pb = request.into_inner();
    let Some(action) = &pb.action else {
        return Err(Violations::one("action", "REQUIRED").into());
    };
    let now = ctx.clock.now();
    let mut violations = Violations::new();
    let of = asked::read(ctx, &mut violations, bin, action).await?;
    // What is wrong with rows of a bulk is told together with what is wrong with what they name, which is
    // found when it is tried.
    if !of.act.is_bulk() {
        violations.extend(asked::judge(ctx, ctx.db.read(), (&of.object, &of.act), now).await?);
        violations.into_result()?;
        violations = Violations::new();
    }

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "PrepareBoardAction",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(action) => return Ok(action),
        Once::Begun(write) => write,
    };
    let id = ctx.ids.uuid().to_string();
    let content = Content::new(format!("boardActions/{id}"), bin, now, of);
    let kept = BoardAction {
        id,
        bin,
        action: content.act.as_str().into(),
        object: content.object.clone(),
        content: canonical::to_bytes(&content).map_err(|e| Error::Internal(e.into()))?,
        prepare_time: content.prepare_time,
        expire_time: content.prepare_time + TERM,
        state: State::Prepared,
    };
    let tx = write.tx();
    board_log::lock(tx).await?;
    board_action::insert(tx, &kept, &caller.key()).await?;
    board_action::begin_trial(tx).await?;
    let tried = effect::apply(ctx, tx, bin, &content, now).await;
    all_at_once(violations, tried)?;
    board_action::end_trial(tx).await?;
    let warnings = asked::warnings(ctx, tx, &content.act, now).await?;
    let prepared = pb::BoardAction {
        warnings,
        ..message::of(&kept, now)
    };
    write.commit(prepared).await
}

/// What could not be read comes before what was found wrong with the rest, and before a refusal of it.
fn all_at_once(mut read: Violations, tried: Result<()>) -> Result<()> {
    if read.is_empty() {
        return tried;
    }
    if let Err(Error::Invalid(found)) = tried {
        // A field that could not be read stands for nothing that could be wrong in another way too.
        let is_new = |one: &Violation| read.iter().all(|told| told.field != one.field);
        let more: Vec<_> = found.into_iter().filter(is_new).collect();
        more.into_iter().for_each(|one| read.push(one));
    }
    read.into_result()
}
