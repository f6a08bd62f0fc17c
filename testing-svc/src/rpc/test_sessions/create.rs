//! CreateTestSession: by the exam desk.

use chassis::caller::Caller;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use proto::testing::v1 as pb;
use tonic::Request;

use super::written;
use crate::domain::session::{CheckIn, MOST_SEATS, Session, wrong_times};
use crate::domain::test_center;
use crate::rpc::{enums, parse};
use crate::store::test_session::Offer;
use crate::{Context, store};

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateTestSessionRequest>,
) -> Result<pb::TestSession> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let session = read(ctx, &pb)?;
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
    store::test_center::find(tx, session.center)
        .await?
        .ok_or_else(|| Error::NotFound(test_center::name(session.center)))?;
    store::test_session::insert(tx, &session).await?;
    let seats = format!("{} seats", session.capacity);
    let name = session.name();
    audit::record(tx, &ctx.clock, &caller, "CreateTestSession", &name, &seats).await?;
    let offer = Offer {
        seats_left: session.capacity,
        session,
    };
    write.commit(written(&offer)).await
}

fn read(ctx: &Context, pb: &pb::CreateTestSessionRequest) -> Result<Session> {
    let mut violations = Violations::new();
    let parent = parse::below_campaign(&mut violations, "parent", parse::STAGE, &pb.parent);
    parse::request_id(&mut violations, &pb.request_id);
    let Some(session) = &pb.session else {
        violations.add("session", "REQUIRED");
        return Err(violations.into());
    };
    let start = parse::time(
        &mut violations,
        "session.start_time",
        session.start_time.as_ref(),
    );
    let end = parse::time(
        &mut violations,
        "session.end_time",
        session.end_time.as_ref(),
    );
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
    if session.capacity == 0 {
        violations.add("session.capacity", "REQUIRED");
    } else if !(1..=MOST_SEATS).contains(&session.capacity) {
        violations.add("session.capacity", "OUT_OF_RANGE");
    }
    let (Some((campaign, stage)), Some(start), Some(end), Some(center), true) =
        (parent, start, end, center, violations.is_empty())
    else {
        return Err(violations.into());
    };
    Ok(Session {
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
        version: 1,
    })
}
