//! Taken: a college took somebody's wish into its competition, or put right what it had read of it. Points of
//! exams, and that the wish was taken back, may be known before.

use std::sync::Arc;

use anyhow::anyhow;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::{Error, Result, name};
use proto::events::v1::ApplicationChoiceAccepted;

use super::of_choice;
use crate::domain::admission::competitor::Competitor;
use crate::domain::ranking::reckoning::Record;
use crate::domain::score::Score;
use crate::{Context, store};

const NAME: &str = "testing-svc.rank-choice";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, accepted| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, accepted).await })
    })
}

async fn take(ctx: &Context, event: &Event, accepted: ApplicationChoiceAccepted) -> Result<()> {
    let choice = of_choice(&accepted.choice, &accepted.specialty)?;
    let account = match accepted.account.as_str() {
        "" => None,
        account => Some(name::uuid("accounts/*", account).ok_or_else(unreadable)?),
    };
    let competitor = read(&accepted, choice.application, choice.id)?;
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    store::admission_specialty::count_change(&tx, &choice.campaign, choice.specialty).await?;
    store::competitor::hold(&tx, &choice.campaign, choice.specialty, choice.id).await?;
    store::competitor::accept(&tx, account, &competitor, accepted.correction_number).await?;
    Ok(ctx.db.commit(tx).await?)
}

fn read(
    accepted: &ApplicationChoiceAccepted,
    application: uuid::Uuid,
    choice: uuid::Uuid,
) -> Result<Competitor> {
    let number = accepted.application_number.clone();
    if !crate::domain::allocation::market::is_code(&number) {
        return Err(unreadable());
    }
    let mark = |it: &proto::questionnaire::v1::CertificateMark| {
        let score = Score::parse(&it.mark).map_err(|_| unreadable())?;
        Ok((it.subject.clone(), score))
    };
    let preference = u32::try_from(accepted.preference).map_err(|_| unreadable())?;
    Ok(Competitor {
        choice,
        application,
        number,
        preference,
        record: Record {
            marks: accepted.marks.iter().map(mark).collect::<Result<_>>()?,
            merits: accepted.merits.iter().cloned().collect(),
            ..Record::default()
        },
        rights: accepted.quota_categories.iter().cloned().collect(),
    })
}

fn unreadable() -> Error {
    Error::Internal(anyhow!("an event tells of no choice that could be ranked"))
}
