//! Does what was prepared, once its content was signed with a good key of the organisation.

use chassis::caller::Caller;
use chassis::clock::{from_us, to_us};
use chassis::once::{self, Once};
use chassis::signed_act::SignedAct;
use chassis::violation::Violations;
use chassis::{Error, Result, audit, canonical};
use proto::questionnaire::v1 as pb;
use sha2::{Digest, Sha256};
use tonic::Request;

use super::{effect, message};
use crate::Context;
use crate::clients::signatures::{self, Taken};
use crate::domain::board_action::{BoardAction, Content, Signable, Signed, State};
use crate::rpc::name;
use crate::store::{board_action, board_log};

/// A signature with its certificates takes a few KiB.
const LARGEST_CMS: usize = 64 * 1024;

pub async fn sign(
    ctx: &Context,
    request: Request<pb::SignBoardActionRequest>,
) -> Result<pb::BoardAction> {
    let caller = Caller::of(&request);
    let bin = caller.signatory()?.organisation;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = name::id_of("boardActions/*", &pb.name).ok_or(name::reason(&pb.name));
    let id = violations.take("name", id).unwrap_or_default();
    if pb.cms.is_empty() {
        violations.add("cms", "REQUIRED");
    } else if pb.cms.len() > LARGEST_CMS {
        violations.add_with("cms", "TOO_LONG", [("max", LARGEST_CMS.to_string())]);
    }
    violations.into_result()?;

    let not_found = || Error::NotFound(pb.name.clone());
    let own = |action: &BoardAction| action.bin == bin;
    let found = board_action::find(ctx.db.read(), id).await?;
    let seen = found.filter(own).ok_or_else(not_found)?;
    let cms_sha256 = Sha256::digest(&pb.cms).to_vec();
    if seen.signable(&cms_sha256, ctx.clock.now())? == Signable::DoneByIt {
        return Ok(message::of(&seen, ctx.clock.now()));
    }
    // What is prepared never changes, so it is read once.
    let content = content(&seen)?;
    // Before the transaction: a slow neighbour holds no locks of ours.
    let taken = signatures::create(ctx, &seen, &content.act, &pb.cms).await?;

    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "SignBoardAction",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(action) => return Ok(action),
        Once::Begun(write) => write,
    };
    let now = from_us(to_us(ctx.clock.now()));
    let tx = write.tx();
    let head = board_log::lock(tx).await?;
    let found = board_action::lock(tx, id).await?;
    let mut action = found.filter(own).ok_or_else(not_found)?;
    // The same signature twice at once: the second finds what the first did.
    if action.signable(&cms_sha256, now)? == Signable::DoneByIt {
        return write.commit(message::of(&action, now)).await;
    }
    effect::apply(ctx, tx, bin, &content, now).await?;
    let row = logged(&action, &taken, &cms_sha256)?;
    let signed = Signed {
        signature: taken.name,
        cms_sha256,
        sign_time: now,
    };
    if !board_action::done(tx, id, &signed).await? {
        return Err(Error::InFlight);
    }
    board_log::append(tx, head, row, id).await?;
    let (name, act) = (action.name(), action.action.clone());
    audit::record(tx, &ctx.clock, &caller, "SignBoardAction", &name, &act).await?;
    action.state = State::Done(signed);
    write.commit(message::of(&action, now)).await
}

/// What stands in the signed bytes: it is done, and nothing else.
fn content(action: &BoardAction) -> Result<Content> {
    let broken = || Error::Internal(anyhow::anyhow!("a prepared act can't be read any more"));
    let value = canonical::read(&action.content).ok_or_else(broken)?;
    serde_json::from_value(value).map_err(|_| broken())
}

/// The row of the log, as every log of signed acts has it.
fn logged(action: &BoardAction, taken: &Taken, cms_sha256: &[u8]) -> Result<Vec<u8>> {
    let row = SignedAct {
        content_sha256: hex::encode(action.content_sha256()),
        cms_sha256: hex::encode(cms_sha256),
        signature: taken.name.clone(),
        receive_time: from_us(to_us(taken.receive_time)).to_string(),
        action: action.action.clone(),
        subject: action.object.clone(),
        format: SignedAct::FORMAT,
    };
    row.content().map_err(|error| Error::Internal(error.into()))
}
