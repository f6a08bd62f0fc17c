//! Lists the dictionaries in the order of their names.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use super::newest::{newest, number};
use crate::Context;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListDictionariesRequest>,
) -> Result<pb::ListDictionariesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let filter = ["dictionaries"];
    let page = Page::<String>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;
    let on = ctx.db.read();
    let all = ctx.catalogue.dictionaries(on, ctx.clock.now()).await?;
    let after = page.after.clone().unwrap_or_default();
    let limit = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let mut found: Vec<_> = all
        .all()
        .filter(|dictionary| dictionary.name > after)
        .take(limit)
        .collect();
    let next_page_token = page.next(&mut found, |dictionary| dictionary.name.clone());
    let mut dictionaries = Vec::new();
    for dictionary in found {
        let next = newest(on, &dictionary.name).await?;
        let next = next.map_or(number(dictionary), |(next, _)| number(&next));
        dictionaries.push(message::of(dictionary, next));
    }
    Ok(pb::ListDictionariesResponse {
        dictionaries,
        next_page_token,
    })
}
