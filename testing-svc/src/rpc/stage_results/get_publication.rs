//! GetStagePublication: the cuts, and what they were made of.

use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written_publication;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetStagePublicationRequest>,
) -> Result<pb::StagePublication> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let Some((campaign, id)) = parse::part_of_stage(&mut violations, "publication", &pb.name)
    else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let stage = store::stage::find(db, id).await?;
    let publication = match stage.filter(|stage| stage.campaign == campaign) {
        Some(stage) => store::publication::find(db, stage.id).await?,
        None => None,
    };
    let publication = publication.ok_or(Error::NotFound(pb.name))?;
    Ok(written_publication(&campaign, &publication))
}
