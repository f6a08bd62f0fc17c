//! Shows a sitting of the caller's college, with everybody in it: people stand there by the numbers of
//! their applications.

use chassis::caller::Caller;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name;
use crate::store::{choice, exam_sitting};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetExamSittingRequest>,
) -> Result<pb::ExamSitting> {
    let organisation = Caller::of(&request).signatory()?.organisation;
    let pb = request.into_inner();
    let id = name::exam_sitting("name", &pb.name)?;
    let on = ctx.db.read();
    let found = exam_sitting::find(on, id).await?;
    let own = found.filter(|kept| kept.bin == organisation);
    let kept = own.ok_or(Error::NotFound(pb.name))?;
    let entries = exam_sitting::entries(on, &kept.id).await?;
    let ids: Vec<_> = entries.iter().map(|it| it.choice.clone()).collect();
    let choices = choice::find_all(on, &ids).await?;
    Ok(pb::ExamSitting {
        entries: message::entries(&entries, &choices),
        ..message::of(&kept)
    })
}
