//! Lists choices: of one application by preference; or the folders of the caller's college, the newest
//! first.

use chassis::caller::{Caller, Role};
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result, name as names};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::choice::State;
use crate::rpc::name::{self, ApplicationName};
use crate::store::choice::{self, Filter, Kept};
use crate::store::{application, campaign};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListApplicationChoicesRequest>,
) -> Result<pb::ListApplicationChoicesResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = names::capture("campaigns/*/applications/-", &pb.parent).map(|[id]: [&str; 1]| id);
    let state = state(&mut violations, pb.state);
    let filter = Filter {
        state,
        specialty: filter_id(&mut violations, &pb.specialty),
        qualification_level: &pb.qualification_level,
        awaiting_exam: pb.awaiting_exam,
        ..Filter::default()
    };
    level(ctx, &mut violations, &pb.qualification_level).await?;
    let parts = [
        pb.parent.as_str(),
        state.map_or("", State::code),
        &pb.specialty,
        &pb.qualification_level,
        if pb.awaiting_exam { "awaiting" } else { "" },
    ];
    let page = Page::<String>::parse(&mut violations, pb.page_size, &pb.page_token, &parts);
    if let Some(campaign) = id {
        violations.into_result()?;
        return folder(ctx, &caller, campaign, filter, &page).await;
    }
    let parent = ApplicationName::parse("parent", &pb.parent);
    let name = match parent {
        Err(Error::Invalid(wrong)) => {
            violations.extend(wrong);
            return Err(violations.into());
        }
        name => name?,
    };
    violations.into_result()?;
    let found = of_application(ctx, &caller, &name).await?;
    let found = found.into_iter().filter(|kept| lets_through(&filter, kept));
    answer(ctx, found.collect(), String::new()).await
}

/// The caller's own college, and no other.
async fn folder(
    ctx: &Context,
    caller: &Caller,
    campaign: &str,
    filter: Filter<'_>,
    page: &Page<String>,
) -> Result<pb::ListApplicationChoicesResponse> {
    let bin = caller.signatory()?.organisation.to_string();
    if campaign::find(ctx.db.read(), campaign).await?.is_none() {
        return Err(Error::NotFound(format!("campaigns/{campaign}")));
    }
    let filter = Filter {
        campaign,
        bin: &bin,
        ..filter
    };
    let mut found = choice::list(ctx.db.read(), &filter, page.after.clone(), page.limit()).await?;
    let next_page_token = page.next(&mut found, |kept| kept.id.clone());
    answer(ctx, found, next_page_token).await
}

/// All choices of one application fit on any page.
async fn of_application(
    ctx: &Context,
    caller: &Caller,
    name: &ApplicationName,
) -> Result<Vec<Kept>> {
    let on = ctx.db.read();
    let found = application::find(on, &name.campaign, &name.id).await?;
    let may_see = |kept: &application::Kept| {
        caller.is(kept.account)
            || (caller.has(Role::CampaignManager) && kept.application.submission_count > 0)
    };
    let kept = found
        .filter(may_see)
        .ok_or_else(|| Error::NotFound(name.to_string()))?;
    choice::of_application(on, &kept.id).await
}

fn lets_through(filter: &Filter<'_>, kept: &Kept) -> bool {
    filter.state.is_none_or(|state| state == kept.choice.state)
        && (filter.specialty.is_empty() || filter.specialty == kept.choice.specialty)
}

async fn answer(
    ctx: &Context,
    found: Vec<Kept>,
    next_page_token: String,
) -> Result<pb::ListApplicationChoicesResponse> {
    let ids: Vec<_> = found.iter().map(|kept| kept.id.clone()).collect();
    let exams = choice::exams(ctx.db.read(), &ids).await?;
    Ok(pb::ListApplicationChoicesResponse {
        application_choices: message::all(&found, &exams),
        next_page_token,
    })
}

fn state(violations: &mut Violations, sent: i32) -> Option<State> {
    let Ok(state) = pb::application_choice::State::try_from(sent) else {
        violations.add("state", "UNKNOWN_VALUE");
        return None;
    };
    State::of_code(state.as_str_name().trim_start_matches("STATE_"))
}

fn filter_id<'a>(violations: &mut Violations, name: &'a str) -> &'a str {
    if name.is_empty() {
        return "";
    }
    let id = name::id_of("specialties/*", name).ok_or("INVALID_NAME");
    violations.take("specialty", id).unwrap_or_default()
}

async fn level(ctx: &Context, violations: &mut Violations, code: &str) -> Result<()> {
    if code.is_empty() {
        return Ok(());
    }
    let on = ctx.db.read();
    let dictionaries = ctx.catalogue.dictionaries(on, ctx.clock.now()).await?;
    let levels = dictionaries.find("qualification-levels");
    if levels.and_then(|it| it.entry(code)).is_none() {
        violations.add("qualification_level", "UNKNOWN_VALUE");
    }
    Ok(())
}
