//! A partner reported the result of a language test. One that was passed fills the certificate
//! section, verified — unless the applicant's own data stand there or the section may not be
//! changed now: then it waits, and fills the section when the applicant clears it.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::{Error, Result, audit};
use proto::events::v1::LanguageResultReceived;

use crate::Context;
use crate::clients::language_results::{self, Passed};
use crate::domain::normal::is_blank;
use crate::domain::receive::{Received, Source};
use crate::rpc::filling::Filling;
use crate::rpc::name;
use crate::rpc::sections::certificate::{self, SECTION};
use crate::store::application::{self, Kept, WaitingResult};

const NAME: &str = "questionnaire-svc.language-result-received";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, received| {
        let ctx = ctx.clone();
        Box::pin(async move { receive(&ctx, &event, &received).await })
    })
}

async fn receive(ctx: &Context, event: &Event, told: &LanguageResultReceived) -> Result<()> {
    // Asked before the transaction; a result that was not passed fills nothing in.
    let Some(passed) = language_results::get(ctx, &told.language_result).await? else {
        return Ok(());
    };
    let campaign = name::campaign("campaign", &passed.campaign)?;
    let account = name::account("account", &passed.account)?;
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    if let Some(mut kept) = application::lock_of_person(&tx, campaign, account).await? {
        let outcome = fill_or_keep(ctx, &tx, &mut kept, &told.language_result, passed).await?;
        let by = Caller::Service("testing-svc".into());
        audit::record(&tx, &ctx.clock, &by, NAME, &kept.name(), outcome).await?;
    }
    Ok(ctx.db.commit(tx).await?)
}

async fn fill_or_keep(
    ctx: &Context,
    tx: &Tx,
    kept: &mut Kept,
    name: &str,
    passed: Passed,
) -> Result<&'static str> {
    let now = ctx.clock.now();
    let filling = Filling::read(ctx, tx, kept, now).await?;
    let result = WaitingResult {
        name: name.to_owned(),
        answers: regular(&filling, passed)?,
    };
    let before = filling.sections.get(SECTION).map(|section| &section.filled);
    let is_free =
        before.is_none_or(|it| it.source == Source::LanguageResult || is_blank(&it.answers));
    if is_free
        && kept
            .application
            .may_edit(SECTION, &filling.campaign, now)
            .is_ok()
    {
        certificate::fill(ctx, tx, kept, &result, now).await?;
        return Ok("VERIFIED");
    }
    kept.waiting_result = Some(result);
    application::save(tx, kept).await?;
    Ok("WAITING")
}

/// The answers by the form. A partner's result that the form refuses is a fault to look into: the
/// event stays until it is.
fn regular(filling: &Filling, passed: Passed) -> Result<serde_json::Value> {
    let lacking = || Error::Internal(anyhow::anyhow!("the form has no certificate section"));
    let form = filling.form.section(SECTION).ok_or_else(lacking)?;
    let Received { answers, wrong, .. } =
        form.receive(passed.answers, &filling.known(Source::LanguageResult));
    if wrong.is_empty() {
        return Ok(answers);
    }
    let reasons: Vec<_> = wrong.iter().map(|violation| violation.reason).collect();
    Err(Error::Internal(anyhow::anyhow!(
        "a language result does not fit the form: {reasons:?}"
    )))
}
