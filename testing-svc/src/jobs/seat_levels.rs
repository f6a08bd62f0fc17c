//! Tells machines how many seats there are, by the stage's number: on the day that booking opens it is
//! the first thing asked for.

use chassis::Result;
use chassis::telemetry::levels;

use crate::{Context, NAME, store};

pub async fn run(ctx: &Context) -> Result<()> {
    let all = store::seat_levels::by_stage(ctx.db.read(), ctx.clock.now()).await?;
    let of = |count: fn(&store::seat_levels::Level) -> i64| -> Vec<(String, i64)> {
        let each = all.iter();
        each.map(|it| (it.stage.to_string(), count(it))).collect()
    };
    levels(NAME, "seats_left", "stage", &of(|it| it.left));
    levels(NAME, "seats_taken", "stage", &of(|it| it.taken));
    levels(NAME, "seats_held", "stage", &of(|it| it.held));
    Ok(())
}
