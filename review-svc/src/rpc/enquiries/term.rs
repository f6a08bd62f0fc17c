//! Until when what waits is to be answered.

use chassis::clock::astana;
use chassis::database::Tx;
use chassis::error::Result;
use jiff::Timestamp;

use crate::Context;
use crate::store::calendar;

/// The end of the term of what is asked now; nothing where its year has no calendar, which is not guessed.
pub async fn due_time(ctx: &Context, tx: &Tx, now: Timestamp) -> Result<Option<Timestamp>> {
    let in_force = calendar::in_force(tx, &ctx.calendar).await?;
    let days = ctx.config.enquiry_working_days;
    let term = in_force.calendar.term(now, days, &astana());
    Ok(term.ok().map(|term| term.due_time))
}
