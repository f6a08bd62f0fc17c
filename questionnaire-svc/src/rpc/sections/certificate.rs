//! What is special about the certificate section: saving it closes the right to a promo code, and
//! a language result can fill it.

use chassis::database::Tx;
use chassis::{Result, outbox};
use jiff::Timestamp;
use proto::events::v1::{CertificateDeclared, CertificateVerified};

use crate::Context;
use crate::domain::application::Declared;
use crate::domain::readiness::FilledSection;
use crate::domain::receive::Source;
use crate::store::application::{self, Kept, WaitingResult};
use crate::store::section;

pub const SECTION: &str = "certificate";

/// Notes in the row of the application that certificate data were saved. It is the row that a
/// promo code is claimed in, so only one of the two comes first.
pub async fn declare(ctx: &Context, tx: &Tx, kept: &mut Kept, now: Timestamp) -> Result<()> {
    if kept.application.declare_certificate(now) == Declared::Before {
        return Ok(());
    }
    application::declare_certificate(tx, kept, now).await?;
    let event = CertificateDeclared {
        application: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await
}

/// Fills the section with a passed language result. It is verified from now on: nobody edits it.
pub async fn fill(
    ctx: &Context,
    tx: &Tx,
    kept: &mut Kept,
    result: &WaitingResult,
    now: Timestamp,
) -> Result<section::Kept> {
    // The applicant declared nothing, so nothing is told of it; but data stand in the section.
    if kept.application.declare_certificate(now) == Declared::Now {
        application::declare_certificate(tx, kept, now).await?;
    }
    kept.waiting_result = None;
    application::save(tx, kept).await?;
    let filled = FilledSection {
        answers: result.answers.clone(),
        source: Source::LanguageResult,
    };
    let saved = section::save(tx, &kept.id, SECTION, filled, now).await?;
    let event = CertificateVerified {
        application: kept.name(),
        campaign: kept.campaign_name(),
        account: kept.applicant(),
        language_result: result.name.clone(),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await?;
    Ok(saved)
}
