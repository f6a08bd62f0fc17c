//! Counts what was asked of the caller's college, and the places of its dormitory.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name;
use crate::store::{dormitory, service_request};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetServiceRequestStatisticsRequest>,
) -> Result<pb::ServiceRequestStatistics> {
    let bin = Caller::of(&request).signatory()?.organisation;
    let pb = request.into_inner();
    let Some(asked) = name::id_of("colleges/*/serviceRequestStatistics", &pb.name) else {
        return Err(Violations::one("name", name::reason(&pb.name)).into());
    };
    if asked != bin.to_string() {
        return Err(Error::NotFound(pb.name));
    }
    let on = ctx.db.read();
    let counted = service_request::count(on, bin).await?;
    let dormitories = dormitory::list(on, bin).await?;
    Ok(pb::ServiceRequestStatistics {
        counts: counted.iter().map(message::count).collect(),
        dormitory_places: dormitories.iter().map(message::places).collect(),
        name: pb.name,
    })
}
