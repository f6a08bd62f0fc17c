//! ListIrregularities: of an attempt, of a session, or of a campaign; oldest first.

use chassis::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::written_irregularity;
use crate::domain::session;
use crate::rpc::parse;
use crate::store::irregularity::Filter;
use crate::{Context, store};

/// The attempts of every booking.
const ALL: &str = "/bookings/-/attempts/-";

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListIrregularitiesRequest>,
) -> Result<pb::ListIrregularitiesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let (campaign, attempt) = match pb.parent.strip_suffix(ALL) {
        Some(of) => (parse::campaign(&mut violations, "parent", of), None),
        None => {
            let name = parse::nested(&mut violations, "parent", parse::ATTEMPT, &pb.parent);
            name.map(|it| (it.campaign, it.id)).unzip()
        }
    };
    let session = if pb.session.is_empty() {
        None
    } else {
        parse::nested(&mut violations, "session", parse::SESSION, &pb.session)
    };
    let filter = Filter {
        campaign: campaign.unwrap_or_default(),
        attempt,
        session: session.map(|it| session::name(&it.campaign, it.parent, it.id)),
    };
    let bound = format!("{filter:?}");
    let bound = ["irregularities", bound.as_str()];
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    violations.into_result()?;
    let db = ctx.db.read();
    let mut rows = store::irregularity::list(db, &filter, page.after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, |it| it.id);
    Ok(pb::ListIrregularitiesResponse {
        irregularities: rows.iter().map(written_irregularity).collect(),
        next_page_token,
    })
}
