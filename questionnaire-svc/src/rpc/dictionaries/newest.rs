//! The newest version of a dictionary, whether it holds already or only later: what the next goes on from.

use chassis::Result;

use crate::catalogue;
use crate::domain::dictionary::{Dictionaries, Dictionary};
use crate::store::{self, Connection};

/// `None` where there is no such dictionary.
pub async fn newest<C: Connection>(
    on: &C,
    id: &str,
) -> Result<Option<(Dictionary, Option<jiff::Timestamp>)>> {
    let imported = store::dictionary::list(on, id, None, 1).await?;
    if let Some(kept) = imported.into_iter().next() {
        let start = kept.start_time;
        return Ok(Some((catalogue::of(kept), Some(start))));
    }
    let shipped = Dictionaries::shipped().find(id);
    Ok(shipped.map(|dictionary| (dictionary.clone(), None)))
}

/// Its number.
pub fn number(dictionary: &Dictionary) -> i32 {
    i32::try_from(dictionary.version).unwrap_or(i32::MAX)
}
