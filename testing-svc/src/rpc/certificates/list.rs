//! ListCertificates: one's own, newest first; everybody's to the exam desk and campaign managers.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{sees_all, written};
use crate::rpc::{enums, parse};
use crate::store::certificate::Filter;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListCertificatesRequest>,
) -> Result<pb::ListCertificatesResponse> {
    let caller = Caller::of(&request);
    let person = caller.person()?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = match pb.campaign.as_str() {
        "" => None,
        name => parse::campaign(&mut violations, "campaign", name),
    };
    let state = enums::from_certificate_state;
    let filter = Filter {
        account: (!sees_all(&caller)).then_some(person.account),
        campaign,
        state: parse::optional_word(&mut violations, "state", pb.state, state),
    };
    let bound = format!("{filter:?}");
    let bound = ["certificates", bound.as_str()];
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    violations.into_result()?;
    let (db, limit) = (ctx.db.read(), page.limit());
    let mut rows = store::certificate::list(db, &filter, page.after, limit).await?;
    let next_page_token = page.next(&mut rows, |it| it.certificate.id);
    Ok(pb::ListCertificatesResponse {
        certificates: rows.iter().map(written).collect::<Result<_>>()?,
        next_page_token,
    })
}
