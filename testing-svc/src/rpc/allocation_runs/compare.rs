//! GetAllocationComparison: both runs are made once more from the input that was kept, which is one and
//! the same.

use anyhow::anyhow;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{find, whole, written_findings};
use crate::domain::admission::run::Run;
use crate::domain::allocation::canonical;
use crate::domain::allocation::compare::{Comparison, Totals, compare};
use crate::domain::allocation::run::allocate;
use crate::domain::refusal::Refusal;
use crate::rpc::parse;
use crate::store::allocation_run::Part;
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetAllocationComparisonRequest>,
) -> Result<pb::AllocationComparison> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let pattern = parse::ALLOCATION_RUN;
    let first = parse::below_campaign(&mut violations, "name", pattern, &pb.name);
    let second = parse::below_campaign(&mut violations, "other", pattern, &pb.other);
    let (Some((campaign, first)), Some((others, second))) = (first, second) else {
        return Err(violations.into());
    };
    let first = find(ctx, &campaign, first, &pb.name).await?;
    let second = find(ctx, &others, second, &pb.other).await?;
    if first.checked()?.input_hash != second.checked()?.input_hash {
        return Err(Refusal::RunsDiffer.into());
    }
    let input = store::allocation_run::file(ctx.db.read(), first.id, Part::Input).await?;
    let comparing = tokio::task::spawn_blocking(move || compared(&input, &first, &second));
    let found = comparing.await.map_err(anyhow::Error::from)?;
    let found = found.ok_or_else(|| Error::Internal(anyhow!("a run does not replay")))?;
    Ok(pb::AllocationComparison {
        name: format!("{}/comparison", pb.name),
        totals: Some(totals(&found.first)),
        other_totals: Some(totals(&found.second)),
        better_count: whole(found.better_in_first),
        better_in_other_count: whole(found.better_in_second),
        alike_count: whole(found.alike),
    })
}

fn compared(input: &str, first: &Run, second: &Run) -> Option<Comparison> {
    let market = canonical::read(input)?;
    let made = |run: &Run| allocate(&market, run.agreed.terms, run.seed).ok();
    compare(&made(first)?, &made(second)?)
}

fn totals(it: &Totals) -> pb::AllocationTotals {
    pb::AllocationTotals {
        by_preference: it.by_choice.iter().map(|count| whole(*count)).collect(),
        without_place: whole(it.without_place),
        empty_places: i64::try_from(it.empty_places).unwrap_or(i64::MAX),
        findings: Some(written_findings(&it.findings)),
    }
}
