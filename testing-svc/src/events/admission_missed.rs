//! Told: the results of a round are out, and somebody got no place; why, for each of their wishes.

use std::collections::BTreeMap;

use chassis::Result;
use chassis::database::Tx;
use chassis::text::Language;
use proto::events::v1::{AdmissionMissed, AdmissionOutcome};
use proto::wire::v1::LocalizedText;
use uuid::Uuid;

use super::{account_name, campaign_name};
use crate::domain::admission::outcome::ChoiceOutcome;
use crate::domain::admission::specialty::Specialty;
use crate::rpc::enums;
use crate::{Context, TEXTS};

pub async fn admission_missed(
    ctx: &Context,
    tx: &Tx,
    campaign: &str,
    account: Uuid,
    wishes: &[ChoiceOutcome],
    specialties: &BTreeMap<Uuid, Specialty>,
) -> Result<()> {
    let Some(first) = wishes.first() else {
        return Ok(());
    };
    let known = |it: &ChoiceOutcome| Some(outcome(it, specialties.get(&it.specialty)?));
    let event = AdmissionMissed {
        admission_result: format!(
            "campaigns/{campaign}/admissionResults/{}",
            first.application
        ),
        campaign: campaign_name(campaign),
        account: account_name(account),
        outcomes: wishes.iter().filter_map(known).collect(),
    };
    let about = event.admission_result.clone();
    chassis::outbox::publish(tx, &ctx.clock, &ctx.ids, &about, &event).await
}

/// In all three languages: which of them is read is known where the letter is written.
pub(super) fn outcome(came: &ChoiceOutcome, specialty: &Specialty) -> AdmissionOutcome {
    let (message, args) = came.told();
    let say = |language| TEXTS.sentence(language, message, &args).unwrap_or_default();
    AdmissionOutcome {
        specialty_title: Some(enums::localized(&specialty.title)),
        college_title: Some(enums::localized(&specialty.college_title)),
        explanation: Some(LocalizedText {
            kk: say(Language::Kk),
            ru: say(Language::Ru),
            en: say(Language::En),
        }),
    }
}
