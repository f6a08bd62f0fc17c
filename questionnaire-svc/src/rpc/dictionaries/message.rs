//! Dictionaries, their versions, entries and imports as messages.

use chassis::clock::to_pb;
use jiff::Timestamp;
use proto::questionnaire::v1 as pb;

use crate::domain::dictionary::{Dictionary, Entry};
use crate::domain::import::{Outcome, Problem};
use crate::rpc::{etag, problems, wire};
use crate::store::dictionary::Kept;

/// How many entries of an import are shown of each kind.
const MOST_SHOWN: usize = 1000;

/// `newest` is the version that an import goes on from; it may hold only later.
pub fn of(dictionary: &Dictionary, newest: i32) -> pb::Dictionary {
    pb::Dictionary {
        name: format!("dictionaries/{}", dictionary.name),
        title: Some(wire::to_text(&dictionary.title)),
        version: i32::try_from(dictionary.version).unwrap_or(i32::MAX),
        entry_count: count(dictionary.active_count()),
        etag: etag::of(newest.into()),
    }
}

pub fn entry(dictionary: &str, entry: &Entry) -> pb::DictionaryEntry {
    pb::DictionaryEntry {
        name: format!("dictionaries/{dictionary}/entries/{}", entry.code),
        code: entry.code.clone(),
        title: Some(wire::to_text(&entry.labels)),
        retired: entry.retired,
        kato: entry.kato.clone().unwrap_or_default(),
        tags: entry.tags.clone(),
        parent_code: entry.parent.clone().unwrap_or_default(),
        quota_share: entry.share.as_ref().map(|share| pb::QuotaShare {
            percent: share.percent.to_string(),
            start_date: Some(wire::to_date(share.start_date)),
            basis: share.basis.clone(),
        }),
        compulsory_subjects: entry.compulsory.as_ref().map(|it| pb::CompulsorySubjects {
            subjects: it.subjects.iter().map(|row| subject(row)).collect(),
            start_date: Some(wire::to_date(it.start_date)),
            basis: it.basis.clone(),
        }),
    }
}

fn subject(any_of: &[String]) -> pb::CompulsorySubject {
    pb::CompulsorySubject {
        any_of: any_of.to_vec(),
    }
}

/// `until` is when the next version begins to hold.
pub fn version(kept: &Kept, until: Option<Timestamp>) -> pb::DictionaryVersion {
    let retired = kept.entries.iter().filter(|entry| entry.retired).count();
    pb::DictionaryVersion {
        name: version_name(&kept.dictionary, kept.number),
        entry_count: count(kept.entries.len() - retired),
        retired_count: count(retired),
        start_time: Some(to_pb(kept.start_time)),
        end_time: until.map(to_pb),
        create_time: Some(to_pb(kept.create_time)),
    }
}

/// The version that came with the service.
pub fn shipped_version(dictionary: &Dictionary, until: Option<Timestamp>) -> pb::DictionaryVersion {
    let number = i32::try_from(dictionary.version).unwrap_or(i32::MAX);
    pb::DictionaryVersion {
        name: version_name(&dictionary.name, number),
        entry_count: count(dictionary.active_count()),
        retired_count: count(dictionary.entries.len() - dictionary.active_count()),
        start_time: None,
        end_time: until.map(to_pb),
        create_time: None,
    }
}

pub fn version_name(dictionary: &str, number: i32) -> String {
    format!("dictionaries/{dictionary}/versions/{number}")
}

pub fn import(
    dictionary: &str,
    version: String,
    dry_run: bool,
    outcome: &Outcome,
    wrong: &[Problem],
) -> pb::DictionaryImport {
    let shown = |entries: &[Entry]| {
        let shown = entries.iter().take(MOST_SHOWN);
        shown.map(|it| entry(dictionary, it)).collect()
    };
    pb::DictionaryImport {
        version,
        dry_run,
        added: shown(&outcome.added),
        changed: shown(&outcome.changed),
        retired: shown(&outcome.retired),
        added_count: count(outcome.added.len()),
        changed_count: count(outcome.changed.len()),
        retired_count: count(outcome.retired.len()),
        unchanged_count: count(outcome.unchanged),
        problems: wrong.iter().map(problems::message).collect(),
    }
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
