//! The result of a language test, as the answers of the certificate section.

use chassis::{Error, Result};
use proto::testing::v1::language_result::Outcome;
use proto::testing::v1::language_results_client::LanguageResultsClient;
use proto::testing::v1::{GetLanguageResultRequest, LanguageLevel, LanguageResult, TestSystem};
use serde_json::{Value, json};

use super::ours;
use crate::Context;
use crate::rpc::wire;

/// A result that was passed: whose it is, and what it fills in.
pub struct Passed {
    /// `accounts/{account}`.
    pub account: String,
    /// `campaigns/{campaign}`.
    pub campaign: String,
    pub answers: Value,
}

/// `None` where the test was not passed.
pub async fn get(ctx: &Context, name: &str) -> Result<Option<Passed>> {
    let mut results = LanguageResultsClient::new(ctx.testing_svc.clone());
    let request = GetLanguageResultRequest {
        name: name.to_owned(),
    };
    let result = results
        .get_language_result(request)
        .await
        .map_err(ours)?
        .into_inner();
    if result.outcome() != Outcome::Passed {
        return Ok(None);
    }
    Ok(Some(Passed {
        answers: answers(&result)?,
        account: result.account,
        campaign: result.campaign,
    }))
}

fn answers(result: &LanguageResult) -> Result<Value> {
    let lacking =
        |what| Error::Internal(anyhow::anyhow!("a passed language result without {what}"));
    let system = match result.test_system() {
        TestSystem::Kaztest => "KAZTEST",
        TestSystem::Qrt => "QRT",
        TestSystem::Unspecified => return Err(lacking("a test system")),
    };
    let level = match result.level() {
        LanguageLevel::Unspecified => return Err(lacking("a level")),
        level => level.as_str_name().trim_start_matches("LANGUAGE_LEVEL_"),
    };
    let until = result.valid_until.as_ref().and_then(wire::date);
    let until = until.ok_or_else(|| lacking("a last day"))?;
    Ok(json!({
        "certificate_type": system, "level": level, "number": result.certificate_number,
        "valid_until": until.to_string(),
    }))
}
