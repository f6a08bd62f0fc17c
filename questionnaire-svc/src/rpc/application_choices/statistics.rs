//! Counts the choices of the caller's college: how its places fill.

use chassis::caller::Caller;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::rpc::name;
use crate::store::campaign;
use crate::store::choice::{self, Counted};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetChoiceStatisticsRequest>,
) -> Result<pb::ChoiceStatistics> {
    let bin = Caller::of(&request).signatory()?.organisation;
    let pb = request.into_inner();
    let Some(id) = name::id_of("campaigns/*/choiceStatistics", &pb.name) else {
        return Err(Violations::one("name", name::reason(&pb.name)).into());
    };
    let on = ctx.db.read();
    if campaign::find(on, id).await?.is_none() {
        return Err(Error::NotFound(pb.name.clone()));
    }
    let counted = choice::count(on, id, &bin.to_string()).await?;
    Ok(pb::ChoiceStatistics {
        counts: counted.iter().map(count).collect(),
        name: pb.name,
    })
}

fn count(counted: &Counted) -> pb::ChoiceCount {
    let state = format!("STATE_{}", counted.state.code());
    pb::ChoiceCount {
        specialty: format!("specialties/{}", counted.specialty),
        state: pb::application_choice::State::from_str_name(&state)
            .unwrap_or_default()
            .into(),
        count: i32::try_from(counted.count).unwrap_or(i32::MAX),
        places: counted.places,
    }
}
