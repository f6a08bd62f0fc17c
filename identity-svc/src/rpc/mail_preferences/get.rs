//! Shows what one wants by mail.

use chassis::Result;
use chassis::caller::Caller;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use tonic::Request;

use super::{check_name, own, show};
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetMailPreferenceRequest>,
) -> Result<pb::MailPreference> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    check_name(&mut violations, "name", &pb.name);
    violations.into_result()?;
    let account = own(&caller, &pb.name)?.account;
    let preference = store::mail_preference::find(ctx.db.read(), account).await?;
    Ok(show(account, &preference))
}
