//! A change of an e-mail address was started: the new address gets a mail, or its owner learns that
//! somebody wants it. Here and not in the call, so that the call is the same for a taken address.

use std::sync::Arc;

use chassis::Result;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::database::Tx;
use proto::events::v1::EmailChangeStarted;
use uuid::Uuid;

use crate::domain::email_change::State;
use crate::letters::{self, ProofLetter};
use crate::rpc::proof::Secret;
use crate::store::account::Indexes;
use crate::{Context, store};

const NAME: &str = "identity.email_change.mail";

pub(super) fn subscriber(ctx: &Arc<Context>) -> Subscriber {
    let ctx = ctx.clone();
    Subscriber::to(NAME, move |event: Event, payload: EmailChangeStarted| {
        let ctx = ctx.clone();
        Box::pin(async move {
            let tx = ctx.db.begin().await?;
            if first_time(&tx, &ctx.clock, NAME, &event).await? {
                let pattern = "accounts/*/emailChanges/*";
                match chassis::name::capture::<2>(pattern, &payload.email_change) {
                    Some([_, id]) => match Uuid::parse_str(id) {
                        Ok(change) => mail(&ctx, &tx, change).await?,
                        Err(_) => tracing::warn!(event = %event.id, "an event names no change"),
                    },
                    None => tracing::warn!(event = %event.id, "an event names no change"),
                }
            }
            Ok(ctx.db.commit(tx).await?)
        })
    })
}

async fn mail(ctx: &Context, tx: &Tx, change: Uuid) -> Result<()> {
    let now = ctx.clock.now();
    let change = store::email_change::lock(&ctx.sealer, tx, change).await?;
    let Some(change) = change.filter(|it| it.state(now) == State::Pending) else {
        return Ok(());
    };
    let of_address = Indexes {
        iin: "",
        email: &change.email_index,
    };
    let owners = store::account::with_either_index(tx, &of_address).await?;
    if let Some(owner) = owners.first() {
        let owner = store::account::find(&ctx.sealer, tx, *owner).await?;
        let Some(owner) = owner else { return Ok(()) };
        let to = owner.email.reveal();
        return letters::send_plain(ctx, tx, to, owner.language, "email-wanted-mail").await;
    }
    let Some(asker) = store::account::find(&ctx.sealer, tx, change.account).await? else {
        return Ok(());
    };
    let secret = Secret::new(ctx);
    let hashes = secret.hashes(ctx, change.id);
    store::email_change::save_mailed(tx, change.id, &hashes.code, &hashes.token).await?;
    let letter = ProofLetter {
        texts: "email-change-mail",
        page: "confirm-email",
        to: change.email.reveal(),
        language: asker.language,
        name: &change.name(),
        secret: &secret,
        lasts: ctx.config.email_change.life.as_mins(),
    };
    letters::send_proof(ctx, tx, &letter).await
}
