//! Taking an event of the review: once, under the lock of the application, and only where it is
//! about the submission that stands.

use chassis::bus::{Event, first_time};
use chassis::caller::Caller;
use chassis::{Result, audit};
use proto::events::v1::ApplicationDecided;

use super::application_decided;
use crate::Context;
use crate::domain::application::{Application, OutOfTurn};
use crate::rpc::name::ApplicationName;
use crate::store::application;

/// Whose event it is and what it is about.
pub struct Heard<'a> {
    pub subscriber: &'static str,
    pub event: &'a Event,
    pub application: &'a str,
    pub submission: &'a str,
    /// What is told to others once the application has taken it, and only then.
    pub decided: Option<ApplicationDecided>,
}

/// An event that this state has no place for is late or overtaken: it is noted and leaves no
/// other trace, for the same event would never fit better.
pub async fn take(
    ctx: &Context,
    heard: Heard<'_>,
    change: impl FnOnce(&mut Application) -> Result<(), OutOfTurn>,
) -> Result<()> {
    let name = ApplicationName::parse("application", heard.application)?;
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, heard.subscriber, heard.event).await? {
        return Ok(());
    }
    let Some(mut kept) = application::lock(&tx, &name.campaign, &name.id).await? else {
        tracing::warn!(
            application = heard.application,
            "an event is about no application of ours"
        );
        return Ok(ctx.db.commit(tx).await?);
    };
    if kept.submission_name() != heard.submission {
        tracing::warn!(
            submission = heard.submission,
            "an event is about an older submission"
        );
        return Ok(ctx.db.commit(tx).await?);
    }
    match change(&mut kept.application) {
        Ok(()) => {
            application::save(&tx, &mut kept).await?;
            let by = Caller::Service("review-svc".into());
            let state = kept.application.state.code();
            audit::record(
                &tx,
                &ctx.clock,
                &by,
                heard.subscriber,
                heard.application,
                state,
            )
            .await?;
            if let Some(decided) = heard.decided {
                application_decided::tell(ctx, &tx, &kept, decided).await?;
            }
        }
        Err(OutOfTurn { state }) => {
            tracing::warn!(
                subscriber = heard.subscriber,
                state,
                "an event came out of turn"
            );
        }
    }
    Ok(ctx.db.commit(tx).await?)
}

/// A decision may overtake the news that the review began.
pub fn in_review(application: &mut Application) {
    // Where it had begun already, nothing is to be done.
    let _ = application.start_review();
}
