//! Shows a version of a specialty's formula.

use chassis::name::capture;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::rpc::name;
use crate::store::score_formula;

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetScoreFormulaRequest>,
) -> Result<pb::ScoreFormula> {
    let name = request.into_inner().name;
    let ids = capture("specialties/*/scoreFormulas/*", &name);
    let version = |version: &str| version.parse::<u32>().ok();
    let Some((specialty, version)) = ids.and_then(|[id, it]| Some((id, version(it)?))) else {
        return Err(Violations::one("name", name::reason(&name)).into());
    };
    let found = score_formula::find(ctx.db.read(), specialty, version).await?;
    let found = found.as_ref().map(message::of);
    found.ok_or(Error::NotFound(name))
}
