//! The benefits that an application claimed with a proof when it was sent.

use std::collections::BTreeSet;

use chassis::Result;

use crate::Context;
use crate::domain::claim::claimed;
use crate::store::{Connection, submission};

/// Codes of `quota-categories`; none where the submission is not there.
pub async fn of<C: Connection>(
    ctx: &Context,
    on: &C,
    application: &str,
    submission: &str,
) -> Result<BTreeSet<String>> {
    let Some(sent) = submission::find(on, application, submission).await? else {
        return Ok(BTreeSet::new());
    };
    let form = &sent.frozen.form_revision;
    let form = ctx.catalogue.form(on, form).await?;
    Ok(form
        .map(|form| claimed(&form, &sent.frozen.sections))
        .unwrap_or_default())
}
