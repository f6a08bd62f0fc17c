//! Told: nobody answered an offer in time.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::SeatOfferLapsed;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::waitlist::Entry;
use crate::store::booking::Seat;

pub async fn seat_offer_lapsed(ctx: &Context, tx: &Tx, entry: &Entry, seat: &Seat) -> Result<()> {
    let event = SeatOfferLapsed {
        waitlist_entry: entry.name(),
        session: seat.session.name(),
        campaign: campaign_name(&entry.campaign),
        account: account_name(entry.account),
    };
    // About the place: offered comes before lapsed.
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &entry.name(), &event).await
}
