//! What opening and closing a campaign before its time have in common.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use jiff::Timestamp;
use prost::Message;
use proto::questionnaire::v1 as pb;

use super::message;
use crate::Context;
use crate::domain::campaign::{Campaign, Window};
use crate::domain::refusal::Refusal;
use crate::events::campaign_window_changed;
use crate::rpc::{etag, name};
use crate::store::{campaign, draft};

/// One of the two.
pub struct Turn<'a> {
    pub rpc: &'static str,
    /// The rule: it is allowed and done, or refused.
    pub change: fn(&mut Campaign, Timestamp) -> Result<(), Refusal>,
    /// The end of the window that moves to now, and what the audit calls it.
    pub end: fn(&Window) -> Timestamp,
    pub done: &'static str,
    pub name: &'a str,
    pub etag: &'a str,
    pub request_id: &'a str,
}

pub async fn turn<Q: Message>(
    ctx: &Context,
    caller: &Caller,
    request: &Q,
    turn: Turn<'_>,
) -> Result<pb::Campaign> {
    let id = name::campaign("name", turn.name)?;
    let mut violations = Violations::new();
    etag::check(&mut violations, "etag", turn.etag);
    violations.into_result()?;

    let (db, rpc) = (&ctx.db, turn.rpc);
    let begun = once::begin(db, &ctx.clock, caller, rpc, turn.request_id, request);
    let write = match begun.await? {
        Once::Answered(campaign) => return Ok(campaign),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let found = campaign::lock(tx, id).await?;
    let mut kept = found.ok_or_else(|| Error::NotFound(turn.name.to_owned()))?;
    etag::must_be_current(turn.etag, kept.version, turn.name)?;
    let now = ctx.clock.now();
    let before = (turn.end)(&kept.campaign.window);
    (turn.change)(&mut kept.campaign, now)?;
    if !campaign::save(tx, &mut kept, now).await? {
        return Err(Error::InFlight);
    }
    campaign_window_changed::tell(ctx, tx, &kept).await?;
    draft::follow_campaign(tx, id, kept.version).await?;
    let detail = format!("was to be {} at {before}", turn.done);
    audit::record(tx, &ctx.clock, caller, rpc, turn.name, &detail).await?;
    write.commit(message::of(&kept, now)).await
}
