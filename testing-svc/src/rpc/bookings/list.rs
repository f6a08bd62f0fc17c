//! ListBookings: one's own, newest first; everybody's to the exam desk.

use chassis::Result;
use chassis::caller::{Caller, Role};
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written;
use crate::rpc::{enums, parse};
use crate::store::booking::Filter;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListBookingsRequest>,
) -> Result<pb::ListBookingsResponse> {
    let caller = Caller::of(&request);
    let person = caller.person()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = parse::any_campaign(&mut violations, &pb.parent);
    let session = (!pb.session.is_empty())
        .then(|| parse::nested(&mut violations, "session", parse::SESSION, &pb.session))
        .flatten();
    let filter = Filter {
        account: (!person.has(Role::ExamDesk)).then_some(person.account),
        campaign: campaign.flatten(),
        session: session.map(|session| session.id),
        phase: parse::optional_word(&mut violations, "state", pb.state, enums::from_phase),
    };
    let bound = format!("{filter:?}");
    let page = Page::<Uuid>::parse(
        &mut violations,
        pb.page_size,
        &pb.page_token,
        &["bookings", &bound],
    );
    violations.into_result()?;
    let now = ctx.clock.now();
    let db = ctx.db.read();
    let mut rows = store::booking::list(db, &filter, page.after, page.limit(), now).await?;
    let next_page_token = page.next(&mut rows, |seat| seat.booking.id);
    Ok(pb::ListBookingsResponse {
        bookings: rows
            .iter()
            .map(|seat| written(seat, &caller, now))
            .collect(),
        next_page_token,
    })
}
