//! Shows signatures whole, to the service that exports a log of signed acts.

use chassis::Result;
use chassis::violation::Violations;
use proto::identity::v1 as pb;
use tonic::Request;

use super::show_whole;
use crate::rpc::named;
use crate::{Context, store};

/// As many as fit into an answer, each as large as a service takes it.
const MOST: usize = 50;

pub async fn look_up(
    ctx: &Context,
    request: Request<pb::LookUpSignaturesRequest>,
) -> Result<pb::LookUpSignaturesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    if pb.names.is_empty() {
        violations.add("names", "REQUIRED");
    } else if pb.names.len() > MOST {
        violations.add_with("names", "TOO_MANY", [("max", MOST.to_string())]);
    }
    let mut ids = Vec::new();
    for (at, name) in pb.names.iter().take(MOST).enumerate() {
        let field = format!("names[{at}]");
        ids.extend(named(&mut violations, &field, "signatures/*", name));
    }
    violations.into_result()?;
    let found = store::signature::find_all(&ctx.sealer, ctx.db.read(), &ids).await?;
    Ok(pb::LookUpSignaturesResponse {
        signatures: found.iter().map(show_whole).collect(),
    })
}
