//! Shows what is known of a document.

use chassis::Result;
use chassis::caller::Caller;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::disclosure::Subject;
use tonic::Request;

use super::{message, reach};
use crate::Context;
use crate::rpc::disclosures::record::{Look, record};

pub async fn get(ctx: &Context, request: Request<pb::GetDocumentRequest>) -> Result<pb::Document> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (application, kept) = reach::visible(ctx, &caller, &pb.name).await?;
    let look = Look {
        subject: Subject::DocumentDetails,
        resource: &pb.name,
        sections: vec![kept.document.section.clone()],
    };
    record(ctx, &caller, &application, look).await?;
    Ok(message::of(&kept))
}
