//! What the sending of an application by a board does.

use chassis::database::Tx;
use chassis::identifier::Bin;
use chassis::{Error, Result};
use jiff::Timestamp;

use crate::Context;
use crate::domain::board_action::{Content, Filing};
use crate::rpc::applications::send::{Sender, answers_sha256, send};
use crate::rpc::etag;
use crate::rpc::name::ApplicationName;
use crate::store::{application, campaign};

/// The college that opened it sends it, with the answers that were signed: what somebody changed since,
/// the applicant too, has to be looked at again.
pub async fn file(
    ctx: &Context,
    tx: &Tx,
    bin: Bin,
    content: &Content,
    filing: &Filing,
    now: Timestamp,
) -> Result<()> {
    let name = ApplicationName::parse("file_application.application", &content.object)?;
    campaign::hold(tx, &name.campaign).await?;
    let found = application::lock(tx, &name.campaign, &name.id).await?;
    let own = found.filter(|kept| kept.filled_by == Some(bin));
    let mut kept = own.ok_or_else(|| Error::NotFound(content.object.clone()))?;
    etag::must_be_current(&content.object_etag, kept.version, &content.object)?;
    if answers_sha256(tx, &kept).await? != filing.answers_sha256 {
        return Err(Error::Stale {
            name: content.object.clone(),
            current: etag::of(kept.version),
        });
    }
    let by = (Sender::Board(bin), now);
    send(ctx, tx, &mut kept, &filing.accepted_declarations, by).await
}
