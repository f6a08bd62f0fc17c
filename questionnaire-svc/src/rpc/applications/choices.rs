//! What becomes of the choices of an application when it is sent and when it ends.

use chassis::database::Tx;
use chassis::{Error, Result, outbox};
use jiff::Timestamp;
use proto::events::v1::ApplicationChoiceLeft;

use crate::Context;
use crate::domain::choice::{Choice, Left};
use crate::rpc::filling::Filling;
use crate::store::application::Kept;
use crate::store::choice::New;
use crate::store::{choice, specialty};

/// Makes the choices of an application that was just sent. Its specialties are held.
pub async fn make(
    ctx: &Context,
    tx: &Tx,
    kept: &Kept,
    filling: &Filling,
    now: Timestamp,
) -> Result<()> {
    let submission = kept.submission.as_deref().unwrap_or_default();
    for wish in &filling.choices() {
        let id = ctx.ids.uuid().to_string();
        let new = New {
            id: &id,
            campaign: &kept.campaign,
            application: &kept.id,
            submission,
            choice: wish,
            now,
        };
        if !choice::insert(tx, &new).await? {
            return Err(Error::InFlight);
        }
    }
    Ok(())
}

/// Ends the choices of an application that ended. Their specialties are held first, in the order of
/// their ids, as everybody does who writes choices.
pub async fn end(
    ctx: &Context,
    tx: &Tx,
    kept: &Kept,
    end: fn(&mut Choice) -> Option<Left>,
    now: Timestamp,
) -> Result<()> {
    let found = choice::of_application(tx, &kept.id).await?;
    let mut specialties: Vec<_> = found.iter().map(|it| &it.choice.specialty).collect();
    specialties.sort();
    for id in specialties {
        specialty::hold(tx, id).await?;
    }
    let ids: Vec<_> = found.iter().map(|it| it.id.clone()).collect();
    for mut it in choice::lock(tx, &ids).await? {
        if let Some(left) = end(&mut it.choice) {
            save(ctx, tx, &mut it, left, now).await?;
        }
    }
    Ok(())
}

/// Keeps a choice that ended, and tells those who rank where it stood in a competition.
pub async fn save(
    ctx: &Context,
    tx: &Tx,
    kept: &mut choice::Kept,
    left: Left,
    now: Timestamp,
) -> Result<()> {
    if !choice::save(tx, kept, now).await? {
        return Err(Error::InFlight);
    }
    if left == Left::TheCompetition {
        let event = ApplicationChoiceLeft {
            choice: kept.name(),
            campaign: kept.campaign_name(),
            account: kept.applicant(),
            specialty: kept.choice.specialty_name(),
        };
        outbox::publish(tx, &ctx.clock, &ctx.ids, &kept.name(), &event).await?;
    }
    Ok(())
}
