//! Told: a certificate was revoked.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::CertificateRevoked;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::certificate::{Certificate, Revocation};
use crate::domain::localized::Localized;
use crate::domain::stage_result;
use crate::rpc::enums;

pub async fn certificate_revoked(
    ctx: &Context,
    tx: &Tx,
    one: &Certificate,
    title: &Localized,
    reason: Revocation,
) -> Result<()> {
    let event = CertificateRevoked {
        certificate: one.name(),
        stage_result: stage_result::name(&one.campaign, one.stage, one.result),
        campaign: campaign_name(&one.campaign),
        account: account_name(one.account),
        title: Some(enums::localized(title)),
        reason: enums::revoke_reason(reason).into(),
    };
    let about = event.stage_result.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}
