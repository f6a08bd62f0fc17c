//! GetAdmissionSpecialty: its places, and how many compete for them.

use chassis::Result;
use chassis::caller::Caller;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::lines::lines;
use super::{seen, whole, written};
use crate::rpc::allocation_runs::sealed;
use crate::rpc::parse;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetAdmissionSpecialtyRequest>,
) -> Result<pb::AdmissionSpecialty> {
    let caller = Caller::of(&request);
    let name = request.into_inner().name;
    let mut violations = Violations::new();
    let Some(id) = parse::admission_specialty(&mut violations, "name", &name) else {
        return Err(violations.into());
    };
    let specialty = seen(ctx, &caller, id, name).await?;
    let (mut ranked, mut unranked) = (0, 0);
    for line in lines(ctx, &specialty).await? {
        match line.claim {
            Ok(_) => ranked += 1,
            Err(_) => unranked += 1,
        }
    }
    let (db, now) = (ctx.db.read(), ctx.clock.now());
    let seal = match store::allocation_run::seen(db, &specialty.campaign, now).await? {
        Some(run) => store::allocation_run::find(db, run).await?,
        None => None,
    };
    Ok(pb::AdmissionSpecialty {
        seal: seal.as_ref().and_then(sealed),
        ranked_count: whole(ranked),
        unranked_count: whole(unranked),
        ..written(&specialty)
    })
}
