//! Lists the entries of a dictionary: in its own order or by an alphabet, all of them or those that
//! begin as somebody types.

use chassis::page::Page;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::alphabet::{has_word, sort_key};
use crate::domain::dictionary::{Dictionary, Entry};

/// A list of options is short: a select box wants it in one piece.
const MOST: i32 = 500;
const DEFAULT: i32 = 100;
const LONGEST_PREFIX: usize = 100;

pub async fn list_entries(
    ctx: &Context,
    request: Request<pb::ListDictionaryEntriesRequest>,
) -> Result<pb::ListDictionaryEntriesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = chassis::name::capture::<1>("dictionaries/*", &pb.parent).map(|[id]| id);
    if id.is_none() {
        violations.add("parent", "INVALID_NAME");
    }
    let order = pb::EntryOrder::try_from(pb.order).unwrap_or_else(|_| {
        violations.add("order", "UNKNOWN_VALUE");
        pb::EntryOrder::Unspecified
    });
    let prefix = violations.sought("prefix", &pb.prefix, LONGEST_PREFIX);
    let field = "parent_code";
    let parent_code = violations.optional_text(field, &pb.parent_code, LONGEST_PREFIX);
    let shown = if pb.show_retired { "all" } else { "active" };
    let filter = [
        &pb.parent,
        &prefix,
        order.as_str_name(),
        shown,
        &parent_code,
    ];
    let mut page = Page::<usize>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    page.size = match pb.page_size {
        0 => DEFAULT,
        size => size.clamp(1, MOST),
    }
    .unsigned_abs()
    .into();
    violations.into_result()?;
    let now = ctx.clock.now();
    let all = ctx.catalogue.dictionaries(ctx.db.read(), now).await?;
    let found = id.and_then(|id| all.find(id));
    let dictionary = found.ok_or_else(|| Error::NotFound(pb.parent.clone()))?;

    let from = page.after.map_or(0, |last| last.saturating_add(1));
    let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let belongs = |entry: &&Entry| {
        parent_code.is_empty() || entry.parent.as_deref() == Some(parent_code.as_str())
    };
    let mut entries: Vec<_> = ordered(dictionary, order, &prefix, pb.show_retired)
        .into_iter()
        .filter(belongs)
        .enumerate()
        .skip(from)
        .take(limit)
        .collect();
    let next_page_token = page.next(&mut entries, |(at, _)| *at);
    Ok(pb::ListDictionaryEntriesResponse {
        entries: entries
            .into_iter()
            .map(|(_, entry)| message::entry(&dictionary.name, entry))
            .collect(),
        next_page_token,
    })
}

fn ordered<'a>(
    dictionary: &'a Dictionary,
    order: pb::EntryOrder,
    prefix: &str,
    show_retired: bool,
) -> Vec<&'a Entry> {
    let is_found = |entry: &&Entry| {
        let Entry { code, labels, .. } = entry;
        let is_code = !prefix.is_empty() && code.eq_ignore_ascii_case(prefix);
        let texts = [&labels.kk, &labels.ru, &labels.en];
        (show_retired || !entry.retired)
            && (is_code || texts.into_iter().any(|text| has_word(text, prefix)))
    };
    let mut entries: Vec<_> = dictionary.entries.iter().filter(is_found).collect();
    match order {
        pb::EntryOrder::Unspecified => {}
        pb::EntryOrder::Kk => entries.sort_by_cached_key(|entry| sort_key(&entry.labels.kk)),
        pb::EntryOrder::Ru => entries.sort_by_cached_key(|entry| sort_key(&entry.labels.ru)),
        pb::EntryOrder::En => entries.sort_by_cached_key(|entry| sort_key(&entry.labels.en)),
    }
    entries
}
