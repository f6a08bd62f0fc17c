//! FindSeats: where there is a seat as wished, or why there is none and what is next. What the stage has to
//! offer is read once for all who look in the same moment.

use std::sync::Arc;

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::error::{explain, language};
use chassis::text::Language;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use crate::domain::eligibility::Standing;
use crate::domain::quota::Needs;
use crate::domain::seat_search::{self, Candidate, Found, Free, Obstacle, Wishes};
use crate::domain::session;
use crate::domain::test_center;
use crate::domain::waitlist::Wish;
use crate::rpc::wishes::{self, Wanted};
use crate::rpc::{enums, parse};
use crate::{Context, store};

pub async fn find(
    ctx: &Arc<Context>,
    request: Request<pb::FindSeatsRequest>,
) -> Result<pb::FindSeatsResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let parent = parse::below_campaign(&mut violations, "parent", parse::STAGE, &pb.parent);
    let mut wishes = read(&mut violations, &pb);
    let (Some((campaign, stage)), true) = (parent, violations.is_empty()) else {
        return Err(violations.into());
    };
    let (db, now) = (ctx.db.read(), ctx.clock.now());
    let stage = store::stage::find(db, stage)
        .await?
        .filter(|stage| stage.campaign == campaign)
        .ok_or(Error::NotFound(pb.parent))?;
    if stage.is_open().is_err() {
        return Ok(written(&Found::over(), &wishes));
    }
    wishes.needs = as_applied(ctx, &caller, &campaign, wishes.needs).await?;
    let reading = ctx.clone();
    let offers = ctx.looks.at(stage.id, || async move {
        store::look::at_stage(reading.db.read(), stage.id, reading.clock.now()).await
    });
    let offers = offers.await?;
    // What has begun since is not to come any more.
    let begun = offers.partition_point(|it| it.session.start <= now);
    Ok(written(
        &seat_search::find(&offers[begun..], &wishes),
        &wishes,
    ))
}

fn read(violations: &mut Violations, pb: &pb::FindSeatsRequest) -> Wishes {
    let center = (!pb.center.is_empty())
        .then(|| parse::test_center(violations, "center", &pb.center))
        .flatten();
    let wanted = Wanted {
        language: pb.language,
        seat_class: &pb.seat_class,
        subject: &pb.subject,
        accessible: pb.accessible,
    };
    Wishes {
        place_and_day: Wish {
            session: None,
            center,
            day: parse::date(violations, "date", pb.date),
        },
        needs: wishes::needs(violations, "", wanted),
    }
}

/// What was not wished for is as the caller's own application says: who looks without a filter is shown
/// what they could book.
async fn as_applied(
    ctx: &Context,
    caller: &Caller,
    campaign: &str,
    wished: Needs,
) -> Result<Needs> {
    let Ok(person) = caller.person() else {
        return Ok(wished);
    };
    let known = store::eligibility::find(ctx.db.read(), campaign, person.account).await?;
    let Some(known) = known.filter(|it| it.standing == Standing::Granted) else {
        return Ok(wished);
    };
    let (applied, _) = Needs::default().under(&known.needs);
    let is_same = wished.subject.is_none() || wished.subject == applied.subject;
    Ok(Needs {
        seat_class: wished.seat_class,
        language: wished.language.or(applied.language),
        accessible: wished.accessible || applied.accessible,
        applied: applied.applied && is_same,
        subject: wished.subject.or(applied.subject),
    })
}

fn written(found: &Found<'_>, wishes: &Wishes) -> pb::FindSeatsResponse {
    let one_day = wishes.place_and_day.day.is_some();
    let obstacles: Vec<pb::SeatObstacle> = found
        .obstacles
        .iter()
        .map(|it| obstacle(it, &wishes.needs, one_day))
        .collect();
    let mut told: Vec<String> = obstacles.iter().map(|it| it.text.clone()).collect();
    if let Some((next, _)) = found.next {
        told.push(explain("SEATS_NEXT", &about(next, &wishes.needs, false)));
    }
    pb::FindSeatsResponse {
        suggestions: found.suggestions.iter().map(suggestion).collect(),
        obstacles,
        next: found.next.as_ref().map(suggestion),
        text: told.join("; "),
    }
}

fn suggestion((at, seats_left): &Free<'_>) -> pb::SeatSuggestion {
    pb::SeatSuggestion {
        session: at.session.name(),
        start_time: Some(to_pb(at.session.start)),
        center: test_center::name(at.session.center),
        center_title: Some(enums::localized(&at.place.title)),
        seats_left: *seats_left,
    }
}

fn obstacle(obstacle: &Obstacle<'_>, needs: &Needs, one_day: bool) -> pb::SeatObstacle {
    let args = obstacle
        .at
        .map(|at| about(at, needs, one_day))
        .unwrap_or_default();
    let many = obstacle.why == seat_search::Why::CenterFull;
    pb::SeatObstacle {
        code: obstacle.why.as_str().into(),
        text: explain(obstacle.why.as_str(), &args),
        session: match obstacle.at {
            Some(at) if !many => at.session.name(),
            _ => String::new(),
        },
    }
}

/// What a sentence about a session needs: the day is left out where only one was asked for.
fn about(at: &Candidate, needs: &Needs, one_day: bool) -> Vec<(&'static str, String)> {
    let start = at.session.start.to_zoned(at.place.zone.clone());
    let day = match language() {
        Language::En => "%-d %B",
        Language::Kk | Language::Ru => "%d.%m",
    };
    let pattern = if one_day {
        "%H:%M".to_owned()
    } else {
        format!("{day}, %H:%M")
    };
    let form = needs.language.map_or("", session::Language::as_str);
    vec![
        ("center", at.place.title.get(language()).to_owned()),
        ("time", start.strftime(&pattern).to_string()),
        ("language", form.to_owned()),
    ]
}
