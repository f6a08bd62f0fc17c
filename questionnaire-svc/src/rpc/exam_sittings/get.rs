//! Shows a sitting of the caller's college, with everybody in it: people stand there by the numbers of
//! their applications, and on demand by their names.

use std::collections::HashMap;

use chassis::caller::Caller;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::disclosures::record;
use crate::rpc::name;
use crate::store::{choice, exam_sitting};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetExamSittingRequest>,
) -> Result<pb::ExamSitting> {
    let caller = Caller::of(&request);
    let organisation = caller.signatory()?.organisation;
    let pb = request.into_inner();
    let id = name::exam_sitting("name", &pb.name)?;
    let on = ctx.db.read();
    let found = exam_sitting::find(on, id).await?;
    let own = found.filter(|kept| kept.bin == organisation);
    let kept = own.ok_or_else(|| Error::NotFound(pb.name.clone()))?;
    let entries = exam_sitting::entries(on, &kept.id).await?;
    let ids: Vec<_> = entries.iter().map(|it| it.choice.clone()).collect();
    let choices = choice::find_all(on, &ids).await?;
    let names = match pb.with_names {
        true => record::names(ctx, &caller, &pb.name, &choices).await?,
        false => HashMap::new(),
    };
    Ok(pb::ExamSitting {
        entries: message::entries(&entries, &choices, &names),
        ..message::of(&kept)
    })
}
