//! Told: a person is in the Reserve no more, before the last day that was told.

use chassis::Result;
use chassis::clock::to_pb;
use chassis::database::Tx;
use proto::events::v1::MembershipEnded;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::membership::Membership;
use crate::rpc::enums;

/// With all that its start told: who hears of the end first knows the whole.
pub async fn membership_ended(ctx: &Context, tx: &Tx, member: &Membership) -> Result<()> {
    let reason = member.end_reason.map(|it| enums::end_reason(it).into());
    let event = MembershipEnded {
        membership: member.name(),
        campaign: campaign_name(&member.campaign),
        account: account_name(member.account),
        start_date: Some(enums::date(member.start)),
        end_date: Some(enums::date(member.end)),
        finish_time: member.ended.map(to_pb),
        reason: reason.unwrap_or_default(),
    };
    let about = event.membership.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}
