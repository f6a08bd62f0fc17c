//! DownloadCertificate, ShowCertificate: the sheet of paper, and the same as a page to look at; one's own,
//! any to the exam desk and campaign managers.

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
    let draw = |sheet: CertificateSheet<'_>| sheet.pdf();
    of(ctx, &caller, pb.name, pb.language, "application/pdf", draw).await
}

pub async fn show(ctx: &Context, request: Request<pb::ShowCertificateRequest>) -> Result<Bytes> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let draw = |sheet: CertificateSheet<'_>| sheet.html().map(String::into_bytes);
    let html = "text/html; charset=utf-8";
    of(ctx, &caller, pb.name, pb.language, html, draw).await
}

async fn of(
    ctx: &Context,
    caller: &Caller,
    name: String,
    wanted: i32,
    content_type: &'static str,
    draw: fn(CertificateSheet<'_>) -> anyhow::Result<Vec<u8>>,
) -> Result<Bytes> {
    let mut violations = Violations::new();
    let id = parse::certificate(&mut violations, &name);
    let language = language(&mut violations, "language", wanted);
    let (Some(id), true) = (id, violations.is_empty()) else {
        return Err(violations.into());
    };
    let kept = good(ctx, caller, id, name).await?;
    let paper = paper(&kept)?;
    drawn(content_type, move || {
        draw(CertificateSheet {
            paper: &paper,
            terms: &kept.terms,
            qr_text: &kept.certificate.sealed.text(),
            language,
        })
    })
    .await
}
