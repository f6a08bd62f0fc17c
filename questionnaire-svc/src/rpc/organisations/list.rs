//! Lists organisations by the Kazakh alphabet: those of a region, those whose names have words that
//! begin as somebody types.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::domain::organisation::{MAX_SOUGHT, words};
use crate::store::organisation::{self, Filter};

const LONGEST_TEXT: usize = 200;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListOrganisationsRequest>,
) -> Result<pb::ListOrganisationsResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let text = violations.sought("text", &pb.text, LONGEST_TEXT);
    let words = words(&text);
    if words.len() > MAX_SOUGHT {
        violations.add_with("text", "TOO_MANY", [("max", MAX_SOUGHT.to_string())]);
    }
    let now = ctx.clock.now();
    let dictionaries = ctx.catalogue.dictionaries(ctx.db.read(), now).await?;
    let regions = dictionaries.find("regions");
    if !pb.region.is_empty() && regions.and_then(|it| it.entry(&pb.region)).is_none() {
        violations.add("region", "UNKNOWN_VALUE");
    }
    let shown = if pb.show_retired { "all" } else { "active" };
    let filter = [pb.region.as_str(), &text, shown];
    type Place = (String, String);
    let page = Page::<Place>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;

    let filter = Filter {
        region: &pb.region,
        words: &words,
        show_retired: pb.show_retired,
    };
    let db = ctx.db.read();
    let mut found = organisation::list(db, &filter, page.after.clone(), page.limit()).await?;
    let next_page_token = page.next(&mut found, |kept| {
        (kept.place.clone(), kept.organisation.bin.to_string())
    });
    Ok(pb::ListOrganisationsResponse {
        organisations: found.iter().map(message::of).collect(),
        next_page_token,
    })
}
