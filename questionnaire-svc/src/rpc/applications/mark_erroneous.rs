//! Sets aside an application that should never have been there.

use chassis::Result;
use chassis::caller::Caller;
use proto::events::v1::ApplicationMarkedErroneous;
use proto::questionnaire::v1 as pb;
use proto::wire::v1::LocalizedText;
use tonic::Request;

use super::set_aside::{SetAside, last_submission, set_aside};
use crate::Context;
use crate::domain::application::Application;
use crate::store::application::Kept;

pub async fn mark_erroneous(
    ctx: &Context,
    request: Request<pb::MarkErroneousRequest>,
) -> Result<pb::Application> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let way = SetAside {
        rpc: "MarkErroneous",
        dictionary: "erroneous-reasons",
        end: Application::mark_erroneous,
        event: marked_erroneous,
        name: &pb.name,
        etag: &pb.etag,
        reason_code: &pb.reason_code,
        request_id: &pb.request_id,
    };
    set_aside(ctx, &caller, &pb, way).await
}

/// What others are told of it.
pub fn marked_erroneous(
    kept: &Kept,
    reason: &str,
    title: LocalizedText,
) -> ApplicationMarkedErroneous {
    ApplicationMarkedErroneous {
        application: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        reason_code: reason.to_owned(),
        submission_number: last_submission(kept),
        reason_title: Some(title),
    }
}
