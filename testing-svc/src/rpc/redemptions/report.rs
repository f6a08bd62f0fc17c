//! ReportResult: the result of the test, once. The same result again is no error.

use chassis::Result;
use chassis::caller::Caller;
use chassis::clock::astana_date;
use chassis::database::Tx;
use chassis::once::{self, Once};
use chassis::violation::Violations;
use proto::partner::v1 as pb;
use proto::partner::v1::test_result::Outcome as Reported;
use tonic::Request;
use uuid::Uuid;

use super::{locked, save, written};
use crate::domain::language_result::{self, LanguageResult, Outcome};
use crate::domain::redemption::{Redemption, State};
use crate::rpc::{enums, parse};
use crate::{Context, events, store};

pub async fn report(
    ctx: &Context,
    request: Request<pb::ReportResultRequest>,
) -> Result<pb::Redemption> {
    let caller = Caller::of(&request);
    let pb = request.into_inner();
    let (id, outcome) = read(ctx, &pb)?;
    let write = match once::begin(
        &ctx.db,
        &ctx.clock,
        &caller,
        "ReportResult",
        &pb.request_id,
        &pb,
    )
    .await?
    {
        Once::Answered(redemption) => return Ok(redemption),
        Once::Begun(write) => write,
    };
    let (tx, now) = (write.tx(), ctx.clock.now());
    let (mut code, mut redemption) = locked(ctx, tx, &caller, id).await?;
    if !is_repeat(tx, &redemption, &outcome).await? {
        redemption.report(&mut code, now)?;
        save(ctx, tx, &caller, "ReportResult", (&code, &redemption)).await?;
        let result = LanguageResult {
            promo_code: code.id,
            redemption: redemption.id,
            outcome,
            reported: now,
        };
        store::language_result::insert(tx, &result).await?;
        events::language_result_received(ctx, tx, &code, &result.outcome).await?;
    }
    write.commit(written(&redemption, now)).await
}

/// Whether exactly this result is here already.
async fn is_repeat(tx: &Tx, redemption: &Redemption, outcome: &Outcome) -> Result<bool> {
    if !matches!(redemption.state, State::ResultReported { .. }) {
        return Ok(false);
    }
    let known = store::language_result::find(tx, redemption.promo_code).await?;
    Ok(known.is_some_and(|known| known.outcome == *outcome))
}

fn read(ctx: &Context, pb: &pb::ReportResultRequest) -> Result<(Uuid, Outcome)> {
    let mut violations = Violations::new();
    let id = parse::redemption(&mut violations, &pb.name);
    parse::request_id(&mut violations, &pb.request_id);
    let outcome = match &pb.result {
        Some(result) => read_result(ctx, &mut violations, result),
        None => violations.take("result", Err("REQUIRED")),
    };
    match (id, outcome) {
        (Some(id), Some(outcome)) if violations.is_empty() => Ok((id, outcome)),
        _ => Err(violations.into()),
    }
}

fn read_result(
    ctx: &Context,
    violations: &mut Violations,
    result: &pb::TestResult,
) -> Option<Outcome> {
    let passed = parse::word(
        violations,
        "result.outcome",
        result.outcome,
        |it| match it {
            Reported::Passed => Some(true),
            Reported::Failed => Some(false),
            Reported::Unspecified => None,
        },
    );
    let level = parse::optional_word(violations, "result.level", result.level, enums::from_level);
    let issued = parse::date(violations, "result.issue_date", result.issue_date);
    let valid_until = parse::date(violations, "result.valid_until", result.valid_until);
    let unread: Vec<String> = violations.iter().map(|it| it.field.clone()).collect();
    let unread: Vec<&str> = unread.iter().map(String::as_str).collect();
    let reported = language_result::Reported {
        passed: passed?,
        level,
        number: result.certificate_number.clone(),
        issued,
        valid_until,
    };
    reported.outcome(violations, &unread, astana_date(ctx.clock.now()))
}
