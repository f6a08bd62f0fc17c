//! What a new campaign and a changed one have to be.

use std::collections::BTreeSet;

use chassis::Result;
use chassis::violation::Violations;
use jiff::Timestamp;

use crate::Context;
use crate::domain::application_kind::Forms;
use crate::domain::campaign::Campaign;
use crate::store::Connection;

/// Adds what is wrong with the campaign as a whole. What was not there at all is told once, as
/// required, and not again as backwards or unknown.
pub async fn told_once<C: Connection>(
    ctx: &Context,
    on: &C,
    violations: &mut Violations,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<()> {
    let mut forms = Forms::new();
    for name in campaign.form_revisions() {
        if let Some(form) = ctx.catalogue.form(on, name).await? {
            forms.insert(name.to_owned(), form);
        }
    }
    let dictionaries = ctx.catalogue.dictionaries(on, now).await?;
    let told: BTreeSet<String> = violations.iter().map(|it| it.field.clone()).collect();
    for violation in campaign.violations(&forms, &dictionaries) {
        if !told.contains(&violation.field) {
            violations.push(violation);
        }
    }
    Ok(())
}
