//! A recovery was started: if somebody has its login, they get a mail. Here and not in the call, so
//! that the call is the same for a login that nobody has.

use std::sync::Arc;

use chassis::Result;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::database::Tx;
use proto::events::v1::RecoveryStarted;
use uuid::Uuid;

use crate::domain::recovery::{Rules, State};
use crate::inbox::{self, RecoveryMail};
use crate::rpc::proof::Secret;
use crate::store::account::Indexes;
use crate::store::mail::Purpose;
use crate::{Context, store};

const NAME: &str = "identity.recovery.mail";

pub(super) fn subscriber(ctx: &Arc<Context>) -> Subscriber {
    let ctx = ctx.clone();
    Subscriber::to(NAME, move |event: Event, payload: RecoveryStarted| {
        let ctx = ctx.clone();
        Box::pin(async move {
            let tx = ctx.db.begin().await?;
            if first_time(&tx, &ctx.clock, NAME, &event).await? {
                match chassis::name::uuid("recoveries/*", &payload.recovery) {
                    Some(recovery) => mail(&ctx, &tx, recovery).await?,
                    None => tracing::warn!(event = %event.id, "an event names no recovery"),
                }
            }
            Ok(ctx.db.commit(tx).await?)
        })
    })
}

async fn mail(ctx: &Context, tx: &Tx, recovery: Uuid) -> Result<()> {
    let now = ctx.clock.now();
    let recovery = store::recovery::lock(tx, recovery).await?;
    let Some(mut recovery) = recovery.filter(|it| it.state(now) == State::Pending) else {
        return Ok(());
    };
    let indexes = Indexes {
        iin: &recovery.iin_index,
        email: &recovery.email_index,
    };
    let Some((account, _)) = store::account::credentials(tx, &indexes).await? else {
        return Ok(());
    };
    let Some(account) = store::account::find(&ctx.sealer, tx, account).await? else {
        return Ok(());
    };
    let (rules, to_index) = (
        &ctx.config.recovery,
        ctx.secrets.email_index(account.email.reveal()),
    );
    let since = now - Rules::MAIL_WINDOW;
    let (sent, _) = store::mail::sent_since(tx, &to_index, Purpose::Recovery, since).await?;
    if sent >= rules.most_mails && !recovery.is_first {
        tracing::warn!(account = %account.id, "too many recoveries lately: no mail");
        return Ok(());
    }
    let secret = Secret::new(ctx);
    let hashes = secret.hashes(ctx, recovery.id);
    recovery.account = Some(account.id);
    recovery.code_hash = hashes.code;
    recovery.token_hash = hashes.token;
    recovery.proofs_expire = now + rules.proof_life;
    store::recovery::save_mailed(tx, &recovery).await?;
    let mail = RecoveryMail {
        account: &account,
        recovery: &recovery.name(),
        code: &secret.code,
        minutes: rules.proof_life.as_mins(),
        token: &secret.token,
    };
    inbox::send_recovery(ctx, tx, now, mail).await
}
