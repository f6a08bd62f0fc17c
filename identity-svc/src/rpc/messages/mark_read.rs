//! Notes that a message was read; the first time stays.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::{meant, show_here};
use crate::rpc::check_request_id;
use crate::{Context, store};

pub async fn mark_read(
    ctx: &Context,
    request: Request<pb::MarkMessageReadRequest>,
) -> Result<pb::Message> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_request_id(&mut violations, &pb.request_id);
    let (person, id) = meant(&caller, violations, &pb.name)?;
    let not_found = || Error::NotFound(pb.name.clone());

    let (db, clock) = (&ctx.db, &ctx.clock);
    // Only the name is kept as the answer: a repeat is told in its own language.
    let begun: Once<pb::Message> =
        once::begin(db, clock, &caller, "MarkMessageRead", &pb.request_id, &pb).await?;
    if let Once::Begun(write) = begun {
        let found = store::message::find(write.tx(), person.account, id).await?;
        found.ok_or_else(not_found)?;
        store::message::save_read(write.tx(), person.account, id, clock.now()).await?;
        write
            .commit(pb::Message {
                name: pb.name.clone(),
                ..Default::default()
            })
            .await?;
        ctx.watching.look(ctx, person.account).await;
    }
    let message = store::message::find(ctx.db.read(), person.account, id).await?;
    Ok(show_here(ctx, &message.ok_or_else(not_found)?))
}
