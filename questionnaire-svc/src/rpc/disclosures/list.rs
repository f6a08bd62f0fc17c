//! Lists to a person every look of others at what they submitted, newest first.

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::disclosure::{Ground, Recipient, Subject};
use tonic::Request;

use crate::Context;
use crate::rpc::name;
use crate::store::disclosure::{self, Kept};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListDisclosuresRequest>,
) -> Result<pb::ListDisclosuresResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let person = caller.person()?;
    let account = match pb.parent.as_str() {
        "accounts/me" => person.account,
        other => name::account("parent", other)?,
    };
    let mut violations = Violations::new();
    // A page belongs to its reader, whichever way they are named.
    let whose = account.to_string();
    let page = Page::<String>::parse(&mut violations, pb.page_size, &pb.page_token, &[&whose]);
    violations.into_result()?;
    if account != person.account {
        return Err(Error::NotFound(pb.parent));
    }
    let after = page.after.clone();
    let mut found = disclosure::list(ctx.db.read(), account, after, page.limit()).await?;
    let next_page_token = page.next(&mut found, |kept| kept.id.clone());
    Ok(pb::ListDisclosuresResponse {
        disclosures: found.iter().map(message).collect(),
        next_page_token,
    })
}

fn message(kept: &Kept) -> pb::Disclosure {
    let subject = Subject::from_str_name(&format!("SUBJECT_{}", kept.subject));
    let recipient = Recipient::from_str_name(&format!("RECIPIENT_{}", kept.recipient));
    let ground = Ground::from_str_name(&format!("GROUND_{}", kept.ground));
    pb::Disclosure {
        name: format!("accounts/{}/disclosures/{}", kept.account, kept.id),
        subject: subject.unwrap_or_default().into(),
        resource: kept.resource.clone(),
        sections: kept.sections.clone(),
        recipient: recipient.unwrap_or_default().into(),
        recipient_name: kept.recipient_name.clone(),
        ground: ground.unwrap_or_default().into(),
        create_time: Some(to_pb(kept.time)),
    }
}
