//! What acts on specialties do.

use chassis::clock::astana_date;
use chassis::database::Tx;
use chassis::error::language;
use chassis::identifier::Bin;
use chassis::violation::Violations;
use chassis::{Error, Result};
use jiff::Timestamp;

use super::Acting;
use crate::domain::board_action::Content;
use crate::domain::campaign::State as CampaignState;
use crate::domain::compulsory_subject;
use crate::domain::formula_fit;
use crate::domain::refusal::Refusal;
use crate::domain::specialty::{Ranking, Specialty, State, must_be_changeable};
use crate::rpc::etag;
use crate::store::specialty::{self, Kept};
use crate::store::{campaign, score_formula};

pub async fn create(
    tx: &Tx,
    bin: Bin,
    content: &Content,
    specialty: &Specialty,
    now: Timestamp,
) -> Result<()> {
    must_not_be_over(tx, &specialty.campaign, now).await?;
    let kept = Kept {
        id: content.object_id().to_owned(),
        bin,
        specialty: specialty.clone(),
        state: State::Open,
        ranking: Ranking::NotStarted,
        create_time: now,
        update_time: now,
        version: 1,
    };
    must_be_the_only_one(tx, &kept).await?;
    match specialty::insert(tx, &kept).await? {
        true => Ok(()),
        false => Err(Error::InFlight),
    }
}

pub async fn change(acting: &Acting<'_>, next: &Specialty) -> Result<()> {
    let Acting { tx, now, .. } = *acting;
    let mut kept = lock_own(tx, acting.bin, acting.content).await?;
    must_not_be_over(tx, &kept.specialty.campaign, now).await?;
    if next.campaign != kept.specialty.campaign {
        let field = "change_specialty.specialty.campaign";
        return Err(Violations::one(field, "UNKNOWN_VALUE").into());
    }
    let before = std::mem::replace(&mut kept.specialty, next.clone());
    must_be_the_only_one(tx, &kept).await?;
    if let Some(formula) = score_formula::list(tx, &kept.id, None, 1).await?.first() {
        let mut why = formula_fit::exams(&formula.name(), next, &formula.formula);
        // A formula stands as it was approved, until other people are compared by it.
        if next.education_base != before.education_base
            || next.is_by_interview() != before.is_by_interview()
        {
            let dictionaries = acting.ctx.catalogue.dictionaries(tx, now).await?;
            let at = (astana_date(now), language());
            let path = formula.name();
            let of = &formula.formula;
            why.extend(compulsory_subject::missing(
                &path,
                next,
                of,
                &dictionaries,
                at,
            ));
        }
        must_fit(formula, why)?;
    }
    save(tx, kept, now).await
}

/// An exam that is required is counted, and one that is not is asked for nowhere.
pub fn must_fit_exams(kept: &Kept, formula: &score_formula::Kept) -> Result<(), Refusal> {
    let why = formula_fit::exams(&formula.name(), &kept.specialty, &formula.formula);
    must_fit(formula, why)
}

fn must_fit(formula: &score_formula::Kept, why: Violations) -> Result<(), Refusal> {
    let score_formula = formula.name();
    match why.is_empty() {
        true => Ok(()),
        false => Err(Refusal::FormulaUnfit { score_formula, why }),
    }
}

pub async fn close(tx: &Tx, bin: Bin, content: &Content, now: Timestamp) -> Result<()> {
    let mut kept = lock_own(tx, bin, content).await?;
    kept.state = State::Closed;
    save(tx, kept, now).await
}

/// The college's own specialty, as it was when the act was prepared, and still to be changed.
pub async fn lock_own(tx: &Tx, bin: Bin, content: &Content) -> Result<Kept> {
    let found = specialty::lock(tx, content.object_id()).await?;
    let own = found.filter(|kept| kept.bin == bin);
    let kept = own.ok_or_else(|| Error::NotFound(content.object.clone()))?;
    etag::must_be_current(&content.object_etag, kept.version, &content.object)?;
    must_be_changeable(&content.object, kept.state, kept.ranking)?;
    Ok(kept)
}

pub async fn save(tx: &Tx, mut kept: Kept, now: Timestamp) -> Result<()> {
    match specialty::save(tx, &mut kept, now).await? {
        true => Ok(()),
        false => Err(Error::InFlight),
    }
}

/// Acts come one after the other, so nobody makes a twin between this look and the write; the index
/// says so too.
async fn must_be_the_only_one(tx: &Tx, kept: &Kept) -> Result<()> {
    match specialty::twin(tx, kept).await? {
        Some(twin) => Err(Refusal::SpecialtyExists {
            specialty: twin.name(),
        }
        .into()),
        None => Ok(()),
    }
}

/// What is offered in a campaign stands once the campaign is over.
async fn must_not_be_over(tx: &Tx, name: &str, now: Timestamp) -> Result<()> {
    let id = name.rsplit('/').next().unwrap_or_default();
    let found = campaign::hold(tx, id).await?;
    let campaign = found
        .ok_or_else(|| Error::NotFound(name.to_owned()))?
        .campaign;
    match campaign.state(now) {
        CampaignState::Closed => Err(Refusal::CampaignClosed {
            campaign: campaign.name,
            close_time: campaign.window.close,
        }
        .into()),
        _ => Ok(()),
    }
}
