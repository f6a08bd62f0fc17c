//! Lists choices: of one application by preference; or the folders of the caller's college, the newest
//! first.

use std::collections::{BTreeMap, BTreeSet};

use chassis::caller::{Caller, Role};
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result, name as names};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::application_number;
use crate::domain::choice::State;
use crate::domain::exam_sitting;
use crate::rpc::disclosures::record;
use crate::rpc::name::{self, ApplicationName};
use crate::store::choice::{self, Awaiting, Filter, Kept};
use crate::store::{application, campaign, score_formula};

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
        application_number: &pb.application_number,
        ..Filter::default()
    };
    if !pb.application_number.is_empty() {
        let checked = application_number::check(&pb.application_number);
        violations.take("application_number", checked);
    }
    codes(ctx, &mut violations, &pb).await?;
    let parts = [
        pb.parent.as_str(),
        state.map_or("", State::code),
        &pb.specialty,
        &pb.qualification_level,
        if pb.awaiting_exam { "awaiting" } else { "" },
        &pb.exam,
        &pb.application_number,
    ];
    let page = Page::<String>::parse(&mut violations, pb.page_size, &pb.page_token, &parts);
    if let Some(campaign) = id {
        violations.into_result()?;
        return folder(ctx, &caller, campaign, filter, &pb, &page).await;
    }
    for (field, is_asked) in [
        ("awaiting_exam", pb.awaiting_exam),
        ("application_number", !pb.application_number.is_empty()),
        ("with_names", pb.with_names),
    ] {
        if is_asked {
            violations.add(field, "NOT_ASKED");
        }
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
    answer(ctx, &found.collect::<Vec<_>>(), String::new()).await
}

/// The caller's own college, and no other; on demand those alone who wait for an exam, and with names.
async fn folder(
    ctx: &Context,
    caller: &Caller,
    campaign: &str,
    filter: Filter<'_>,
    pb: &pb::ListApplicationChoicesRequest,
    page: &Page<String>,
) -> Result<pb::ListApplicationChoicesResponse> {
    let bin = caller.signatory()?.organisation.to_string();
    if campaign::find(ctx.db.read(), campaign).await?.is_none() {
        return Err(Error::NotFound(format!("campaigns/{campaign}")));
    }
    let filter = Filter {
        campaign,
        bin: &bin,
        awaiting: match pb.awaiting_exam {
            true => Some(awaited_by(ctx, campaign, &bin, filter.specialty, &pb.exam).await?),
            false => None,
        },
        ..filter
    };
    let mut found = choice::list(ctx.db.read(), &filter, page.after.clone(), page.limit()).await?;
    let next_page_token = page.next(&mut found, |kept| kept.id.clone());
    let mut answer = answer(ctx, &found, next_page_token).await?;
    if pb.with_names {
        let names = record::names(ctx, caller, &pb.parent, &found).await?;
        message::name(&mut answer.application_choices, &found, &names);
    }
    Ok(answer)
}

/// The specialties of a college whose applicants need an exam, by the exams that they need.
async fn awaited_by(
    ctx: &Context,
    campaign: &str,
    bin: &str,
    specialty: &str,
    exam: &str,
) -> Result<Vec<Awaiting>> {
    let on = ctx.db.read();
    let exam = (!exam.is_empty()).then_some(exam);
    let found = score_formula::of_competitions(on, campaign, bin, specialty).await?;
    let mut groups: BTreeMap<BTreeSet<&str>, Vec<String>> = BTreeMap::new();
    for (kept, formula) in &found {
        let exams = exam_sitting::awaited(&kept.specialty, formula, exam);
        if !exams.is_empty() {
            groups.entry(exams).or_default().push(kept.id.clone());
        }
    }
    let group = |(exams, specialties): (BTreeSet<&str>, Vec<String>)| Awaiting {
        exams: exams.into_iter().map(str::to_owned).collect(),
        specialties,
    };
    Ok(groups.into_iter().map(group).collect())
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
    found: &[Kept],
    next_page_token: String,
) -> Result<pb::ListApplicationChoicesResponse> {
    let ids: Vec<_> = found.iter().map(|kept| kept.id.clone()).collect();
    let exams = choice::exams(ctx.db.read(), &ids).await?;
    Ok(pb::ListApplicationChoicesResponse {
        application_choices: message::all(found, &exams),
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

/// The codes that are filtered by stand in their dictionaries.
async fn codes(
    ctx: &Context,
    violations: &mut Violations,
    pb: &pb::ListApplicationChoicesRequest,
) -> Result<()> {
    if !pb.exam.is_empty() && !pb.awaiting_exam {
        violations.add("exam", "NOT_ASKED");
    }
    if pb.qualification_level.is_empty() && pb.exam.is_empty() {
        return Ok(());
    }
    let on = ctx.db.read();
    let dictionaries = ctx.catalogue.dictionaries(on, ctx.clock.now()).await?;
    for (field, dictionary, code) in [
        (
            "qualification_level",
            "qualification-levels",
            &pb.qualification_level,
        ),
        ("exam", "entrance-exams", &pb.exam),
    ] {
        let entry = dictionaries.find(dictionary).and_then(|it| it.entry(code));
        if !code.is_empty() && entry.is_none() {
            violations.add(field, "UNKNOWN_VALUE");
        }
    }
    Ok(())
}
