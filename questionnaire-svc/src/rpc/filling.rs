//! An application with everything that the rules look at: campaign, form, answers, documents.

use std::collections::BTreeMap;

use chassis::{Error, Result};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::campaign::Campaign;
use crate::domain::document::Document;
use crate::domain::eligibility::Citizenship;
use crate::domain::form::{self, FormRevision};
use crate::domain::readiness::{Filled, FilledSection, Readiness};
use crate::domain::receive::{Known, Source};
use crate::store;
use crate::store::application::Kept;

/// The code of the declaration that tells citizenship.
const CITIZENSHIP: &str = "CITIZENSHIP";

pub struct Filling {
    pub campaign: Campaign,
    pub form: &'static FormRevision,
    pub sections: BTreeMap<String, store::section::Kept>,
    pub kept_documents: Vec<store::document::Kept>,
    /// The local day of the campaign.
    pub day: Date,
    pub registration_day: Option<Date>,
    pub person: store::person::Person,
    answers: BTreeMap<String, FilledSection>,
    documents: Vec<Document>,
}

impl Filling {
    /// Reads it on any connection; inside a transaction with the application locked it stands still.
    pub async fn read<C: store::Connection>(on: &C, kept: &Kept, now: Timestamp) -> Result<Self> {
        let campaign = campaign_of(on, kept).await?;
        let form = form_of(kept)?;
        let sections = store::section::all(on, &kept.id).await?;
        let kept_documents = store::document::all(on, &kept.id).await?;
        let answers =
            |(id, kept): (&String, &store::section::Kept)| (id.clone(), kept.filled.clone());
        let person = kept.person.clone();
        Ok(Self {
            day: campaign.local_day(now),
            registration_day: person
                .registration_time
                .map(|time| campaign.local_day(time)),
            answers: sections.iter().map(answers).collect(),
            documents: kept_documents
                .iter()
                .map(|kept| kept.document.clone())
                .collect(),
            campaign,
            form,
            sections,
            kept_documents,
            person,
        })
    }

    /// What the rules look at. Citizenship is known once its declaration is accepted.
    pub fn filled(&self, accepted_declarations: &[String]) -> Filled<'_> {
        let is_declared = accepted_declarations.iter().any(|code| code == CITIZENSHIP);
        Filled {
            sections: &self.answers,
            documents: &self.documents,
            prefilled: self.person.facts.reveal(),
            birth_date: *self.person.birth_date.reveal(),
            registration_day: self.registration_day,
            day: self.day,
            citizenship: if is_declared {
                Citizenship::Declared
            } else {
                Citizenship::NotDeclared
            },
        }
    }

    pub fn readiness(&self, accepted_declarations: &[String]) -> Readiness {
        Readiness::of(
            self.form,
            &self.campaign,
            &self.filled(accepted_declarations),
        )
    }

    /// What the service knows beside the answers of one section.
    pub fn known(&self, source: Source) -> Known<'_> {
        Known {
            today: self.day,
            birth_date: self.person.birth_date.reveal().and_then(|born| born.fact()),
            source,
            prefilled: self.person.facts.reveal(),
        }
    }

    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// Takes a section that was just saved into the picture.
    pub fn put(&mut self, section: &str, kept: store::section::Kept) {
        self.answers.insert(section.to_owned(), kept.filled.clone());
        self.sections.insert(section.to_owned(), kept);
    }
}

pub async fn campaign_of<C: store::Connection>(on: &C, kept: &Kept) -> Result<Campaign> {
    let found = store::campaign::find(on, &kept.campaign).await?;
    found
        .map(|found| found.campaign)
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("an application without its campaign")))
}

/// The revision that the application was opened on; a published one is never taken away.
pub fn form_of(kept: &Kept) -> Result<&'static FormRevision> {
    form::find(&kept.form_revision)
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("{} is not published", kept.form_revision)))
}
