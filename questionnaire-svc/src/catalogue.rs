//! Forms, dictionaries and campaigns as they hold now: those that came with the service, and over them
//! what campaign managers published and imported. A version that is read once is remembered, for it
//! never changes; which one holds is asked each time.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chassis::name::capture;
use chassis::{Error, Result};
use jiff::Timestamp;

use crate::domain::campaign::Campaign;
use crate::domain::dictionary::{Dictionaries, Dictionary, Origin};
use crate::domain::form::{self, FormRevision};
use crate::store::dictionary::Imported;
use crate::store::{self, Connection};

#[derive(Default)]
pub struct Catalogue {
    /// Published revisions by their names.
    forms: RwLock<HashMap<String, Arc<FormRevision>>>,
    /// Imported versions by dictionary and number.
    dictionaries: RwLock<HashMap<(String, i32), Arc<Dictionary>>>,
    /// Every version that was imported when this was read. It is read again when there are more.
    imported: RwLock<Arc<Vec<Imported>>>,
    /// Campaigns by their ids and versions.
    campaigns: RwLock<HashMap<(String, i64), Arc<Campaign>>>,
}

impl Catalogue {
    /// The published revision with this name, `forms/{form}/revisions/{number}`.
    pub async fn form<C: Connection>(
        &self,
        on: &C,
        name: &str,
    ) -> Result<Option<Arc<FormRevision>>> {
        if let Some(found) = form::find(name) {
            return Ok(Some(found.clone()));
        }
        if let Some(found) = remembered(&self.forms, &name.to_owned()) {
            return Ok(Some(found));
        }
        let Some([form, revision]) = capture("forms/*/revisions/*", name) else {
            return Ok(None);
        };
        let found = store::form_revision::find(on, form, revision).await?;
        let Some((kept, number)) = found.and_then(|kept| kept.number.map(|it| (kept, it))) else {
            return Ok(None);
        };
        let compiled = FormRevision::compiled(form, number, kept.content);
        let compiled = Arc::new(compiled.ok_or_else(|| broken(name))?);
        remember(&self.forms, name.to_owned(), &compiled);
        Ok(Some(compiled))
    }

    /// The campaign as it was in this version; `None` where it never had it.
    pub async fn campaign<C: Connection>(
        &self,
        on: &C,
        id: &str,
        version: i64,
    ) -> Result<Option<Arc<Campaign>>> {
        let key = (id.to_owned(), version);
        if let Some(found) = remembered(&self.campaigns, &key) {
            return Ok(Some(found));
        }
        let Some(found) = store::campaign::find_version(on, id, version).await? else {
            return Ok(None);
        };
        let found = Arc::new(found.campaign);
        remember(&self.campaigns, key, &found);
        Ok(Some(found))
    }

    /// Every dictionary in the version that holds at this moment.
    pub async fn dictionaries<C: Connection>(
        &self,
        on: &C,
        now: Timestamp,
    ) -> Result<Dictionaries> {
        let imported = store::dictionary::count(on).await?;
        self.dictionaries_of(on, imported, now).await
    }

    /// The same for who knows how many versions were imported.
    pub async fn dictionaries_of<C: Connection>(
        &self,
        on: &C,
        imported: i64,
        now: Timestamp,
    ) -> Result<Dictionaries> {
        let mut all = Dictionaries::shipped().clone();
        for (name, number) in holding(&self.imported(on, imported).await?, now) {
            all.put(self.dictionary(on, name, number).await?);
        }
        Ok(all)
    }

    fn imported_so_far(&self) -> Arc<Vec<Imported>> {
        let kept = self.imported.read();
        kept.unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn imported<C: Connection>(&self, on: &C, count: i64) -> Result<Arc<Vec<Imported>>> {
        let kept = self.imported_so_far();
        if usize::try_from(count).is_ok_and(|count| count == kept.len()) {
            return Ok(kept);
        }
        let read = Arc::new(store::dictionary::imported(on).await?);
        *self
            .imported
            .write()
            .unwrap_or_else(PoisonError::into_inner) = read.clone();
        Ok(read)
    }

    async fn dictionary<C: Connection>(
        &self,
        on: &C,
        name: String,
        number: i32,
    ) -> Result<Arc<Dictionary>> {
        let key = (name, number);
        if let Some(found) = remembered(&self.dictionaries, &key) {
            return Ok(found);
        }
        let found = store::dictionary::find(on, &key.0, number).await?;
        let dictionary = Arc::new(of(found.ok_or_else(|| broken(&key.0))?));
        remember(&self.dictionaries, key, &dictionary);
        Ok(dictionary)
    }
}

/// The number of the version of each dictionary that holds at this moment: the last that has begun.
fn holding(imported: &[Imported], now: Timestamp) -> HashMap<String, i32> {
    let mut holding = HashMap::new();
    for version in imported.iter().filter(|it| it.start_time <= now) {
        let number = holding.entry(version.dictionary.clone()).or_insert(0);
        *number = version.number.max(*number);
    }
    holding
}

/// An imported version as a dictionary.
pub fn of(kept: store::dictionary::Kept) -> Dictionary {
    Dictionary {
        name: kept.dictionary,
        version: kept.number.unsigned_abs(),
        title: kept.title,
        origin: Origin::Seeded,
        note: String::new(),
        entries: kept.entries,
    }
}

fn broken(name: &str) -> Error {
    Error::Internal(anyhow::anyhow!("{name} can't be read any more"))
}

fn remembered<K: std::hash::Hash + Eq, V>(
    kept: &RwLock<HashMap<K, Arc<V>>>,
    key: &K,
) -> Option<Arc<V>> {
    let kept = kept.read().unwrap_or_else(PoisonError::into_inner);
    kept.get(key).cloned()
}

fn remember<K: std::hash::Hash + Eq, V>(kept: &RwLock<HashMap<K, Arc<V>>>, key: K, value: &Arc<V>) {
    let mut kept = kept.write().unwrap_or_else(PoisonError::into_inner);
    kept.insert(key, value.clone());
}
