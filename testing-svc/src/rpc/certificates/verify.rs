//! VerifyCertificate: for anybody who has the paper. What is not known, what is of another code and
//! what somebody else signed are answered alike.

use chassis::Result;
use chassis::clock::to_pb;
use chassis::error::explain;
use chassis::violation::Violations;
use proto::testing::v1 as pb;
use proto::testing::v1::verify_certificate_request::Proof;
use tonic::Request;

use super::{paper, written_paper};
use crate::domain::certificate::State;
use crate::domain::certificate::number::{Code, Number};
use crate::domain::certificate::seal::{LONGEST_TEXT, Sealed};
use crate::rpc::enums;
use crate::store::certificate::Kept;
use crate::{Context, store};

pub async fn verify(
    ctx: &Context,
    request: Request<pb::VerifyCertificateRequest>,
) -> Result<pb::VerifyCertificateResponse> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let found = match &pb.proof {
        None => {
            violations.add("proof", "REQUIRED");
            None
        }
        Some(Proof::NumberAndCode(it)) => {
            let number = typed(&it.certificate_number, Number::parse);
            let field = "number_and_code.certificate_number";
            let number = violations.take(field, number);
            let code = typed(&it.individual_code, Code::parse);
            let code = violations.take("number_and_code.individual_code", code);
            match (number, code) {
                (Some(number), Some(code)) => by_code(ctx, &number, &code).await?,
                _ => None,
            }
        }
        Some(Proof::QrText(text)) if text.len() > LONGEST_TEXT => {
            let most = [("max", LONGEST_TEXT.to_string())];
            violations.add_with("qr_text", "TOO_LONG", most);
            None
        }
        Some(Proof::QrText(text)) if text.is_empty() => {
            violations.add("qr_text", "REQUIRED");
            None
        }
        Some(Proof::QrText(text)) => by_text(ctx, text).await?,
    };
    violations.into_result()?;
    told(found.as_ref())
}

fn typed<T>(text: &str, read: fn(&str) -> Result<T, &'static str>) -> Result<T, &'static str> {
    match text.trim() {
        "" => Err("REQUIRED"),
        text => read(text),
    }
}

async fn by_code(ctx: &Context, number: &Number, code: &Code) -> Result<Option<Kept>> {
    let Some(kept) = store::certificate::numbered(ctx.db.read(), number).await? else {
        return Ok(None);
    };
    let is_right = paper(&kept)?.code == *code;
    Ok(is_right.then_some(kept))
}

/// Signed by us and issued by us: a signature alone tells nothing of what was revoked.
async fn by_text(ctx: &Context, text: &str) -> Result<Option<Kept>> {
    let keys = &ctx.config.certificate_keys;
    let Some(sealed) = Sealed::read(text) else {
        return Ok(None);
    };
    let Some(paper) = keys.open(&sealed) else {
        return Ok(None);
    };
    let kept = store::certificate::numbered(ctx.db.read(), &paper.number).await?;
    Ok(kept.filter(|it| it.certificate.sealed.payload == sealed.payload))
}

fn told(found: Option<&Kept>) -> Result<pb::VerifyCertificateResponse> {
    let state = found.map(|it| it.certificate.state);
    let message = match state {
        Some(State::Valid) => "CERTIFICATE_VALID",
        Some(State::Revoked) => "CERTIFICATE_REVOKED",
        Some(State::Superseded) => "CERTIFICATE_SUPERSEDED",
        None => "CERTIFICATE_UNKNOWN",
    };
    let mut answer = pb::VerifyCertificateResponse {
        explanation: explain(message, &[]),
        ..pb::VerifyCertificateResponse::default()
    };
    if let Some(kept) = found {
        answer.state = enums::certificate_state(kept.certificate.state).into();
        answer.paper = Some(written_paper(&paper(kept)?, &kept.terms));
        answer.finish_time = kept.certificate.ended.map(to_pb);
    }
    Ok(answer)
}
