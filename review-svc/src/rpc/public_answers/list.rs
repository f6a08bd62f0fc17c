//! ListPublicAnswers: for everybody, the newest first.

use chassis::error::Result;
use chassis::name;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use super::to_pb::to_pb;
use crate::Context;
use crate::store::public_answer::{self, Kept, Key};

pub async fn list(
    ctx: &Context,
    request: Request<pb::ListPublicAnswersRequest>,
) -> Result<pb::ListPublicAnswersResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let (programme, college) = (pb.programme.as_str(), pb.college.as_str());
    if !programme.is_empty() && !name::is_slug(programme) {
        violations.add("programme", "INVALID_FORMAT");
    }
    if !college.is_empty() && name::capture::<1>("colleges/*", college).is_none() {
        violations.add("college", "INVALID_NAME");
    }
    let of = ["public-answers", programme, college];
    let page = Page::<Key>::parse(&mut violations, pb.page_size, &pb.page_token, &of);
    violations.into_result()?;
    let (db, after) = (ctx.db.read(), page.after.clone());
    let mut rows = public_answer::list(db, programme, college, after, page.limit()).await?;
    let next_page_token = page.next(&mut rows, Kept::key);
    Ok(pb::ListPublicAnswersResponse {
        public_answers: rows.iter().map(to_pb).collect(),
        next_page_token,
    })
}
