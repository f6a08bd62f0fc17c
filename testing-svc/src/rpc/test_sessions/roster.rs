//! ListRoster and StreamRoster: who sits a session, by numbers. Accommodations are told as extra time,
//! and not why.

use std::collections::VecDeque;
use std::sync::Arc;

use chassis::caller::Caller;
use chassis::clock::to_pb;
use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result, audit};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use proto::testing::v1 as pb;
use tonic::{Request, Status};
use uuid::Uuid;

use crate::domain::eligibility::is_number;
use crate::rpc::parse::{self, Nested};
use crate::rpc::{enums, wishes};
use crate::store::booking::Seat;
use crate::store::roster::Place;
use crate::{Context, store};

pub type Stream = BoxStream<'static, std::result::Result<pb::RosterEntry, Status>>;

/// Lines that a stream has in memory.
const READ_AHEAD: u64 = 100;

/// The same where rosters are longest: a page costs a look at all who are booked.
pub const READ_FAR_AHEAD: u64 = 1_000;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListRosterRequest>,
) -> Result<pb::ListRosterResponse> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::nested(&mut violations, "parent", parse::SESSION, &pb.parent);
    let bound = ["roster", &pb.parent];
    let page = Page::<Place>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    let (Some(name), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    begin(ctx, &caller, &name, &pb.parent, "ListRoster").await?;
    let (after, now) = (page.after.clone(), ctx.clock.now());
    let mut rows = store::roster::list(ctx.db.read(), name.id, after, page.limit(), now).await?;
    let next_page_token = page.next(&mut rows, place);
    Ok(pb::ListRosterResponse {
        entries: rows.iter().map(|row| written(ctx, row)).collect(),
        next_page_token,
    })
}

/// A roster on its way: what was read and not told yet, and where to read on.
struct Roster {
    ctx: Arc<Context>,
    session: Uuid,
    ahead: u64,
    read: VecDeque<(String, Seat)>,
    /// None once everything was read.
    after: Option<Option<Place>>,
}

pub async fn stream(
    ctx: &Arc<Context>,
    request: Request<pb::StreamRosterRequest>,
) -> Result<Stream> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::nested(&mut violations, "parent", parse::SESSION, &pb.parent);
    let after = resumed(&mut violations, &pb.resume_token);
    let (Some(name), true) = (name, violations.is_empty()) else {
        return Err(violations.into());
    };
    begin(ctx, &caller, &name, &pb.parent, "StreamRoster").await?;
    Ok(lines(ctx, name.id, after, READ_AHEAD))
}

/// Where a stream goes on; none at its beginning.
pub fn resumed(violations: &mut Violations, token: &str) -> Option<Place> {
    if token.is_empty() {
        return None;
    }
    let place = read_token(token).ok_or("INVALID_PAGE_TOKEN");
    violations.take("resume_token", place)
}

/// The lines of a session, of which so many are in memory.
pub fn lines(ctx: &Arc<Context>, session: Uuid, after: Option<Place>, ahead: u64) -> Stream {
    let roster = Roster {
        ctx: ctx.clone(),
        session,
        ahead,
        read: VecDeque::new(),
        after: Some(after),
    };
    let next = |mut roster: Roster| async move {
        match roster.next().await {
            Ok(Some(entry)) => Some((Ok(entry), roster)),
            Ok(None) => None,
            Err(error) => {
                roster.read.clear();
                roster.after = None;
                Some((Err(error.into()), roster))
            }
        }
    };
    stream::unfold(roster, next).boxed()
}

impl Roster {
    async fn next(&mut self) -> Result<Option<pb::RosterEntry>> {
        if self.read.is_empty()
            && let Some(after) = self.after.take()
        {
            let (db, now) = (self.ctx.db.read(), self.ctx.clock.now());
            let rows = store::roster::list(db, self.session, after, self.ahead, now).await?;
            if u64::try_from(rows.len()).is_ok_and(|read| read == self.ahead) {
                self.after = rows.last().map(|row| Some(place(row)));
            }
            self.read = rows.into();
        }
        let row = self.read.pop_front();
        Ok(row.map(|row| written(&self.ctx, &row)))
    }
}

/// The session is there, and who looks is noted.
async fn begin(
    ctx: &Context,
    caller: &Caller,
    name: &Nested,
    text: &str,
    action: &str,
) -> Result<()> {
    store::test_session::find(ctx.db.read(), name.id, ctx.clock.now())
        .await?
        .filter(|it| it.session.stage == name.parent && it.session.campaign == name.campaign)
        .ok_or_else(|| Error::NotFound(text.to_owned()))?;
    let tx = ctx.db.begin().await?;
    audit::record(&tx, &ctx.clock, caller, action, text, "").await?;
    Ok(ctx.db.commit(tx).await?)
}

pub fn place((number, seat): &(String, Seat)) -> Place {
    (number.clone(), seat.booking.id.to_string())
}

fn read_token(token: &str) -> Option<Place> {
    let (number, booking) = token.split_once('.')?;
    let known = is_number(number) || number.is_empty();
    let booking = Uuid::parse_str(booking).ok()?;
    known.then(|| (number.to_owned(), booking.to_string()))
}

pub fn written(ctx: &Context, row: &(String, Seat)) -> pb::RosterEntry {
    let (number, seat) = row;
    let (booking, needs) = (&seat.booking, &seat.booking.needs);
    pb::RosterEntry {
        candidate_number: number.clone(),
        booking: booking.name(),
        state: enums::phase(booking.phase_at(seat.at(ctx.clock.now()))).into(),
        extra_time_percent: seat.extra_time_percent(),
        end_time: Some(to_pb(seat.session.end)),
        language: wishes::language(needs),
        seat_class: needs.seat_class.clone().unwrap_or_default(),
        subject: needs.subject.clone().unwrap_or_default(),
        resume_token: format!("{number}.{}", booking.id),
    }
}
