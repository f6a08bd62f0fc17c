//! Which document a caller may reach, with its application: their own, or one that a submission shows.

use chassis::caller::Caller;
use chassis::{Error, Result};

use crate::Context;
use crate::rpc::access;
use crate::rpc::name::ApplicationName;
use crate::store::application;
use crate::store::document::{self, Kept};

/// # Errors
/// `NOT_FOUND`, also for what the caller may not see.
pub async fn visible(
    ctx: &Context,
    caller: &Caller,
    name: &str,
) -> Result<(application::Kept, Kept)> {
    let (above, id) = ApplicationName::parse_child("name", "documents", name)?;
    let not_found = || Error::NotFound(name.to_owned());
    let application = access::visible(ctx, caller, &above)
        .await
        .map_err(|error| match error {
            Error::NotFound(_) => not_found(),
            other => other,
        })?;
    let found = document::find(ctx.db.read(), &application.id, &id).await?;
    let is_own = access::fills(caller, &application);
    found
        .filter(|kept| kept.is_held || (is_own && !kept.is_deleted))
        .map(|kept| (application, kept))
        .ok_or_else(not_found)
}
