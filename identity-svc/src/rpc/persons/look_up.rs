//! Tells a service whose account has an IIN.

use chassis::identifier::Iin;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::identity::v1 as pb;
use tonic::Request;

use super::get::message;
use crate::store::account::Indexes;
use crate::{Context, store};

pub async fn look_up(
    ctx: &Context,
    request: Request<pb::LookUpPersonRequest>,
) -> Result<pb::Person> {
    let sent = request.into_inner().iin;
    let mut violations = Violations::new();
    let iin = match sent.as_str() {
        "" => Err("REQUIRED"),
        iin => Iin::parse(iin),
    };
    let iin = violations.take("iin", iin);
    violations.into_result()?;
    // Nobody's name is in it: what was looked for is personal.
    let not_found = || Error::NotFound("accounts/-/person".to_owned());
    let iin_index = ctx.secrets.iin_index(&iin.ok_or_else(not_found)?.reveal());
    let by_iin = Indexes {
        iin: &iin_index,
        email: "",
    };
    let on = ctx.db.read();
    let found = store::account::with_either_index(on, &by_iin).await?;
    let id = found.first().ok_or_else(not_found)?;
    let account = store::account::find(&ctx.sealer, on, *id).await?;
    Ok(message(&account.ok_or_else(not_found)?))
}
