//! What all news of a booking say: whose seat it is, where and when.

use chassis::Result;
use chassis::database::Tx;
use prost::{Message, Name};

use crate::Context;
use crate::store::booking::Seat;

/// An event about a seat, with what it says beyond that.
macro_rules! seat_news {
    ($event:ident, $seat:expr $(, $more:ident)*) => {
        $event {
            booking: $seat.booking.name(),
            session: $seat.session.name(),
            campaign: $crate::events::campaign_name(&$seat.booking.campaign),
            account: $crate::events::account_name($seat.booking.account),
            start_time: Some(chassis::clock::to_pb($seat.session.start)),
            end_time: Some(chassis::clock::to_pb($seat.session.end)),
            center_title: Some($crate::rpc::enums::localized(&$seat.center_title)),
            sequence: $seat.booking.sequence,
            time_zone: $seat.time_zone.clone(),
            $($more,)*
        }
    };
}
pub(super) use seat_news;

/// About the booking, so that its news come in order.
pub(super) async fn tell<M>(ctx: &Context, tx: &Tx, seat: &Seat, event: M) -> Result<()>
where
    M: Message + Name,
{
    let about = seat.booking.name();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}
