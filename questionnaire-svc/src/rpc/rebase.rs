//! Drafts moved to the form that their campaign has now, with everything that was answered.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::{Error, Result, audit};
use jiff::Timestamp;

use super::name::ApplicationName;
use super::{access, filling};
use crate::domain::application::State;
use crate::domain::form::FormRevision;
use crate::domain::form_diff;
use crate::domain::normal::is_blank;
use crate::domain::readiness::FilledSection;
use crate::domain::rebase::{SetAside, moved, whole};
use crate::store::application::Kept;
use crate::store::{application, rebase, section};
use crate::{Context, NAME};

/// What the caller fills in, on the form of today.
///
/// # Errors
/// `NOT_FOUND`, also for somebody else's.
pub async fn filled(ctx: &Context, caller: &Caller, name: &ApplicationName) -> Result<Kept> {
    let kept = access::filled(ctx, caller, name).await?;
    up_to_date(ctx, kept).await
}

/// Brings a draft up to the form of its campaign; what is up already is not touched.
pub async fn up_to_date(ctx: &Context, kept: Kept) -> Result<Kept> {
    if target(ctx, ctx.db.read(), &kept).await?.is_none() {
        return Ok(kept);
    }
    let tx = ctx.db.begin().await?;
    let found = application::lock(&tx, &kept.campaign, &kept.id).await?;
    let mut kept = found.ok_or_else(|| Error::NotFound(kept.name()))?;
    bring_up(ctx, &tx, &mut kept, ctx.clock.now()).await?;
    ctx.db.commit(tx).await?;
    Ok(kept)
}

/// Brings up what is locked, in the transaction of what comes next.
pub async fn bring_up(ctx: &Context, tx: &Tx, kept: &mut Kept, now: Timestamp) -> Result<()> {
    let Some(to) = target(ctx, tx, kept).await? else {
        return Ok(());
    };
    let form = async |name: &str| -> Result<std::sync::Arc<FormRevision>> {
        let found = ctx.catalogue.form(tx, name).await?;
        found.ok_or_else(|| Error::Internal(anyhow::anyhow!("{name} is not published")))
    };
    let (before, after) = (form(&kept.form_revision).await?, form(&to).await?);
    let record = rebase::Kept {
        id: ctx.ids.uuid().to_string(),
        from_revision: kept.form_revision.clone(),
        to_revision: to.clone(),
        changes: form_diff::changes(&before, &after),
        set_aside: move_answers(tx, &kept.id, &before, &after, now).await?,
        time: now,
    };
    rebase::insert(tx, &kept.id, &record).await?;
    kept.form_revision = to;
    kept.rebase_time = Some(now);
    application::save(tx, kept).await?;
    let by = Caller::Service(NAME.into());
    let to = &kept.form_revision;
    audit::record(tx, &ctx.clock, &by, "RebaseApplication", &kept.name(), to).await?;
    Ok(())
}

/// The form that a draft is to be moved to; `None` where it is on it.
async fn target<C: crate::store::Connection>(
    ctx: &Context,
    on: &C,
    kept: &Kept,
) -> Result<Option<String>> {
    if kept.application.state != State::Draft {
        return Ok(None);
    }
    let campaign = filling::campaign_of(ctx, on, kept).await?;
    let named = campaign.form_of(&kept.kind);
    let other = named.filter(|named| *named != kept.form_revision);
    Ok(other.map(str::to_owned))
}

/// Sections whose form changed are saved anew even where every answer stays: their etag tells whoever
/// edits them by the old form that it is another.
async fn move_answers(
    tx: &Tx,
    application: &str,
    before: &FormRevision,
    after: &FormRevision,
    now: Timestamp,
) -> Result<Vec<SetAside>> {
    let mut aside = Vec::new();
    for (id, kept) in section::all(tx, application).await? {
        let FilledSection { answers, source } = kept.filled;
        let Some(form) = after.section(&id) else {
            if !is_blank(&answers) {
                aside.push(whole(&id, answers));
            }
            section::remove(tx, application, &id).await?;
            continue;
        };
        if before
            .section(&id)
            .is_some_and(|old| old.schema == form.schema)
        {
            continue;
        }
        let (answers, gone) = moved(&id, &form.schema, answers);
        aside.extend(gone);
        let filled = FilledSection { answers, source };
        section::save(tx, application, &id, filled, now).await?;
    }
    Ok(aside)
}
