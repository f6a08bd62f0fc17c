//! Shows a submission to the applicant, to experts and to the review.

use chassis::caller::Caller;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::disclosure::Subject;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::access;
use crate::rpc::disclosures::record::{Look, record};
use crate::rpc::name::ApplicationName;
use crate::store::submission;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetSubmissionRequest>,
) -> Result<pb::Submission> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (name, id) = ApplicationName::parse_child("name", "submissions", &pb.name)?;
    let not_found = || Error::NotFound(pb.name.clone());
    let kept = access::visible(ctx, &caller, &name)
        .await
        .map_err(|error| match error {
            Error::NotFound(_) => not_found(),
            other => other,
        })?;
    let found = submission::find(ctx.db.read(), &kept.id, &id).await?;
    let submission = found.ok_or_else(not_found)?;
    let dictionaries = ctx
        .catalogue
        .dictionaries(ctx.db.read(), ctx.clock.now())
        .await?;
    let sections = &submission.frozen.sections;
    let look = Look {
        subject: Subject::Submission,
        resource: &pb.name,
        sections: sections.iter().map(|section| section.id.clone()).collect(),
    };
    record(ctx, &caller, &kept, look).await?;
    Ok(message::of(pb.name.clone(), &submission, &dictionaries))
}
