//! Somebody proved that an IIN is theirs, and the account that had it gave way: what was sent from it was in
//! another person's name. It is set aside, as staff do it.

use std::sync::Arc;

use chassis::bus::{Event, Subscriber, first_time};
use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::{Result, audit};
use jiff::Timestamp;
use proto::events::v1::AccountReleased;
use proto::wire::v1::LocalizedText;

use crate::Context;
use crate::rpc::applications::mark_erroneous::marked_erroneous;
use crate::rpc::applications::set_aside::ended;
use crate::rpc::name;
use crate::rpc::wire::to_text;
use crate::store::application::{self, Kept};

const NAME: &str = "questionnaire-svc.account-released";
/// Of `erroneous-reasons`.
const REASON: &str = "WRONG_PERSON";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, released| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &released).await })
    })
}

async fn take(ctx: &Context, event: &Event, released: &AccountReleased) -> Result<()> {
    let account = name::account("account", &released.account)?;
    let now = ctx.clock.now();
    let tx = ctx.db.begin().await?;
    if first_time(&tx, &ctx.clock, NAME, event).await? {
        let dictionaries = ctx.catalogue.dictionaries(&tx, now).await?;
        let reasons = dictionaries.find("erroneous-reasons");
        let reason = reasons.and_then(|it| it.entry(REASON));
        let title = reason.map(|it| to_text(&it.labels)).unwrap_or_default();
        for kept in application::lock_all_of_person(&tx, account).await? {
            set_aside(ctx, &tx, kept, &title, now).await?;
        }
    }
    Ok(ctx.db.commit(tx).await?)
}

async fn set_aside(
    ctx: &Context,
    tx: &Tx,
    mut kept: Kept,
    title: &LocalizedText,
    now: Timestamp,
) -> Result<()> {
    // What has ended stays as it ended.
    if kept.application.mark_erroneous(REASON, now).is_err() {
        return Ok(());
    }
    let event = marked_erroneous(&kept, REASON, title.clone());
    ended(ctx, tx, &mut kept, &event, now).await?;
    let by = Caller::Service("identity-svc".into());
    Ok(audit::record(tx, &ctx.clock, &by, NAME, &kept.name(), REASON).await?)
}
