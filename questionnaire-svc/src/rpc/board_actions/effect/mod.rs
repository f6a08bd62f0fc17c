//! What a signed act does, in the transaction of its signature. An act is tried by the same steps before
//! it is shown to be signed, and the trial is undone.
//!
//! | file | acts on |
//! |---|---|
//! | [`specialty`] | specialties: made, changed, closed |
//! | [`score_formula`] | versions of a specialty's formula |
//! | [`college`] | the profile of the college |

mod college;
mod score_formula;
mod specialty;

use chassis::Result;
use chassis::database::Tx;
use chassis::identifier::Bin;
use jiff::Timestamp;

use super::asked;
use crate::Context;
use crate::domain::board_action::{Act, Content};
use crate::domain::refusal::Refusal;
use crate::store::organisation;

/// What the directory calls a college.
const COLLEGE: &str = "COLLEGE";

/// # Errors
/// Every rule's "no" as it holds now: `COLLEGE_UNKNOWN`, `STALE_ETAG`, those of the act.
pub async fn apply(
    ctx: &Context,
    tx: &Tx,
    bin: Bin,
    content: &Content,
    now: Timestamp,
) -> Result<()> {
    must_be_a_college(tx, bin).await?;
    asked::judge(ctx, tx, &content.act, now)
        .await?
        .into_result()?;
    match &content.act {
        Act::CreateSpecialty(next) => specialty::create(tx, bin, content, next, now).await,
        Act::ChangeSpecialty(next) => specialty::change(tx, bin, content, next, now).await,
        Act::CloseSpecialty {} => specialty::close(tx, bin, content, now).await,
        Act::PutCollege(next) => college::put(tx, bin, content, next, now).await,
        Act::ApproveScoreFormula(next) => score_formula::approve(tx, bin, content, next, now).await,
    }
}

/// Departments of education sign too, and offer no specialties.
async fn must_be_a_college(tx: &Tx, bin: Bin) -> Result<()> {
    let found = organisation::find(tx, &[bin.to_string()]).await?;
    let is_college =
        |kept: &organisation::Kept| kept.organisation.kind == COLLEGE && !kept.organisation.retired;
    match found.iter().any(is_college) {
        true => Ok(()),
        false => Err(Refusal::CollegeUnknown {
            bin: bin.to_string(),
        }
        .into()),
    }
}
