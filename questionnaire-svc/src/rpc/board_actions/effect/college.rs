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
    let current = match version {
        0 => String::new(),
        version => etag::of(version),
    };
    // No etag is an etag here: a profile that somebody wrote meanwhile is not written over unseen.
    if content.object_etag != current {
        return Err(Error::Stale {
            name: content.object.clone(),
            current,
        });
    }
    match college::put(tx, bin, next, version, now).await? {
        true => Ok(()),
        false => Err(Error::InFlight),
    }
}
