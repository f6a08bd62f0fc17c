//! Taken: an exam of a wish has points, or nobody came to it; perhaps before the wish itself is known here.

use std::sync::Arc;

use anyhow::anyhow;
use chassis::bus::{Event, Subscriber, first_time};
use chassis::{Error, Result};
use proto::events::v1::EntranceExamGraded;

use super::of_choice;
use crate::domain::score::Score;
use crate::{Context, store};

const NAME: &str = "testing-svc.keep-exam-points";

pub fn subscriber(ctx: Arc<Context>) -> Subscriber {
    Subscriber::to(NAME, move |event, graded| {
        let ctx = ctx.clone();
        Box::pin(async move { take(&ctx, &event, &graded).await })
    })
}

async fn take(ctx: &Context, event: &Event, graded: &EntranceExamGraded) -> Result<()> {
    let choice = of_choice(&graded.choice, &graded.specialty)?;
    let points = match graded.absent {
        true => None,
        false => Some(points(graded)?),
    };
    let tx = ctx.db.begin().await?;
    if !first_time(&tx, &ctx.clock, NAME, event).await? {
        return Ok(());
    }
    store::admission_specialty::count_change(&tx, &choice.campaign, choice.specialty).await?;
    store::competitor::hold(&tx, &choice.campaign, choice.specialty, choice.id).await?;
    match points {
        Some(points) => {
            store::competitor::grade(&tx, choice.id, &graded.exam, points).await?;
        }
        None => store::competitor::miss(&tx, choice.id).await?,
    }
    Ok(ctx.db.commit(tx).await?)
}

fn points(graded: &EntranceExamGraded) -> Result<Score> {
    let points = Score::parse(&graded.points);
    points.map_err(|_| Error::Internal(anyhow!("an exam has no points")))
}
