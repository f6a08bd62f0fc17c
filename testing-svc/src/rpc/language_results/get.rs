//! GetLanguageResult: what the event only names.

use chassis::clock::to_pb;
use chassis::violation::Violations;
use chassis::{Error, Result};
use proto::testing::v1 as pb;
use tonic::Request;

use crate::domain::language_result::{LanguageResult, Outcome};
use crate::domain::promo_code::PromoCode;
use crate::rpc::{enums, parse};
use crate::{Context, store};

pub async fn get(
    ctx: &Context,
    request: Request<pb::GetLanguageResultRequest>,
) -> Result<pb::LanguageResult> {
    let pb = request.into_inner();
    let mut violations = Violations::new();
    let name = parse::below_campaign(&mut violations, "name", parse::LANGUAGE_RESULT, &pb.name);
    let Some((campaign, id)) = name else {
        return Err(violations.into());
    };
    let db = ctx.db.read();
    let code = store::promo_code::find(db, id)
        .await?
        .filter(|code| code.campaign == campaign);
    let result = store::language_result::find(db, id).await?;
    match (code, result) {
        (Some(code), Some(result)) => Ok(written(&code, &result)),
        _ => Err(Error::NotFound(pb.name)),
    }
}

fn written(code: &PromoCode, result: &LanguageResult) -> pb::LanguageResult {
    let certificate = match &result.outcome {
        Outcome::Passed(certificate) => Some(certificate),
        Outcome::Failed => None,
    };
    pb::LanguageResult {
        name: code.result_name(),
        promo_code: code.name(),
        account: format!("accounts/{}", code.account),
        campaign: format!("campaigns/{}", code.campaign),
        test_system: enums::test_system(code.test_system).into(),
        outcome: enums::outcome(&result.outcome).into(),
        level: certificate.map_or(0, |it| enums::level(it.level).into()),
        certificate_number: certificate
            .map(|it| it.number.reveal().clone())
            .unwrap_or_default(),
        issue_date: certificate.map(|it| enums::date(it.issued)),
        valid_until: certificate.map(|it| enums::date(it.valid_until)),
        report_time: Some(to_pb(result.reported)),
    }
}
