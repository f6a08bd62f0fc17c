//! DownloadCertificate: the sheet of paper; one's own, any to the exam desk and campaign managers.

use chassis::caller::Caller;
use chassis::text::Language;
use chassis::violation::Violations;
use chassis::{Error, Result};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use proto::google::api::HttpBody;
use proto::testing::v1 as pb;
use tonic::{Request, Status};

use super::{paper, sees_all};
use crate::domain::session;
use crate::rpc::{enums, parse};
use crate::sheet::Sheet;
use crate::{Context, store};

/// A page is drawn in some milliseconds of one processor: not where calls are waited for.
pub async fn download(
    ctx: &Context,
    request: Request<pb::DownloadCertificateRequest>,
) -> Result<BoxStream<'static, std::result::Result<HttpBody, Status>>> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let id = parse::certificate(&mut violations, &pb.name);
    let language = enums::from_language;
    let language = parse::optional_word(&mut violations, "language", pb.language, language);
    let (Some(id), true) = (id, violations.is_empty()) else {
        return Err(violations.into());
    };
    let found = store::certificate::find(ctx.db.read(), id)
        .await?
        .filter(|it| caller.is(it.certificate.account) || sees_all(&caller));
    let kept = found.ok_or(Error::NotFound(pb.name))?;
    kept.certificate.is_valid()?;
    let paper = paper(&kept)?;
    let language = match language {
        None => chassis::error::language(),
        Some(session::Language::Kk) => Language::Kk,
        Some(session::Language::Ru) => Language::Ru,
        Some(session::Language::En) => Language::En,
    };
    let drawn = tokio::task::spawn_blocking(move || {
        let sheet = Sheet {
            paper: &paper,
            terms: &kept.terms,
            qr_text: &kept.certificate.sealed.text(),
            language,
        };
        sheet.pdf()
    });
    let data = drawn.await.map_err(anyhow::Error::from)??;
    let body = HttpBody {
        content_type: "application/pdf".into(),
        data: data.into(),
        extensions: Vec::new(),
    };
    Ok(stream::iter([Ok(body)]).boxed())
}
