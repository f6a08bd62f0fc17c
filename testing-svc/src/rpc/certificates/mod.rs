//! Certificates: shown to their people, revoked by staff, and checked by anybody.

mod download;
mod get;
mod keys;
mod list;
mod reissue;
mod revoke;
mod verify;

use std::sync::Arc;

use anyhow::anyhow;
use chassis::caller::{Caller, Role};
use chassis::clock::to_pb;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::{Request, Response, Status};
use uuid::Uuid;

use super::paper::Bytes;
use super::{enums, parse};
use crate::domain::certificate::paper::Paper;
use crate::domain::certificate::terms::Terms;
use crate::domain::localized::Localized;
use crate::domain::stage_result;
use crate::store::certificate::Kept;
use crate::{Context, store};

#[derive(Clone)]
pub struct Certificates(pub(super) Arc<Context>);

#[async_trait::async_trait]
impl pb::certificates_server::Certificates for Certificates {
    async fn get_certificate(
        &self,
        request: Request<pb::GetCertificateRequest>,
    ) -> Result<Response<pb::Certificate>, Status> {
        Ok(Response::new(get::get(&self.0, request).await?))
    }

    async fn list_certificates(
        &self,
        request: Request<pb::ListCertificatesRequest>,
    ) -> Result<Response<pb::ListCertificatesResponse>, Status> {
        Ok(Response::new(list::list(&self.0, request).await?))
    }

    type DownloadCertificateStream = Bytes;

    async fn download_certificate(
        &self,
        request: Request<pb::DownloadCertificateRequest>,
    ) -> Result<Response<Self::DownloadCertificateStream>, Status> {
        Ok(Response::new(download::download(&self.0, request).await?))
    }

    type ShowCertificateStream = Bytes;

    async fn show_certificate(
        &self,
        request: Request<pb::ShowCertificateRequest>,
    ) -> Result<Response<Self::ShowCertificateStream>, Status> {
        Ok(Response::new(download::show(&self.0, request).await?))
    }

    async fn revoke_certificate(
        &self,
        request: Request<pb::RevokeCertificateRequest>,
    ) -> Result<Response<pb::Certificate>, Status> {
        Ok(Response::new(revoke::revoke(&self.0, request).await?))
    }

    async fn reissue_certificate(
        &self,
        request: Request<pb::ReissueCertificateRequest>,
    ) -> Result<Response<pb::Certificate>, Status> {
        Ok(Response::new(reissue::reissue(&self.0, request).await?))
    }

    async fn verify_certificate(
        &self,
        request: Request<pb::VerifyCertificateRequest>,
    ) -> Result<Response<pb::VerifyCertificateResponse>, Status> {
        Ok(Response::new(verify::verify(&self.0, request).await?))
    }

    async fn get_certificate_keys(
        &self,
        _: Request<pb::GetCertificateKeysRequest>,
    ) -> Result<Response<pb::CertificateKeys>, Status> {
        Ok(Response::new(keys::get(&self.0)))
    }
}

/// Who sees everybody's.
fn sees_all(caller: &Caller) -> bool {
    caller.has(Role::ExamDesk) || caller.has(Role::CampaignManager)
}

/// One that is good, to whom it is shown.
async fn good(ctx: &Context, caller: &Caller, id: Uuid, name: String) -> Result<Kept> {
    let found = store::certificate::find(ctx.db.read(), id)
        .await?
        .filter(|it| caller.is(it.certificate.account) || sees_all(caller));
    let kept = found.ok_or(Error::NotFound(name))?;
    kept.certificate.is_valid()?;
    Ok(kept)
}

/// What it says, out of its own bytes: what is shown is what was signed.
fn paper(kept: &Kept) -> Result<Paper> {
    let paper = Paper::decode(&kept.certificate.sealed.payload);
    paper.ok_or_else(|| Error::Internal(anyhow!("a certificate holds what nobody wrote")))
}

fn written(kept: &Kept) -> Result<pb::Certificate> {
    let (one, paper) = (&kept.certificate, paper(kept)?);
    let reason = one.revocation.map(|it| enums::revoke_reason(it).into());
    Ok(pb::Certificate {
        name: one.name(),
        stage_result: stage_result::name(&one.campaign, one.stage, one.result),
        edition: one.edition,
        state: enums::certificate_state(one.state).into(),
        revoke_reason: reason.unwrap_or_default(),
        create_time: Some(to_pb(one.issued)),
        finish_time: one.ended.map(to_pb),
        individual_code: paper.code.grouped(),
        qr_text: one.sealed.text(),
        paper: Some(written_paper(&paper, &kept.terms)),
        etag: parse::written_etag(one.version),
        reissue_time: one.reissued.map(to_pb),
    })
}

/// The terms say what the codes mean; a code that they don't know stands for itself.
fn titled(title: Option<&Localized>, code: &str) -> Localized {
    let plain = || Localized {
        kk: code.to_owned(),
        ru: code.to_owned(),
        en: code.to_owned(),
    };
    title.cloned().unwrap_or_else(plain)
}

fn written_paper(paper: &Paper, terms: &Terms) -> pb::CertificatePaper {
    let subject = |code: &str| titled(terms.subject_title(code), code);
    let category = titled(terms.category_title(&paper.category), &paper.category);
    let lines = paper.lines.iter();
    pb::CertificatePaper {
        certificate_number: paper.number.grouped(),
        full_name: paper.name.reveal().clone(),
        programme: paper.programme.clone(),
        programme_title: Some(enums::localized(&terms.title)),
        subjects: lines
            .map(|it| enums::subject_total(&subject(&it.subject), it))
            .collect(),
        total: paper.total().written(),
        highest_total: paper.highest.written(),
        category: paper.category.clone(),
        category_title: Some(enums::localized(&category)),
        issue_date: Some(enums::date(paper.issued)),
        key_id: hex::encode(paper.key),
    }
}
