//! A membership begins: with a publication, or with an appeal that let somebody in.

use chassis::Result;
use chassis::database::Tx;
use jiff::civil::Date;
use uuid::Uuid;

use crate::domain::membership::{Membership, State, last_day};
use crate::domain::participant::Participant;
use crate::domain::stage::Stage;
use crate::domain::stage_result::StageResult;
use crate::{Context, events, store};

/// Who was chosen.
pub struct Chosen<'a> {
    account: Uuid,
    number: &'a str,
    direction: &'a str,
}

impl<'a> From<&'a Participant> for Chosen<'a> {
    fn from(person: &'a Participant) -> Self {
        Self {
            account: person.account,
            number: &person.number,
            direction: &person.direction,
        }
    }
}

impl<'a> From<&'a StageResult> for Chosen<'a> {
    fn from(result: &'a StageResult) -> Self {
        Self {
            account: result.account,
            number: &result.candidate_number,
            direction: &result.direction,
        }
    }
}

/// Once per person and campaign; a second time changes nothing.
pub async fn begin(
    ctx: &Context,
    tx: &Tx,
    stage: &Stage,
    chosen: Chosen<'_>,
    day: Date,
) -> Result<()> {
    let member = Membership {
        id: ctx.ids.uuid(),
        campaign: stage.campaign.clone(),
        account: chosen.account,
        candidate_number: chosen.number.to_owned(),
        direction: chosen.direction.to_owned(),
        start: day,
        end: last_day(day, stage.selection.membership_years),
        state: State::Active,
        end_reason: None,
        ended: None,
        version: 1,
    };
    if store::membership::insert(tx, &member).await? {
        events::membership_started(ctx, tx, &member).await?;
    }
    Ok(())
}
