//! Finding a revision that the caller may see: a published one, or any for campaign managers.

use std::sync::Arc;

use chassis::caller::{Caller, Role};
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;

use super::message;
use crate::Context;
use crate::domain::form::{self, FormRevision};
use crate::rpc::name;
use crate::store::form_revision::{self, Kept};

/// A revision as its rules and as its message.
pub struct Found {
    pub form: Arc<FormRevision>,
    pub message: pb::FormRevision,
}

/// # Errors
/// `NOT_FOUND`, also for what the caller may not see; `INVALID_NAME` for the field.
pub async fn find(ctx: &Context, caller: &Caller, field: &str, sent: &str) -> Result<Found> {
    let (id, revision) = name::form_revision(field, sent)?;
    if let Some(form) = form::find(sent) {
        return Ok(Found {
            form: form.clone(),
            message: message::of_shipped(form),
        });
    }
    let found = form_revision::find(ctx.db.read(), id, revision).await?;
    let is_shown = |kept: &Kept| kept.number.is_some() || caller.has(Role::CampaignManager);
    let kept = found
        .filter(is_shown)
        .ok_or_else(|| Error::NotFound(sent.to_owned()))?;
    let form = compiled(&kept)?;
    Ok(Found {
        message: message::of(&kept, &form),
        form: Arc::new(form),
    })
}

/// A revision was checked before it was kept.
pub fn compiled(kept: &Kept) -> Result<FormRevision> {
    let number = kept.number.unwrap_or_default();
    FormRevision::compiled(&kept.form, number, kept.content.clone())
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("{} can't be compiled", kept.name())))
}
