//! GetAdmissionResult: each wish of the last round that the application was in, and why.

use anyhow::anyhow;
use chassis::caller::{Caller, Role};
use chassis::clock::to_pb;
use chassis::error::explain;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use crate::domain::admission::competitor::{application_name, choice_name};
use crate::domain::admission::outcome::{ChoiceOutcome, shown};
use crate::domain::admission::specialty::{Specialty, offered_name};
use crate::rpc::allocation_runs::sealed;
use crate::rpc::{enums, parse};
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetAdmissionResultRequest>,
) -> Result<pb::AdmissionResult> {
    let caller = Caller::of(&request);
    let name = request.into_inner().name;
    let mut violations = Violations::new();
    let parts = parse::below_campaign(&mut violations, "name", parse::ADMISSION_RESULT, &name);
    let Some((campaign, application)) = parts else {
        return Err(violations.into());
    };
    let (db, now) = (ctx.db.read(), ctx.clock.now());
    let not_found = || Error::NotFound(name.clone());
    let account = store::competitor::account_of(db, &campaign, application).await?;
    let own = account.is_some_and(|account| caller.is(account));
    if !own && !caller.has(Role::CampaignManager) {
        return Err(not_found());
    }
    let found = store::allocation_result::of_application(db, &campaign, application, now).await?;
    let (run, wishes) = found.ok_or_else(not_found)?;
    let run = store::allocation_run::find(db, run).await?;
    let run = run.ok_or_else(not_found)?;
    let mut choice_results = Vec::new();
    for came in &wishes {
        let specialty = store::admission_specialty::find(db, came.specialty).await?;
        let nowhere = || Error::Internal(anyhow!("a result is of no specialty"));
        choice_results.push(written(&campaign, came, &specialty.ok_or_else(nowhere)?));
    }
    let number = wishes.first().map(|it| it.number.clone());
    Ok(pb::AdmissionResult {
        name,
        application: application_name(&campaign, application),
        application_number: number.unwrap_or_default(),
        round: run.round,
        results_time: run.published.as_ref().map(|it| to_pb(it.times.results)),
        seal: sealed(&run),
        choice_results,
    })
}

fn written(campaign: &str, came: &ChoiceOutcome, specialty: &Specialty) -> pb::ChoiceResult {
    let whole = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let (message, args) = came.told();
    let own = came.standing;
    pb::ChoiceResult {
        choice: choice_name(campaign, came.application, came.choice),
        preference: whole(came.preference),
        specialty: offered_name(came.specialty),
        specialty_title: Some(enums::localized(&specialty.title)),
        college_title: Some(enums::localized(&specialty.college_title)),
        outcome: enums::choice_outcome(came.outcome).into(),
        rank: own.map_or(0, |it| whole(it.rank)),
        ranked_count: own.map_or(0, |it| whole(it.ranked)),
        places: own.map_or(0, |it| whole(it.places)),
        score: own.map(|it| shown(it.score)).unwrap_or_default(),
        last_score: came.last.map(|it| shown(it.score)).unwrap_or_default(),
        quota_category: came.quota.clone().unwrap_or_default(),
        explanation: explain(message, &args),
    }
}
