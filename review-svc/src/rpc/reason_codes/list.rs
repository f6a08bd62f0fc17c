//! ListReasonCodes: in their own order, which is the order of the file.

use chassis::error::Result;
use chassis::page::Page;
use chassis::violation::Violations;
use proto::review::v1 as pb;
use tonic::Request;

use crate::Context;
use crate::domain::reason_code::{Note, ReasonCode};
use crate::rpc::localized;

pub fn list(
    ctx: &Context,
    request: Request<pb::ListReasonCodesRequest>,
) -> Result<pb::ListReasonCodesResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let page = Page::<String>::parse(
        &mut violations,
        pb.page_size,
        &pb.page_token,
        &["reason_codes"],
    );
    violations.into_result()?;

    let all = ctx.reasons.reasons.iter();
    let size = usize::try_from(page.limit()).unwrap_or(usize::MAX);
    let mut rows: Vec<&ReasonCode> = match &page.after {
        None => all.take(size).collect(),
        Some(last) => all
            .skip_while(|row| row.code != *last)
            .skip(1)
            .take(size)
            .collect(),
    };
    let next_page_token = page.next(&mut rows, |row| row.code.clone());
    Ok(pb::ListReasonCodesResponse {
        reason_codes: rows.into_iter().map(to_pb).collect(),
        next_page_token,
    })
}

fn to_pb(reason: &ReasonCode) -> pb::ReasonCode {
    pb::ReasonCode {
        name: format!("reviewReasonCodes/{}", reason.code),
        code: reason.code.clone(),
        title: Some(localized(&reason.title)),
        law_reference: reason.law_reference.clone(),
        note_required: reason.note == Note::Required,
    }
}
