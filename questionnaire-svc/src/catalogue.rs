//! Forms and dictionaries as they hold now: those that came with the service, and over them what
//! campaign managers published and imported. What is read once is remembered, for it never changes.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chassis::name::capture;
use chassis::{Error, Result};
use jiff::Timestamp;

use crate::domain::dictionary::{Dictionaries, Dictionary, Origin};
use crate::domain::form::{self, FormRevision};
use crate::store::{self, Connection};

#[derive(Default)]
pub struct Catalogue {
    /// Published revisions by their names.
    forms: RwLock<HashMap<String, Arc<FormRevision>>>,
    /// Imported versions by dictionary and number.
    dictionaries: RwLock<HashMap<(String, i32), Arc<Dictionary>>>,
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

    /// Every dictionary in the version that holds at this moment.
    pub async fn dictionaries<C: Connection>(
        &self,
        on: &C,
        now: Timestamp,
    ) -> Result<Dictionaries> {
        let mut all = Dictionaries::shipped().clone();
        for (name, number) in store::dictionary::holding(on, now).await? {
            all.put(self.dictionary(on, name, number).await?);
        }
        Ok(all)
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
