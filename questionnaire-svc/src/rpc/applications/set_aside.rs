//! What excluding a person and setting an application aside have in common: staff end it, with a reason
//! of a dictionary, and everybody who works on it is told.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::{Error, Result, audit, outbox};
use jiff::Timestamp;
use prost::{Message, Name};
use proto::questionnaire::v1 as pb;
use proto::wire::v1::LocalizedText;

use super::reason::Reason;
use super::{choices, message};
use crate::Context;
use crate::domain::application::Application;
use crate::domain::choice::Choice;
use crate::domain::refusal::Refusal;
use crate::rpc::etag;
use crate::rpc::name::ApplicationName;
use crate::store::application::{self, Kept};

/// One of the two ways.
pub struct SetAside<'a, E> {
    pub rpc: &'static str,
    /// Where its reasons stand.
    pub dictionary: &'static str,
    /// The rule: it is allowed and done, or refused.
    pub end: fn(&mut Application, &str, Timestamp) -> Result<(), Refusal>,
    /// What others are told of it.
    pub event: fn(&Kept, &str, LocalizedText) -> E,
    pub name: &'a str,
    pub etag: &'a str,
    pub reason_code: &'a str,
    pub request_id: &'a str,
}

pub async fn set_aside<Q: Message, E: Message + Name>(
    ctx: &Context,
    caller: &Caller,
    request: &Q,
    way: SetAside<'_, E>,
) -> Result<pb::Application> {
    let name = ApplicationName::parse("name", way.name)?;
    let now = ctx.clock.now();
    let reason = Reason {
        dictionary: way.dictionary,
        code: way.reason_code,
        etag: way.etag,
    };
    let title = reason.check(ctx, ctx.db.read(), now).await?;

    let begun = once::begin(
        &ctx.db,
        &ctx.clock,
        caller,
        way.rpc,
        way.request_id,
        request,
    );
    let write = match begun.await? {
        Once::Answered(application) => return Ok(application),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    let found = application::lock(tx, &name.campaign, &name.id).await?;
    let mut kept = found.ok_or_else(|| Error::NotFound(way.name.to_owned()))?;
    etag::must_be_current(way.etag, kept.version, way.name)?;
    (way.end)(&mut kept.application, way.reason_code, now)?;
    let event = (way.event)(&kept, way.reason_code, title);
    ended(ctx, tx, &mut kept, &event, now).await?;
    let (about, reason) = (kept.name(), way.reason_code);
    audit::record(tx, &ctx.clock, caller, way.rpc, &about, reason).await?;
    write.commit(message::of(&kept)).await
}

/// Keeps an end that was decided, ends the choices with it, and tells of it.
pub async fn ended<E: Message + Name>(
    ctx: &Context,
    tx: &Tx,
    kept: &mut Kept,
    event: &E,
    now: Timestamp,
) -> Result<()> {
    application::save(tx, kept).await?;
    choices::end(ctx, tx, kept, Choice::set_aside_with_application, now).await?;
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), event).await
}

/// The number of the last submission, as events tell it.
pub fn last_submission(kept: &Kept) -> i32 {
    i32::try_from(kept.application.submission_count).unwrap_or(i32::MAX)
}
