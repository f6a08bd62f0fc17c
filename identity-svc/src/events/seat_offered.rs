//! A seat is kept until the person answers: until when, and how to. The mail has a link that gives the seat
//! up without signing in.

use std::sync::Arc;

use chassis::Result;
use chassis::bus::{Event, Subscriber};
use proto::events::v1::SeatOffered;

use super::{Told, appointment, deliver, instant};
use crate::Context;
use crate::domain::notice::Notice;
use crate::domain::step::Step;
use crate::inbox::Link;

const NAME: &str = "identity.inbox.seat_offered";

pub(super) fn subscriber(ctx: &Arc<Context>) -> Subscriber {
    let ctx = ctx.clone();
    Subscriber::to(NAME, move |event: Event, offered: SeatOffered| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, offered).await })
    })
}

/// Events are kept, so the secret of the link is in none: it is asked for, before the transaction.
async fn take(ctx: &Context, event: &Event, offered: SeatOffered) -> Result<()> {
    let token = ctx.seat_offers.reject_token(&offered).await?;
    let link = token.as_ref().map(|token| Link {
        text: "seat-offered-link",
        page: "reject-offer",
        token,
    });
    deliver(ctx, NAME, event, Some(told(offered)), link).await
}

fn told(event: SeatOffered) -> Told {
    let step = Step::SeatOffered {
        at: appointment!(event, waitlist_entry, 0),
        expires: instant(event.expire_time.as_ref()),
        displaced: event.displaced,
    };
    Told {
        account: event.account,
        about: event.waitlist_entry,
        notice: Notice::Step(step),
    }
}
