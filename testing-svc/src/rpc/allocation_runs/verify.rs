//! VerifyAllocationRun: the same as everybody can do with the two files.

use chassis::Result;
use proto::testing::v1 as pb;
use proto::testing::v1::allocation_verification::Outcome;
use tonic::Request;

use super::named;
use crate::domain::allocation::canonical;
use crate::domain::allocation::record::{self, NoReplay};
use crate::store::allocation_run::Part;
use crate::{Context, store};

pub async fn verify(
    ctx: &Context,
    request: Request<pb::VerifyAllocationRunRequest>,
) -> Result<pb::AllocationVerification> {
    let name = request.into_inner().name;
    let run = named(ctx, &name).await?;
    run.checked()?;
    let db = ctx.db.read();
    let input = store::allocation_run::file(db, run.id, Part::Input).await?;
    let record = store::allocation_run::file(db, run.id, Part::Record).await?;
    let replaying = tokio::task::spawn_blocking(move || match canonical::read(&input) {
        Some(market) => record::replay(&market, &record),
        None => Err(NoReplay::OtherInput),
    });
    let (outcome, line) = match replaying.await.map_err(anyhow::Error::from)? {
        Ok(()) => (Outcome::Same, 0),
        Err(NoReplay::Damaged) => (Outcome::RecordDamaged, 0),
        Err(NoReplay::OtherRules(_)) => (Outcome::OtherRules, 0),
        Err(NoReplay::OtherInput) => (Outcome::OtherInput, 0),
        Err(NoReplay::Withheld) => (Outcome::Withheld, 0),
        Err(NoReplay::Differs(line)) => (Outcome::Differs, line),
    };
    Ok(pb::AllocationVerification {
        name: format!("{name}/verification"),
        outcome: outcome.into(),
        line: i32::try_from(line).unwrap_or(i32::MAX),
    })
}
