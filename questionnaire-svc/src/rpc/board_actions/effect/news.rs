//! What acts on news of the college do.

use chassis::{Error, Result};

use super::Acting;
use crate::domain::news::Written;
use crate::rpc::etag;
use crate::store::news_item::{self, Kept};

/// A new item, or other words for one of the college's own.
pub async fn write(acting: &Acting<'_>, written: &Written) -> Result<()> {
    let (content, now) = (acting.content, acting.now);
    if content.object_etag.is_empty() {
        let kept = Kept {
            id: content.object_id().to_owned(),
            item: written.by(acting.bin),
            create_time: now,
            update_time: now,
            version: 1,
        };
        return news_item::insert(acting.tx, &kept).await;
    }
    let mut kept = lock_own(acting).await?;
    kept.item = written.by(acting.bin);
    save(acting, kept).await
}

pub async fn retire(acting: &Acting<'_>) -> Result<()> {
    let mut kept = lock_own(acting).await?;
    kept.item.retire_time = Some(acting.now);
    save(acting, kept).await
}

/// The college's own item as it was looked at, and still to be changed.
async fn lock_own(acting: &Acting<'_>) -> Result<Kept> {
    let content = acting.content;
    let found = news_item::lock(acting.tx, content.object_id()).await?;
    let own = found.filter(|kept| kept.item.college == Some(acting.bin));
    let kept = own.ok_or_else(|| Error::NotFound(content.object.clone()))?;
    etag::must_be_current(&content.object_etag, kept.version, &content.object)?;
    kept.item.must_not_be_retired()?;
    Ok(kept)
}

async fn save(acting: &Acting<'_>, mut kept: Kept) -> Result<()> {
    match news_item::save(acting.tx, &mut kept, acting.now).await? {
        true => Ok(()),
        false => Err(Error::InFlight),
    }
}
