//! Taken: a submission says in which direction its person competes, and which seat they need. The
//! acceptance of the same submission comes from another service, before or after it; of several
//! submissions the newest counts, in whatever order they come.

use std::sync::Arc;

use anyhow::anyhow;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::{Error, Result, name};
use proto::events::v1::{ApplicationSubmitted, SeatNeeds};
use proto::wire::v1::LocalizedText;

use super::about;
use crate::domain::eligibility::LONGEST_DIRECTION;
use crate::domain::localized::Localized;
use crate::domain::quota::Needs;
use crate::domain::session::Language;
use crate::store::application::Named;
use crate::{Context, store};

const NAME: &str = "testing-svc.keep-direction";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, submitted| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &submitted).await })
    })
}

async fn take(ctx: &Context, event: &Event, submitted: &ApplicationSubmitted) -> Result<()> {
    let (submission, direction) = (&submitted.submission, &submitted.direction);
    if submission.is_empty() || direction.len() > LONGEST_DIRECTION {
        return Err(Error::Internal(anyhow!("an event names no submission")));
    }
    let (campaign, account) = about(&submitted.campaign, &submitted.account)?;
    let needs = needs(submitted.seat_needs.as_ref())?;
    let application = submitted.application.as_str();
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    let named = Named {
        application,
        campaign: &campaign,
        account,
    };
    if let Some((subject, title)) = subject_title(submitted) {
        store::subject_title::keep(&tx, &campaign, subject, &title).await?;
    }
    store::application::hear(&tx, named).await?;
    store::eligibility::keep_direction(&tx, named, submission, direction).await?;
    let number = submitted.submission_number;
    if store::application::keep_needs(&tx, application, number, &needs).await? {
        store::eligibility::rewrite_needs(&tx, named, &needs).await?;
        if submitted.without_review {
            store::eligibility::accept_anew(&tx, named, submission, direction).await?;
        }
    }
    Ok(ctx.db.commit(tx).await?)
}

/// What the subject that was asked for is called, where it is told.
fn subject_title(submitted: &ApplicationSubmitted) -> Option<(&str, Localized)> {
    let needs = submitted.seat_needs.as_ref()?;
    let LocalizedText { kk, ru, en } = needs.subject_title.clone()?;
    Some((&needs.subject, Localized { kk, ru, en }))
}

/// Codes of a dictionary, as quotas of sessions are written with them.
fn needs(pb: Option<&SeatNeeds>) -> Result<Needs> {
    let Some(pb) = pb else {
        return Ok(Needs::default());
    };
    let unknown = || Error::Internal(anyhow!("an event asks for no seat that could be"));
    let language = match pb.language.as_str() {
        "" => None,
        word => Some(Language::from_word(word).ok_or_else(unknown)?),
    };
    let subject = (!pb.subject.is_empty()).then(|| pb.subject.clone());
    if subject.as_deref().is_some_and(|it| !name::is_id(it)) {
        return Err(unknown());
    }
    Ok(Needs {
        language,
        subject,
        accessible: pb.accessible,
        ..Needs::default()
    })
}
