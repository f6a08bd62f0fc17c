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
use crate::domain::session::Session;
use crate::rpc::parse::{self, Nested};
use crate::rpc::{enums, wishes};
use crate::store::booking::Seat;
use crate::store::roster::Place;
use crate::{Context, store};

pub type Stream = BoxStream<'static, std::result::Result<pb::RosterEntry, Status>>;

/// Lines that a stream has in memory.
const READ_AHEAD: usize = 500;

/// Places in the order of the numbers that a stream looks up at once: two short words each, and more than
/// a session has seats. To find them costs a look at all who are booked, so it is done once.
const PLACES_AHEAD: u64 = 20_000;

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
    let (db, after) = (ctx.db.read(), page.after.clone());
    let mut rows = store::roster::list(db, name.id, after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, place);
    Ok(pb::ListRosterResponse {
        entries: rows.iter().map(|row| written(ctx, row)).collect(),
        next_page_token,
    })
}

/// A roster on its way: who comes next, and where to look on.
pub struct Roster {
    ctx: Arc<Context>,
    session: Uuid,
    next: VecDeque<Place>,
    /// None once everybody was looked up.
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
    Ok(lines(Roster::of(ctx, name.id, after)))
}

/// Where a stream goes on; none at its beginning.
pub fn resumed(violations: &mut Violations, token: &str) -> Option<Place> {
    if token.is_empty() {
        return None;
    }
    let place = read_token(token).ok_or("INVALID_PAGE_TOKEN");
    violations.take("resume_token", place)
}

/// The lines of a roster, each told as it is when it is read.
pub fn lines(roster: Roster) -> Stream {
    type Lines = (Roster, VecDeque<pb::RosterEntry>);
    async fn next((mut roster, mut read): Lines) -> Option<(Result<pb::RosterEntry>, Lines)> {
        if read.is_empty() {
            match roster.page().await {
                Ok(rows) => read.extend(rows.iter().map(|row| written(&roster.ctx, row))),
                Err(error) => {
                    roster.ends();
                    return Some((Err(error), (roster, read)));
                }
            }
        }
        let line = read.pop_front()?;
        Some((Ok(line), (roster, read)))
    }
    let lines = stream::unfold((roster, VecDeque::new()), next);
    lines.map(|line| Ok(line?)).boxed()
}

impl Roster {
    /// That of a session, from the beginning or after a place.
    pub fn of(ctx: &Arc<Context>, session: Uuid, after: Option<Place>) -> Self {
        Self {
            ctx: ctx.clone(),
            session,
            next: VecDeque::new(),
            after: Some(after),
        }
    }

    /// The next lines; none at the end. Whoever gave the seat up meanwhile is not among them.
    pub async fn page(&mut self) -> Result<Vec<(String, Seat)>> {
        let db = self.ctx.db.read();
        loop {
            if self.next.is_empty()
                && let Some(after) = self.after.take()
            {
                let places = store::roster::places(db, self.session, after, PLACES_AHEAD).await?;
                if u64::try_from(places.len()).is_ok_and(|read| read == PLACES_AHEAD) {
                    self.after = Some(places.last().cloned());
                }
                self.next = places.into();
            }
            let some = self.next.len().min(READ_AHEAD);
            let some: Vec<Place> = self.next.drain(..some).collect();
            if some.is_empty() {
                return Ok(Vec::new());
            }
            let rows = store::roster::at(db, self.session, &some).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
    }

    /// After a failure nothing more is told.
    fn ends(&mut self) {
        self.next.clear();
        self.after = None;
    }
}

/// The session, if it is there.
pub async fn session(ctx: &Context, name: &Nested, text: &str) -> Result<Session> {
    let found = store::test_session::find(ctx.db.read(), name.id, ctx.clock.now()).await?;
    found
        .map(|it| it.session)
        .filter(|it| it.stage == name.parent && it.campaign == name.campaign)
        .ok_or_else(|| Error::NotFound(text.to_owned()))
}

/// That somebody read who sits a session is noted.
pub async fn note_look(ctx: &Context, caller: &Caller, action: &str, session: &str) -> Result<()> {
    let tx = ctx.db.begin().await?;
    audit::record(&tx, &ctx.clock, caller, action, session, "").await?;
    Ok(ctx.db.commit(tx).await?)
}

/// The session is there, and who looks is noted.
async fn begin(
    ctx: &Context,
    caller: &Caller,
    name: &Nested,
    text: &str,
    action: &str,
) -> Result<()> {
    session(ctx, name, text).await?;
    note_look(ctx, caller, action, text).await
}

fn place((number, seat): &(String, Seat)) -> Place {
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
