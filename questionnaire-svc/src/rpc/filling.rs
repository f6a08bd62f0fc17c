//! An application with everything that the rules look at: campaign, form, answers, documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use chassis::database::Tx;
use chassis::{Error, Result};
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::Context;
use crate::domain::application::State;
use crate::domain::campaign::Campaign;
use crate::domain::choice::Choice;
use crate::domain::dictionary::Dictionaries;
use crate::domain::document::Document;
use crate::domain::eligibility::Citizenship;
use crate::domain::form::{FormRevision, SectionForm};
use crate::domain::labels::Labels;
use crate::domain::organisation;
use crate::domain::readiness::{Filled, FilledSection, Readiness};
use crate::domain::receive::{Known, Source};
use crate::domain::specialty_choice::{self, Offered};
use crate::domain::{direction, seat};
use crate::rpc::name;
use crate::store;
use crate::store::application::Kept;

/// The code of the declaration that tells citizenship.
const CITIZENSHIP: &str = "CITIZENSHIP";

pub struct Filling {
    pub campaign: Arc<Campaign>,
    /// The version of the campaign that this is.
    pub campaign_version: i64,
    pub form: Arc<FormRevision>,
    pub dictionaries: Dictionaries,
    pub sections: BTreeMap<String, store::section::Kept>,
    pub kept_documents: Vec<store::document::Kept>,
    /// The local day of the campaign.
    pub day: Date,
    pub registration_day: Option<Date>,
    pub person: store::person::Person,
    answers: BTreeMap<String, FilledSection>,
    documents: Vec<Document>,
    directions: Vec<String>,
    organisations: organisation::Known,
    specialties: specialty_choice::Known,
    education_base: Option<String>,
    member_until: Option<Date>,
}

impl Filling {
    /// Reads it on any connection; inside a transaction with the application locked it stands still.
    pub async fn read<C: store::Connection>(
        ctx: &Context,
        on: &C,
        kept: &Kept,
        now: Timestamp,
    ) -> Result<Self> {
        let (campaign, campaign_version) = version_of(ctx, on, kept).await?;
        let form = form_of(ctx, on, kept).await?;
        let imported = kept.around.dictionary_versions;
        let dictionaries = ctx.catalogue.dictionaries_of(on, imported, now).await?;
        let day = campaign.local_day(now);
        let sections = store::section::all(on, &kept.id).await?;
        let kept_documents = store::document::all(on, &kept.id).await?;
        let answers =
            |(id, kept): (&String, &store::section::Kept)| (id.clone(), kept.filled.clone());
        let person = kept.person.clone();
        let answers: BTreeMap<_, _> = sections.iter().map(answers).collect();
        let mut named = Vec::new();
        for (id, kept) in &sections {
            if let Some(form) = form.section(id) {
                named.extend(organisation::named(&form.schema, &kept.filled.answers));
            }
        }
        let wished = specialty_choice::wished(&form, &answers);
        Ok(Self {
            specialties: offered(on, &kept.campaign_name(), &wished).await?,
            education_base: specialty_choice::education_base(&answers),
            organisations: known_of(on, named).await?,
            day,
            registration_day: person
                .registration_time
                .map(|time| campaign.local_day(time)),
            answers,
            documents: kept_documents
                .iter()
                .map(|kept| kept.document.clone())
                .collect(),
            directions: campaign.direction_codes(),
            member_until: kept.around.member_until.filter(|until| *until >= day),
            campaign,
            campaign_version,
            form,
            dictionaries,
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
            citizenship: match (self.is_foreign(), is_declared) {
                (true, _) => Citizenship::Foreign,
                (false, true) => Citizenship::Declared,
                (false, false) => Citizenship::NotDeclared,
            },
            dictionaries: &self.dictionaries,
            directions: &self.directions,
            organisations: &self.organisations,
            specialties: &self.specialties,
            member_until: self.member_until,
        }
    }

    /// Who has no IIN states a country on registration; nothing is known of all others.
    fn is_foreign(&self) -> bool {
        let stated = self.person.facts.reveal().get("citizenship");
        stated
            .and_then(Value::as_str)
            .is_some_and(|country| country != "KZ")
    }

    pub fn readiness(&self, accepted_declarations: &[String]) -> Readiness {
        Readiness::of(
            &self.form,
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
            dictionaries: &self.dictionaries,
            directions: &self.directions,
            organisations: &self.organisations,
            specialties: &self.specialties,
            education_base: self.education_base.as_deref(),
        }
    }

    /// The specialties that the answers name, by the order of preference.
    pub fn wished(&self) -> Vec<String> {
        specialty_choice::wished(&self.form, &self.answers)
    }

    /// What the application wishes for, once nothing is wrong with its answers.
    pub fn choices(&self) -> Vec<Choice> {
        specialty_choice::choices(&self.wished(), &self.specialties)
    }

    /// Holds the specialties that the answers name, as they are now: none closes before the
    /// transaction ends, and what closed a moment before is seen. In the order of their ids, as
    /// everybody does who holds several.
    pub async fn hold_specialties(&mut self, tx: &Tx) -> Result<()> {
        let mut names = self.wished();
        names.sort();
        names.dedup();
        for name in names {
            let id = name.strip_prefix("specialties/").unwrap_or_default();
            let held = store::specialty::hold(tx, id).await?;
            match held.filter(|kept| kept.specialty.campaign == self.campaign.name) {
                Some(kept) => self.specialties.insert(name, offer(kept)),
                None => self.specialties.remove(&name),
            };
        }
        Ok(())
    }

    /// The seat in a test that the answers ask for.
    pub fn seat_needs(&self) -> Option<seat::Needs> {
        seat::needs(&self.form, &self.answers)
    }

    /// The direction in which the person competes.
    pub fn direction(&self) -> String {
        direction::direction(&self.form, &self.answers)
    }

    /// What the subject of a seat is called.
    pub fn subject_title(&self, needs: &seat::Needs) -> Option<&Labels> {
        let dictionary = self.dictionaries.find(&needs.subjects)?;
        Some(&dictionary.entry(&needs.subject)?.labels)
    }

    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// Looks up the organisations and specialties that new answers to a section name.
    pub async fn look_up<C: store::Connection>(
        &mut self,
        on: &C,
        form: &SectionForm,
        answers: &Value,
    ) -> Result<()> {
        let named = organisation::named(&form.schema, answers);
        self.organisations.extend(known_of(on, named).await?);
        let named = specialty_choice::named(&form.schema, answers);
        let found = offered(on, &self.campaign.name, &named).await?;
        self.specialties.extend(found);
        Ok(())
    }

    /// Takes a section that was just saved into the picture.
    pub fn put(&mut self, section: &str, kept: store::section::Kept) {
        self.answers.insert(section.to_owned(), kept.filled.clone());
        self.education_base = specialty_choice::education_base(&self.answers);
        self.sections.insert(section.to_owned(), kept);
    }
}

/// Those among the named organisations that there are. Nobody works in more than a few.
async fn known_of<C: store::Connection>(
    on: &C,
    named: Vec<(String, String)>,
) -> Result<organisation::Known> {
    const MOST: usize = 100;
    let bin = |(_, name): &(String, String)| Some(name.strip_prefix("organisations/")?.to_owned());
    let bins: Vec<_> = named.iter().filter_map(bin).take(MOST).collect();
    let found = store::organisation::find(on, &bins).await?;
    let known = found.into_iter().map(|kept| kept.organisation);
    Ok(known.map(|it| (it.name(), it.retired)).collect())
}

/// Those among the named specialties that the campaign has.
async fn offered<C: store::Connection>(
    on: &C,
    campaign: &str,
    named: &[String],
) -> Result<specialty_choice::Known> {
    /// More than any form takes: what is too many is told by the form.
    const MOST: usize = 20;
    let mut known = specialty_choice::Known::new();
    for name in named.iter().take(MOST) {
        let Some(id) = name::id_of("specialties/*", name) else {
            continue;
        };
        let found = store::specialty::find(on, id).await?;
        if let Some(kept) = found.filter(|kept| kept.specialty.campaign == campaign) {
            known.insert(name.clone(), offer(kept));
        }
    }
    Ok(known)
}

fn offer(kept: store::specialty::Kept) -> Offered {
    Offered {
        bin: kept.bin,
        specialty: kept.specialty,
        state: kept.state,
        ranking: kept.ranking,
    }
}

/// The campaign that an application is filled and judged by.
pub async fn campaign_of<C: store::Connection>(
    ctx: &Context,
    on: &C,
    kept: &Kept,
) -> Result<Arc<Campaign>> {
    Ok(version_of(ctx, on, kept).await?.0)
}

/// A draft goes by the campaign as it is, what was submitted by the version that it was submitted under.
/// What was accepted on submission can still be changed, so it goes as a draft does.
async fn version_of<C: store::Connection>(
    ctx: &Context,
    on: &C,
    kept: &Kept,
) -> Result<(Arc<Campaign>, i64)> {
    let at = async |version: i64| {
        let found = ctx.catalogue.campaign(on, &kept.campaign, version).await?;
        let lacking = || Error::Internal(anyhow::anyhow!("an application without its campaign"));
        Ok::<_, Error>((found.ok_or_else(lacking)?, version))
    };
    let now = kept.around.campaign_version;
    match kept.application.state {
        State::Draft => at(now).await,
        // Who accepts stays as it is once somebody has applied.
        State::Accepted { .. } => match at(kept.campaign_version).await? {
            (campaign, _) if campaign.edit_until().is_some() => at(now).await,
            judged => Ok(judged),
        },
        _ => at(kept.campaign_version).await,
    }
}

/// The revision that the application is filled by; a published one is never taken away.
pub async fn form_of<C: store::Connection>(
    ctx: &Context,
    on: &C,
    kept: &Kept,
) -> Result<Arc<FormRevision>> {
    let found = ctx.catalogue.form(on, &kept.form_revision).await?;
    found.ok_or_else(|| Error::Internal(anyhow::anyhow!("{} is not published", kept.form_revision)))
}
