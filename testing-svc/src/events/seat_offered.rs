//! Told: a seat is kept for a person who waits, until they answer.

use chassis::Result;
use chassis::clock::to_pb;
use chassis::database::Tx;
use jiff::Timestamp;
use proto::events::v1::SeatOffered;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::waitlist::Entry;
use crate::rpc::enums;
use crate::store::booking::Seat;

pub async fn seat_offered(
    ctx: &Context,
    tx: &Tx,
    entry: &Entry,
    seat: &Seat,
    until: Timestamp,
) -> Result<()> {
    let event = SeatOffered {
        waitlist_entry: entry.name(),
        session: seat.session.name(),
        campaign: campaign_name(&entry.campaign),
        account: account_name(entry.account),
        start_time: Some(to_pb(seat.session.start)),
        end_time: Some(to_pb(seat.session.end)),
        center_title: Some(enums::localized(&seat.center_title)),
        expire_time: Some(to_pb(until)),
        displaced: entry.displaced,
        time_zone: seat.time_zone.clone(),
    };
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &entry.name(), &event).await
}
