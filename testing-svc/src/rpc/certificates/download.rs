//! DownloadCertificate: the sheet of paper; one's own, any to the exam desk and campaign managers.

use chassis::Result;
use chassis::caller::Caller;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use tonic::Request;

use super::{good, paper};
use crate::Context;
use crate::rpc::paper::{Bytes, drawn, language};
use crate::rpc::parse;
use crate::sheet::{CertificateSheet, Sheet};

pub async fn download(
    ctx: &Context,
    request: Request<pb::DownloadCertificateRequest>,
) -> Result<Bytes> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = parse::certificate(&mut violations, &pb.name);
    let language = language(&mut violations, "language", pb.language);
    let (Some(id), true) = (id, violations.is_empty()) else {
        return Err(violations.into());
    };
    let kept = good(ctx, &caller, id, pb.name).await?;
    let paper = paper(&kept)?;
    drawn("application/pdf", move || {
        let sheet = CertificateSheet {
            paper: &paper,
            terms: &kept.terms,
            qr_text: &kept.certificate.sealed.text(),
            language,
        };
        sheet.pdf()
    })
    .await
}
