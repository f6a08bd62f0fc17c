//! What we tell others, in the transaction of its cause.

use chassis::Result;
use chassis::database::Tx;
use chassis::outbox;
use proto::events::v1::{
    AccountCreated, AccountReleased, EmailChangeStarted, RecoveryStarted, RegistrationRepeated,
};
use uuid::Uuid;

use crate::Context;
use crate::domain::account::name;

pub async fn account_created(
    ctx: &Context,
    tx: &Tx,
    account: Uuid,
    campaign: Option<&str>,
) -> Result<()> {
    let account = name(account);
    let event = AccountCreated {
        account: account.clone(),
        campaign: campaign.unwrap_or_default().to_owned(),
        opened_by: String::new(),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &account, &event).await
}

/// `college` is `signingOrganisations/{bin}`.
pub async fn account_opened(ctx: &Context, tx: &Tx, account: Uuid, college: &str) -> Result<()> {
    let account = name(account);
    let event = AccountCreated {
        account: account.clone(),
        campaign: String::new(),
        opened_by: college.to_owned(),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &account, &event).await
}

/// Whose applications somebody else made.
pub async fn account_released(ctx: &Context, tx: &Tx, account: Uuid) -> Result<()> {
    let account = name(account);
    let event = AccountReleased {
        account: account.clone(),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &account, &event).await
}

pub async fn registration_repeated(ctx: &Context, tx: &Tx, account: Uuid) -> Result<()> {
    let account = name(account);
    let event = RegistrationRepeated {
        account: account.clone(),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &account, &event).await
}

/// For ourselves: who has the login is looked up where nobody waits for the answer.
pub async fn recovery_started(ctx: &Context, tx: &Tx, recovery: &str) -> Result<()> {
    let event = RecoveryStarted {
        recovery: recovery.to_owned(),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, recovery, &event).await
}

/// For ourselves: whether anybody has the new address is looked up where nobody waits for the answer.
pub async fn email_change_started(ctx: &Context, tx: &Tx, email_change: &str) -> Result<()> {
    let event = EmailChangeStarted {
        email_change: email_change.to_owned(),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, email_change, &event).await
}
