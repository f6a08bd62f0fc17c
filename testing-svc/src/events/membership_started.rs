//! Told: a person is in the Reserve.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::MembershipStarted;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::membership::Membership;
use crate::rpc::enums;

pub async fn membership_started(ctx: &Context, tx: &Tx, member: &Membership) -> Result<()> {
    let event = MembershipStarted {
        membership: member.name(),
        campaign: campaign_name(&member.campaign),
        account: account_name(member.account),
        start_date: Some(enums::date(member.start)),
        end_date: Some(enums::date(member.end)),
    };
    let about = event.membership.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}
