//! Tells a person that what they asked was answered. Colleges look into their list: a signatory has no
//! inbox.

use chassis::database::Tx;
use chassis::error::Result;
use chassis::outbox;
use proto::events::v1::EnquiryAnswered;

use crate::Context;
use crate::store::enquiry::Kept;

pub async fn publish(ctx: &Context, tx: &Tx, kept: &Kept) -> Result<()> {
    let author = &kept.enquiry.author;
    if !author.starts_with("accounts/") {
        return Ok(());
    }
    let event = EnquiryAnswered {
        enquiry: kept.name(),
        account: author.clone(),
    };
    outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await
}
