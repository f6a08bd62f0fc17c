//! Lists the entries of a dictionary in its own order.

use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use crate::domain::dictionary::{self, Dictionary, Entry};
use crate::rpc::wire;

/// A list of options is short: a select box wants it in one piece.
const MOST: i32 = 500;
const DEFAULT: i32 = 100;

pub fn list_entries(
    request: Request<pb::ListDictionaryEntriesRequest>,
) -> Result<pb::ListDictionaryEntriesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = chassis::name::capture::<1>("dictionaries/*", &pb.parent).map(|[id]| id);
    if id.is_none() {
        violations.add("parent", "INVALID_NAME");
    }
    let mut page =
        Page::<usize>::parse(&mut violations, pb.page_size, &pb.page_token, &[&pb.parent]);
    page.size = match pb.page_size {
        0 => DEFAULT,
        size => size.clamp(1, MOST),
    }
    .unsigned_abs()
    .into();
    violations.into_result()?;
    let found = id.and_then(dictionary::find);
    let dictionary = found.ok_or_else(|| Error::NotFound(pb.parent.clone()))?;

    let from = page.after.map_or(0, |last| last.saturating_add(1));
    let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let mut entries: Vec<_> = dictionary
        .entries
        .iter()
        .enumerate()
        .skip(from)
        .take(limit)
        .collect();
    let next_page_token = page.next(&mut entries, |(at, _)| *at);
    Ok(pb::ListDictionaryEntriesResponse {
        entries: entries
            .into_iter()
            .map(|(_, entry)| message(dictionary, entry))
            .collect(),
        next_page_token,
    })
}

fn message(dictionary: &Dictionary, entry: &Entry) -> pb::DictionaryEntry {
    pb::DictionaryEntry {
        name: format!("dictionaries/{}/entries/{}", dictionary.name, entry.code),
        code: entry.code.clone(),
        title: Some(wire::to_text(&entry.labels)),
        ..Default::default()
    }
}
