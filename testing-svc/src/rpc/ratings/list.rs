//! ListAdmissionSpecialties: one's college's to signatories, all to campaign managers.

use chassis::Result;
use chassis::caller::Caller;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;
use uuid::Uuid;

use super::{college, written};
use crate::rpc::parse;
use crate::{Context, store};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListAdmissionSpecialtiesRequest>,
) -> Result<pb::ListAdmissionSpecialtiesResponse> {
    let college = college(&Caller::of(&request))?;
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let campaign = parse::campaign(&mut violations, "parent", &pb.parent).unwrap_or_default();
    let whose = college.clone().unwrap_or_default();
    let bound = ["admissionSpecialties", &campaign, &whose];
    let page = Page::<Uuid>::parse(&mut violations, pb.page_size, &pb.page_token, &bound);
    violations.into_result()?;
    let (db, limit) = (ctx.db.read(), page.limit());
    let mut rows =
        store::admission_specialty::list(db, &campaign, college, page.after, limit).await?;
    let next_page_token = page.next(&mut rows, |it| it.id);
    Ok(pb::ListAdmissionSpecialtiesResponse {
        admission_specialties: rows.iter().map(written).collect(),
        next_page_token,
    })
}
