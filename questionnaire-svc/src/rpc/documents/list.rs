//! Lists the documents of an application, oldest first: to its owner those of the draft, to others
//! those that a submission shows.

use std::collections::BTreeSet;

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::disclosure::Subject;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::access;
use crate::rpc::disclosures::record::{Look, record};
use crate::rpc::name::ApplicationName;
use crate::store::document::{self, Shown};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListDocumentsRequest>,
) -> Result<pb::ListDocumentsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let parent = ApplicationName::parse("parent", &pb.parent)?;
    let mut violations = Violations::new();
    let filter = [pb.parent.as_str(), &pb.section];
    let page = Page::<String>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;

    let application = access::visible(ctx, &caller, &parent).await?;
    let shown = if access::fills(&caller, &application) {
        Shown::Draft
    } else {
        Shown::Submitted
    };
    let after = page.after.clone();
    let mut found = document::list(
        ctx.db.read(),
        &application.id,
        shown,
        &pb.section,
        after,
        page.limit(),
    )
    .await?;
    let next_page_token = page.next(&mut found, |kept| kept.id.clone());
    if !found.is_empty() {
        let sections = found.iter().map(|kept| kept.document.section.clone());
        let sections: BTreeSet<_> = sections.collect();
        let look = Look {
            subject: Subject::DocumentDetails,
            resource: &pb.parent,
            sections: sections.into_iter().collect(),
        };
        record(ctx, &caller, &application, look).await?;
    }
    Ok(pb::ListDocumentsResponse {
        documents: found.iter().map(message::of).collect(),
        next_page_token,
    })
}
