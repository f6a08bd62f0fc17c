//! Lists colleges by the Kazakh alphabet, those of a region.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::questionnaire::v1 as pb;
use tonic::Request;

use super::message;
use crate::Context;
use crate::store::college;

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListCollegesRequest>,
) -> Result<pb::ListCollegesResponse> {
    let pb = request.into_inner();
    let now = ctx.clock.now();
    let dictionaries = ctx.catalogue.dictionaries(ctx.db.read(), now).await?;
    let mut violations = Violations::new();
    let regions = dictionaries.find("regions");
    if !pb.region.is_empty() && regions.and_then(|it| it.entry(&pb.region)).is_none() {
        violations.add("region", "UNKNOWN_VALUE");
    }
    type Place = (String, String);
    let filter = [pb.region.as_str()];
    let page = Page::<Place>::parse(&mut violations, pb.page_size, &pb.page_token, &filter);
    violations.into_result()?;

    let after = page.after.clone();
    let mut found = college::list(ctx.db.read(), &pb.region, after, page.limit()).await?;
    let next_page_token = page.next(&mut found, |kept| {
        (kept.place.clone(), kept.bin.to_string())
    });
    Ok(pb::ListCollegesResponse {
        colleges: found.iter().map(message::of).collect(),
        next_page_token,
    })
}
