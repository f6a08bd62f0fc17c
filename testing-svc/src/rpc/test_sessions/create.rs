//! CreateTestSession: by the exam desk.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::{plan, read, written};
use crate::domain::quota::Quota;
use crate::domain::session::{CheckIn, Session, wrong_times};
use crate::rpc::{enums, parse};
use crate::store::test_session::Offer;
use crate::{Context, store};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateTestSessionRequest>,
) -> Result<pb::TestSession> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (session, quotas) = parsed(ctx, &pb)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateTestSession",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(session) => return Ok(session),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    store::stage::find(tx, session.stage)
        .await?
        .filter(|stage| stage.campaign == session.campaign)
        .ok_or(Error::NotFound(pb.parent))?;
    plan::lock(tx, &session, None).await?;
    plan::check(tx, &session, &quotas).await?;
    store::test_session::insert(tx, &session).await?;
    for quota in &quotas {
        store::quota::insert(tx, session.id, quota).await?;
    }
    plan::take_room(ctx, tx, &session).await?;
    let seats = format!("{} seats", session.capacity);
    let name = session.name();
    audit::record(tx, &ctx.clock, &caller, "CreateTestSession", &name, &seats).await?;
    let offer = Offer {
        seats_left: session.capacity,
        session,
        quotas,
    };
    write.commit(written(&offer)).await
}

fn parsed(ctx: &Context, pb: &pb::CreateTestSessionRequest) -> Result<(Session, Vec<Quota>)> {
    let mut violations = Violations::new();
    let parent = parse::below_campaign(&mut violations, "parent", parse::STAGE, &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    let Some(session) = &pb.session else {
        violations.add("session", "REQUIRED");
        return Err(violations.into());
    };
    let start = read::start(&mut violations, session);
    let end = read::end(&mut violations, session);
    if let (Some(start), Some(end)) = (start, end) {
        for (field, reason) in wrong_times(start, end, ctx.clock.now()) {
            violations.add(field, reason);
        }
    }
    let center = parse::test_center(&mut violations, "session.center", &session.center);
    let language = parse::optional_word(
        &mut violations,
        "session.language",
        session.language,
        enums::from_language,
    );
    read::capacity(&mut violations, session);
    let room = read::room(&mut violations, session);
    read::extra_time(&mut violations, session);
    let quotas = read::quotas(&mut violations, session, session.capacity);
    if let (Some((of, _)), Some(center)) = (room, center)
        && of != center
    {
        violations.add("session.room", "OTHER_CENTER");
    }
    let (Some((campaign, stage)), Some(start), Some(end), Some(center), true) =
        (parent, start, end, center, violations.is_empty())
    else {
        return Err(violations.into());
    };
    let session = Session {
        id: ctx.ids.uuid(),
        campaign,
        stage,
        center,
        start,
        end,
        capacity: session.capacity,
        taken: 0,
        language,
        check_in: if session.check_in_required {
            CheckIn::Required
        } else {
            CheckIn::NotNeeded
        },
        room: room.map(|(_, room)| room),
        extra_time_percent: session.extra_time_percent,
        closed: false,
        version: 1,
    };
    Ok((session, quotas))
}
