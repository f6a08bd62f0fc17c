//! Lists the dictionaries in the order of their names.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use crate::domain::dictionary::{self, Dictionary};
use crate::rpc::wire;

pub fn list(request: Request<pb::ListDictionariesRequest>) -> Result<pb::ListDictionariesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let page = Page::<usize>::parse(
        &mut violations,
        pb.page_size,
        &pb.page_token,
        &["dictionaries"],
    );
    violations.into_result()?;
    let from = page.after.map_or(0, |last| last.saturating_add(1));
    let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let mut found: Vec<_> = dictionary::all()
        .iter()
        .enumerate()
        .skip(from)
        .take(limit)
        .collect();
    let next_page_token = page.next(&mut found, |(at, _)| *at);
    Ok(pb::ListDictionariesResponse {
        dictionaries: found
            .into_iter()
            .map(|(_, dictionary)| message(dictionary))
            .collect(),
        next_page_token,
    })
}

fn message(dictionary: &Dictionary) -> pb::Dictionary {
    pb::Dictionary {
        name: format!("dictionaries/{}", dictionary.name),
        title: Some(wire::to_text(&dictionary.title)),
        ..Default::default()
    }
}
