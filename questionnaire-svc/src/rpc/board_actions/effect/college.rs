//! What acts on the profile of a college do.

use chassis::database::Tx;
use chassis::identifier::Bin;
use chassis::{Error, Result};
use jiff::Timestamp;

use crate::domain::board_action::Content;
use crate::domain::college::College;
use crate::rpc::etag;
use crate::store::college;

pub async fn put(
    tx: &Tx,
    bin: Bin,
    content: &Content,
    next: &College,
    now: Timestamp,
) -> Result<()> {
    let found = college::lock(tx, &bin.to_string()).await?;
    let version = found.map_or(0, |kept| kept.version);
    etag::must_be_as_seen(&content.object_etag, version, &content.object)?;
    match college::put(tx, bin, next, version, now).await? {
        true => Ok(()),
        false => Err(Error::InFlight),
    }
}
