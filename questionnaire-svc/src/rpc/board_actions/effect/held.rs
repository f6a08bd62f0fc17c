//! The choices that an act names, held with their specialties until it is done. Specialties come before
//! choices, each in the order of their ids: whoever locks both locks them so, and nobody waits in a circle.

use std::collections::HashMap;

use chassis::Result;
use chassis::violation::Violations;

use super::Acting;
use crate::domain::refusal::Refusal;
use crate::rpc::{etag, name};
use crate::store::{choice, specialty};

/// What is held, and what is wrong with the rows.
pub struct Held {
    pub wrong: Violations,
    choices: HashMap<String, choice::Kept>,
    specialties: HashMap<String, specialty::Kept>,
}

/// Holds what these names lead to. A name that leads to nothing is told when its row is looked at.
pub async fn hold<'a>(
    acting: &Acting<'_>,
    names: impl Iterator<Item = &'a str>,
    wrong: Violations,
) -> Result<Held> {
    let ids: Vec<_> = names
        .filter_map(name::choice_id)
        .map(str::to_owned)
        .collect();
    let mut specialties = HashMap::new();
    for id in choice::specialties_of(acting.tx, &ids).await? {
        if let Some(kept) = specialty::hold(acting.tx, &id).await? {
            specialties.insert(id, kept);
        }
    }
    let choices = choice::lock(acting.tx, &ids).await?;
    let choices = choices.into_iter().map(|kept| (kept.id.clone(), kept));
    Ok(Held {
        wrong,
        choices: choices.collect(),
        specialties,
    })
}

impl Held {
    /// The college's own choice with this name and its specialty. What is another college's does not
    /// exist here.
    pub fn own(
        &mut self,
        acting: &Acting<'_>,
        field: &str,
        name: &str,
    ) -> Option<(choice::Kept, specialty::Kept)> {
        let found = name::choice_id(name).and_then(|id| self.choices.get(id));
        let own = found.filter(|kept| kept.choice.bin == acting.bin && kept.name() == name);
        let specialty = own.and_then(|kept| self.specialties.get(&kept.choice.specialty));
        match own.zip(specialty) {
            Some((choice, specialty)) => Some((choice.clone(), specialty.clone())),
            None => {
                self.wrong.add(field, "CHOICE_UNKNOWN");
                None
            }
        }
    }

    /// The same, as long as it is what somebody saw.
    pub fn seen(
        &mut self,
        acting: &Acting<'_>,
        path: &str,
        (name, current_etag): (&str, &str),
    ) -> Option<(choice::Kept, specialty::Kept)> {
        let (choice, specialty) = self.own(acting, &format!("{path}.choice"), name)?;
        if etag::of(choice.version) != current_etag {
            self.wrong
                .add(format!("{path}.current_etag"), "CHOICE_CHANGED");
            return None;
        }
        Some((choice, specialty))
    }

    /// Whether a step of this row was taken. A step out of the wrong folder is one row's fault; a ranking
    /// that began stops the whole act.
    ///
    /// # Errors
    /// `SPECIALTY_RANKING_STARTED`.
    pub fn stepped<T>(
        &mut self,
        field: &str,
        kept: &choice::Kept,
        step: Result<T, Refusal>,
    ) -> Result<Option<T>, Refusal> {
        match step {
            Ok(done) => Ok(Some(done)),
            Err(refusal @ Refusal::SpecialtyRankingStarted { .. }) => Err(refusal),
            Err(_) => {
                self.folder_wrong(field, kept);
                Ok(None)
            }
        }
    }

    pub fn folder_wrong(&mut self, field: &str, kept: &choice::Kept) {
        let state = [("state", kept.choice.state.code().to_owned())];
        self.wrong.add_with(field, "CHOICE_FOLDER_WRONG", state);
    }
}
