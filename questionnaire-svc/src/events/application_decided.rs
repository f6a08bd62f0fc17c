//! ApplicationDecided: the application has taken what an expert decided.

use chassis::database::Tx;
use chassis::{Result, outbox};
use proto::events::v1::ApplicationDecided;

use crate::Context;
use crate::store::application::Kept;

/// Tells it of this application, whichever names the decision came with.
pub async fn tell(ctx: &Context, tx: &Tx, kept: &Kept, decided: ApplicationDecided) -> Result<()> {
    let event = ApplicationDecided {
        application: kept.name(),
        submission: kept.submission_name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        ..decided
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await
}
