//! Excludes a person from the selection, for false data or by law.

use chassis::Result;
use chassis::caller::Caller;
use proto::events::v1::ApplicationDisqualified;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::set_aside::{SetAside, last_submission, set_aside};
use crate::Context;
use crate::domain::application::Application;

pub async fn disqualify(
    ctx: &Context,
    request: Request<pb::DisqualifyApplicationRequest>,
) -> Result<pb::Application> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let way = SetAside {
        rpc: "DisqualifyApplication",
        dictionary: "disqualification-reasons",
        end: Application::disqualify,
        event: |kept, reason, title| ApplicationDisqualified {
            application: kept.name(),
            campaign: kept.campaign_name(),
            account: kept.applicant(),
            reason_code: reason.to_owned(),
            submission_number: last_submission(kept),
            reason_title: Some(title),
        },
        name: &pb.name,
        etag: &pb.etag,
        reason_code: &pb.reason_code,
        request_id: &pb.request_id,
    };
    set_aside(ctx, &caller, &pb, way).await
}
