//! Tries a mail again now, for administrators.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::identity::v1 as pb;
use tonic::Request;

use super::show;
use crate::rpc::{check_request_id, named};
use crate::{Context, store};

const RPC: &str = "RetryMail";

pub async fn retry(ctx: &Context, request: Request<pb::RetryMailRequest>) -> Result<pb::Mail> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = named(&mut violations, "name", "mails/*", &pb.name);
    check_request_id(&mut violations, &pb.request_id);
    violations.into_result()?;
    let not_found = || Error::NotFound(pb.name.clone());
    let id = id.ok_or_else(not_found)?;

    let (db, clock) = (&ctx.db, &ctx.clock);
    // Only the name is kept as the answer: the address is personal data.
    let begun: Once<pb::Mail> = once::begin(db, clock, &caller, RPC, &pb.request_id, &pb).await?;
    if let Once::Begun(write) = begun {
        let tx = write.tx();
        let mail = store::mail::find(&ctx.sealer, tx, id).await?;
        let before = mail.ok_or_else(not_found)?;
        if store::mail_delivery::retry(tx, id, clock.now()).await? {
            let detail = format!("{} after {}", before.state.as_str(), before.attempts);
            audit::record(tx, clock, &caller, RPC, &pb.name, &detail).await?;
        }
        write
            .commit(pb::Mail {
                name: pb.name.clone(),
                ..Default::default()
            })
            .await?;
    }
    let mail = store::mail::find(&ctx.sealer, ctx.db.read(), id).await?;
    Ok(show(&mail.ok_or_else(not_found)?, &caller))
}
