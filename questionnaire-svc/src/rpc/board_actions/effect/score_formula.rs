//! What the approval of a score formula does.

use chassis::database::Tx;
use chassis::identifier::Bin;
use chassis::{Error, Result};
use jiff::Timestamp;

use super::specialty;
use crate::domain::board_action::Content;
use crate::domain::score_formula::ScoreFormula;
use crate::store::score_formula::{self, Kept};

/// The specialty moves on to another etag with its formula, so of two versions that were prepared at
/// once the second has to be looked at again.
pub async fn approve(
    tx: &Tx,
    bin: Bin,
    content: &Content,
    next: &ScoreFormula,
    now: Timestamp,
) -> Result<()> {
    let of = specialty::lock_own(tx, bin, content).await?;
    let board_action = content.board_action.rsplit('/').next().unwrap_or_default();
    let version = Kept {
        specialty: of.id.clone(),
        formula: next.clone(),
        board_action: board_action.to_owned(),
        approve_time: now,
    };
    let newest = score_formula::newest(tx, &of.id).await?;
    if next.version != newest + 1 || !score_formula::insert(tx, &version).await? {
        return Err(Error::InFlight);
    }
    specialty::save(tx, of, now).await
}
