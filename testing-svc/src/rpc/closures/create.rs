//! CreateClosure: by the exam desk. Sessions are closed at once; of the people the call displaces the
//! first, and a job the rest, so that a large centre doesn't hold its locks for long.

use chassis::caller::Caller;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use chassis::{Error, Result, audit, name};
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::domain::closure::{Closure, Target, TargetKind, wrong_times};
use crate::domain::{room, session, test_center};
use crate::rpc::parse;
use crate::{Context, dealing, store};

/// Letters of the longest reason.
const LONGEST_REASON: usize = 200;

/// Bookings that the call itself displaces.
const AT_ONCE: u64 = 200;

pub async fn create(
    ctx: &Context,
    request: Request<pb::CreateClosureRequest>,
) -> Result<pb::Closure> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut closure = read(ctx, &pb)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "CreateClosure",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(closure) => return Ok(closure),
        Once::Begun(write) => write,
    };
    let tx = write.tx();
    lock(tx, &closure).await?;
    let now = ctx.clock.now();
    let sessions = store::closure::hit(tx, &closure, now).await?;
    store::seats::lock(tx, &sessions).await?;
    closure.sessions_hit = i32::try_from(sessions.len()).unwrap_or(i32::MAX);
    for session in &sessions {
        let booked = store::closure::count_booked(tx, *session).await?;
        closure.bookings_hit = closure.bookings_hit.saturating_add(booked);
    }
    if pb.dry_run {
        let answer = pb::Closure {
            name: String::new(),
            create_time: None,
            ..written(&closure)
        };
        return write.commit(answer).await;
    }
    store::closure::insert(tx, &closure).await?;
    let detail = format!("{} sessions", closure.sessions_hit);
    let name = closure.name();
    audit::record(tx, &ctx.clock, &caller, "CreateClosure", &name, &detail).await?;
    close(ctx, tx, &caller, &sessions).await?;
    write.commit(written(&closure)).await
}

/// All sessions first: nobody is offered a seat in one that closes, too.
async fn close(ctx: &Context, tx: &Tx, caller: &Caller, sessions: &[Uuid]) -> Result<()> {
    for session in sessions {
        store::closure::close_session(tx, *session).await?;
    }
    let mut left = AT_ONCE;
    for session in sessions {
        if left == 0 {
            break;
        }
        let seen = dealing::displace(ctx, tx, caller, *session, left).await?;
        left = left.saturating_sub(seen);
    }
    Ok(())
}

/// Locks what is closed, so that no session is made in it meanwhile.
async fn lock(tx: &Tx, closure: &Closure) -> Result<()> {
    let target = &closure.target;
    let found = match target.kind {
        TargetKind::Center => {
            let center = store::test_center::lock(tx, target.id).await?;
            center.map(|it| it.name())
        }
        TargetKind::Room => {
            // Whoever lifts a closure of the centre looks for those of its rooms.
            if let Some(room) = store::room::find(tx, target.id).await? {
                store::test_center::lock(tx, room.center).await?;
            }
            store::room::lock(tx, target.id).await?.map(|it| it.name())
        }
        TargetKind::Session => {
            store::seats::lock(tx, &[target.id]).await?;
            let session = store::test_session::find(tx, target.id, closure.created).await?;
            session.map(|it| it.session.name())
        }
    };
    match found {
        Some(name) if name == target.name => Ok(()),
        _ => Err(Error::NotFound(target.name.clone())),
    }
}

fn read(ctx: &Context, pb: &pb::CreateClosureRequest) -> Result<Closure> {
    let mut violations = Violations::new();
    parse::request_id(&mut violations, &pb.request_id);
    let Some(closure) = &pb.closure else {
        violations.add("closure", "REQUIRED");
        return Err(violations.into());
    };
    let target = if closure.target.is_empty() {
        Err("REQUIRED")
    } else {
        target(&closure.target).ok_or("INVALID_NAME")
    };
    let target = violations.take("closure.target", target);
    let (start, end) = (closure.start_time.as_ref(), closure.end_time.as_ref());
    let start = parse::time(&mut violations, "closure.start_time", start);
    let end = parse::time(&mut violations, "closure.end_time", end);
    let now = ctx.clock.now();
    if let (Some(start), Some(end)) = (start, end)
        && let Some((field, reason)) = wrong_times(start, end, now)
    {
        violations.add(field, reason);
    }
    let reason = violations.text("closure.reason", &closure.reason, LONGEST_REASON);
    let (Some(target), Some(start), Some(end), true) = (target, start, end, violations.is_empty())
    else {
        return Err(violations.into());
    };
    Ok(Closure {
        id: ctx.ids.uuid(),
        target,
        start,
        end,
        reason,
        sessions_hit: 0,
        bookings_hit: 0,
        created: now,
        lifted: None,
    })
}

/// The three sorts of things that can be closed, each under its own name.
fn target(text: &str) -> Option<Target> {
    let id = |text: &str| Uuid::parse_str(text).ok();
    if let Some([center]) = name::capture::<1>("testCenters/*", text) {
        let id = id(center)?;
        return Some(Target {
            kind: TargetKind::Center,
            id,
            name: test_center::name(id),
        });
    }
    if let Some([center, inside]) = name::capture::<2>("testCenters/*/rooms/*", text) {
        let inside = id(inside)?;
        return Some(Target {
            kind: TargetKind::Room,
            id: inside,
            name: room::name(id(center)?, inside),
        });
    }
    let [campaign, stage, meeting] = name::capture::<3>(parse::SESSION, text)?;
    let meeting = id(meeting)?;
    Some(Target {
        kind: TargetKind::Session,
        id: meeting,
        name: session::name(campaign, id(stage)?, meeting),
    })
}
