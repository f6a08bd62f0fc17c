//! Told: a certificate was issued.

use chassis::Result;
use chassis::database::Tx;
use proto::events::v1::CertificateIssued;
use proto::events::v1::certificate_issued::Occasion;

use super::{account_name, campaign_name};
use crate::Context;
use crate::domain::certificate::{Certificate, State};
use crate::domain::localized::Localized;
use crate::domain::stage_result;
use crate::rpc::enums;

/// `before` is the one whose place it takes, as it is now.
pub async fn certificate_issued(
    ctx: &Context,
    tx: &Tx,
    one: &Certificate,
    title: &Localized,
    before: Option<&Certificate>,
) -> Result<()> {
    let occasion = match before.map(|it| it.state) {
        None => Occasion::Publication,
        Some(State::Revoked) => Occasion::Reissue,
        Some(State::Superseded | State::Valid) => Occasion::Appeal,
    };
    let event = CertificateIssued {
        certificate: one.name(),
        stage_result: stage_result::name(&one.campaign, one.stage, one.result),
        campaign: campaign_name(&one.campaign),
        account: account_name(one.account),
        title: Some(enums::localized(title)),
        occasion: occasion.into(),
    };
    // About the result: one edition comes before the next.
    let about = event.stage_result.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}
