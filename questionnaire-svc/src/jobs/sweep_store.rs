//! The store of blobs is held against the database, a stretch of keys at a time: blobs that nobody
//! knows are removed, and documents whose bytes are missing are reported. What breaks off in the
//! ordinary course is found by [`super::sweep`]; this finds what a restored database, a lost answer
//! or a hand in the store left behind.

use std::collections::BTreeSet;

use chassis::Result;
use chassis::blob::Found;

use crate::store::named_blob::{self, Named};
use crate::{Context, NAME};

/// Keys of one turn.
const MOST: usize = 5000;
/// Unknown blobs that are removed without a second thought.
const FEW: usize = 20;

/// How far it came, from turn to turn. A process that starts anew begins anew.
#[derive(Debug, Default)]
pub struct Pass {
    after: String,
    missing: i64,
    /// As the pass before this one found them.
    missing_before: i64,
}

pub async fn run(ctx: &Context, pass: &mut Pass) -> Result<()> {
    let mut listed = ctx.blobs.list(&pass.after, MOST).await?;
    let mut named = named_blob::after(ctx.db.read(), &pass.after, MOST).await?;
    // What both have been asked for: behind the end of a full page there may be more.
    let listed_to = (listed.len() == MOST).then(|| listed[MOST - 1].key.clone());
    let named_to = (named.len() == MOST).then(|| named[MOST - 1].blob.clone());
    let end = [listed_to, named_to].into_iter().flatten().min();
    if let Some(end) = &end {
        listed.retain(|found| found.key <= *end);
        named.retain(|named| named.blob <= *end);
    }
    remove_unknown(ctx, &listed, &named).await?;
    pass.missing += missing(ctx, &listed, &named).await?;
    let without = pass.missing.max(pass.missing_before);
    chassis::telemetry::level(NAME, "documents_without_bytes", without);
    match end {
        Some(end) => pass.after = end,
        None => {
            *pass = Pass {
                missing_before: pass.missing,
                ..Pass::default()
            };
        }
    }
    Ok(())
}

/// A blob is noted before its first byte and until its last is gone, so one that is in no table is
/// nobody's. Young ones are left alone all the same: the store has a clock of its own.
async fn remove_unknown(ctx: &Context, listed: &[Found], named: &[Named]) -> Result<()> {
    let now = ctx.clock.now();
    let before = now.saturating_sub(ctx.config.upload_term).unwrap_or(now);
    let named: BTreeSet<&str> = named.iter().map(|named| named.blob.as_str()).collect();
    let is_old = |found: &&Found| found.modified < before && !named.contains(found.key.as_str());
    let old: Vec<&str> = listed
        .iter()
        .filter(is_old)
        .map(|found| found.key.as_str())
        .collect();
    let known = named_blob::known(ctx.db.read(), &old).await?;
    let unknown: Vec<&str> = old
        .into_iter()
        .filter(|key| !known.contains(*key))
        .collect();
    // A store that is nearly all unknown is more likely another suite's than swept too late.
    let is_ours = unknown.len() <= FEW || unknown.len() * 2 <= listed.len();
    let left = if is_ours { 0 } else { unknown.len() };
    chassis::telemetry::level(
        NAME,
        "blobs_unknown",
        i64::try_from(left).unwrap_or(i64::MAX),
    );
    if !is_ours {
        let (blobs, of) = (unknown.len(), listed.len());
        tracing::error!(
            blobs,
            of,
            "most blobs are of no document here: none is removed"
        );
        return Ok(());
    }
    for key in &unknown {
        ctx.blobs.remove(key).await?;
    }
    if !unknown.is_empty() {
        tracing::warn!(blobs = unknown.len(), "blobs that nobody knew were removed");
    }
    Ok(())
}

/// Documents that name a blob which is not there, looked for twice: it may have come meanwhile.
async fn missing(ctx: &Context, listed: &[Found], named: &[Named]) -> Result<i64> {
    let there: BTreeSet<&str> = listed.iter().map(|found| found.key.as_str()).collect();
    let mut count = 0;
    for named in named.iter().filter(|it| !there.contains(it.blob.as_str())) {
        if ctx.blobs.has(&named.blob).await? || !named_blob::is_named(ctx.db.read(), named).await? {
            continue;
        }
        tracing::error!(
            document = named.document,
            "the bytes of a document are missing"
        );
        count += 1;
    }
    Ok(count)
}
