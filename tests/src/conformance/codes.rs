//! Promo codes, as a partner takes them.

use proto::partner::v1::redemptions_client::RedemptionsClient;
use proto::partner::v1::test_result::Outcome;
use proto::partner::v1::{
    CancelReservationRequest, CodeStatus, GetRedemptionRequest, LookUpPromoCodeRequest,
    LookUpPromoCodeResponse, RedeemPromoCodeRequest, Redemption, ReportResultRequest,
    ReservePromoCodeRequest, RollBackRedemptionRequest, RollbackReason, TestResult,
};
use proto::testing::v1::LanguageLevel;

use super::patient::Patient;
use super::place::{Code, Place};
use super::report::Report;
use crate::person::new_key;

type Partner = RedemptionsClient<Patient>;

/// An IIN with a right check digit that is nobody's.
const NOBODYS: &str = "010101100008";

pub async fn try_all(report: &mut Report, place: &Place) -> anyhow::Result<()> {
    let mut partner = RedemptionsClient::new(place.channel()?);
    let Some(code) = place.codes.first() else {
        report.skipped("codes", "no --code and --iin were given");
        return Ok(());
    };
    if let Some(redemption) = reserves(report, &mut partner, code).await {
        redeems(report, &mut partner, code, &redemption).await;
        reports(report, &mut partner, &redemption.name).await;
    }
    match place.codes.get(1) {
        Some(code) => goes_back(report, &mut partner, code).await,
        None => report.skipped(
            "codes: a rollback frees the code",
            "no second --code was given",
        ),
    }
    Ok(())
}

fn look_up(code: &Code) -> LookUpPromoCodeRequest {
    LookUpPromoCodeRequest {
        code: code.code.clone(),
        iin: code.iin.clone(),
        test_system: code.test_system.into(),
    }
}

fn reserve(code: &Code) -> ReservePromoCodeRequest {
    ReservePromoCodeRequest {
        code: code.code.clone(),
        iin: code.iin.clone(),
        test_system: code.test_system.into(),
        partner_reference: "conformance".into(),
        request_id: new_key(),
    }
}

/// A code that was looked up can be taken.
fn is_available(report: &mut Report, rule: &'static str, seen: &LookUpPromoCodeResponse) {
    let status = seen.status();
    let is_free = status == CodeStatus::Available;
    let came = status.as_str_name().into();
    report.holds(rule, "LookUpPromoCode", came, is_free);
}

async fn reserves(report: &mut Report, partner: &mut Partner, code: &Code) -> Option<Redemption> {
    let rule = "codes: a code is looked up before anything is done";
    let seen = partner.look_up_promo_code(look_up(code)).await;
    let seen = report.went_well(rule, "LookUpPromoCode", seen)?;
    let rule = "codes: a fresh code is available";
    is_available(report, rule, &seen);

    let rule = "codes: a code is good with its person's IIN only";
    let mut other = look_up(code);
    NOBODYS.clone_into(&mut other.iin);
    let answer = partner.look_up_promo_code(other).await;
    report.refused(
        rule,
        "the code with another IIN",
        answer,
        "CODE_NOT_ACCEPTED",
    );

    let rule = "codes: a call that changes something needs a request id";
    let mut without = reserve(code);
    without.request_id.clear();
    let answer = partner.reserve_promo_code(without).await;
    report.refused(
        rule,
        "ReservePromoCode without request_id",
        answer,
        "REQUIRED",
    );

    let first = reserve(code);
    let rule = "codes: a code is reserved";
    let answer = partner.reserve_promo_code(first.clone()).await;
    let reserved = report.went_well(rule, "ReservePromoCode", answer)?;
    let rule = "codes: a repeat gets the first answer";
    let again = partner.reserve_promo_code(first.clone()).await;
    report.same(rule, "the same ReservePromoCode again", &reserved, again);
    let rule = "codes: a request id stands for one request";
    let other = ReservePromoCodeRequest {
        partner_reference: "another".into(),
        ..first
    };
    let answer = partner.reserve_promo_code(other).await;
    report.refused(
        rule,
        "another body under the id",
        answer,
        "REQUEST_ID_REUSED",
    );
    let rule = "codes: a reserved code can't be reserved";
    let answer = partner.reserve_promo_code(reserve(code)).await;
    report.refused(
        rule,
        "another ReservePromoCode",
        answer,
        "CODE_ALREADY_RESERVED",
    );

    let rule = "codes: a reservation is given back";
    let cancel = CancelReservationRequest {
        name: reserved.name,
        request_id: new_key(),
    };
    let answer = partner.cancel_reservation(cancel).await;
    report.went_well(rule, "CancelReservation", answer)?;
    let rule = "codes: what was given back can be reserved";
    let answer = partner.reserve_promo_code(reserve(code)).await;
    report.went_well(rule, "ReservePromoCode", answer)
}

async fn redeems(report: &mut Report, partner: &mut Partner, code: &Code, reserved: &Redemption) {
    let redeem = |request_id: String| RedeemPromoCodeRequest {
        name: reserved.name.clone(),
        request_id,
    };
    let rule = "codes: a redemption that comes twice at once is one";
    let (request, mut other) = (redeem(new_key()), partner.clone());
    let (one, two) = tokio::join!(
        partner.redeem_promo_code(request.clone()),
        other.redeem_promo_code(request.clone())
    );
    let sent = "RedeemPromoCode on two calls";
    // Whoever comes while the first is under way is told to ask again.
    let first = match (one, two) {
        (Ok(one), _) | (_, Ok(one)) => report.went_well(rule, sent, Ok(one)),
        (Err(status), _) => report.went_well(rule, sent, Err(status)),
    };
    let Some(first) = first else { return };
    let again = partner.redeem_promo_code(request).await;
    report.same(rule, "and again", &first, again);
    let rule = "codes: redeeming one's own again changes nothing";
    let again = partner.redeem_promo_code(redeem(new_key())).await;
    report.same(rule, "RedeemPromoCode under another id", &first, again);
    let rule = "codes: how a call ended is told to who lost its answer";
    let get = GetRedemptionRequest {
        name: reserved.name.clone(),
    };
    let shown = partner.get_redemption(get).await;
    report.same(rule, "GetRedemption", &first, shown);
    let rule = "codes: a redeemed code can't be reserved";
    let answer = partner.reserve_promo_code(reserve(code)).await;
    report.refused(rule, "ReservePromoCode", answer, "CODE_ALREADY_REDEEMED");
}

async fn reports(report: &mut Report, partner: &mut Partner, name: &str) {
    let failed = || ReportResultRequest {
        name: name.to_owned(),
        result: Some(TestResult {
            outcome: Outcome::Failed.into(),
            ..TestResult::default()
        }),
        request_id: new_key(),
    };
    let rule = "codes: a test that was not passed has no level";
    let mut wrong = failed();
    if let Some(result) = &mut wrong.result {
        result.level = LanguageLevel::B1.into();
    }
    let answer = partner.report_result(wrong).await;
    report.refused(rule, "OUTCOME_FAILED with B1", answer, "NOT_FOR_FAILED");
    let rule = "codes: a result is reported";
    let answer = partner.report_result(failed()).await;
    let Some(first) = report.went_well(rule, "ReportResult", answer) else {
        return;
    };
    let rule = "codes: the same result again is no error";
    let again = partner.report_result(failed()).await;
    report.same(rule, "ReportResult under another id", &first, again);
    let rule = "codes: a result is never taken back";
    let answer = partner.roll_back_redemption(roll_back(name)).await;
    report.refused(
        rule,
        "RollBackRedemption",
        answer,
        "RESULT_ALREADY_REPORTED",
    );
}

fn roll_back(name: &str) -> RollBackRedemptionRequest {
    RollBackRedemptionRequest {
        name: name.to_owned(),
        reason: RollbackReason::Mistake.into(),
        note: "conformance".into(),
        request_id: new_key(),
    }
}

async fn goes_back(report: &mut Report, partner: &mut Partner, code: &Code) {
    let rule = "codes: a rollback frees the code";
    let answer = partner.reserve_promo_code(reserve(code)).await;
    let Some(reserved) = report.went_well(rule, "ReservePromoCode", answer) else {
        return;
    };
    let early = partner
        .roll_back_redemption(roll_back(&reserved.name))
        .await;
    let what = "codes: what was not redeemed is not rolled back";
    report.refused(what, "RollBackRedemption", early, "NOT_REDEEMED");
    let redeem = RedeemPromoCodeRequest {
        name: reserved.name.clone(),
        request_id: new_key(),
    };
    let answer = partner.redeem_promo_code(redeem).await;
    report.went_well(rule, "RedeemPromoCode", answer);
    let answer = partner
        .roll_back_redemption(roll_back(&reserved.name))
        .await;
    report.went_well(rule, "RollBackRedemption, by mistake", answer);
    if let Ok(seen) = partner.look_up_promo_code(look_up(code)).await {
        is_available(report, rule, seen.get_ref());
    }
}
