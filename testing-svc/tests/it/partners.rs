//! Promo codes, from the side of partners.

use chassis::caller::Caller;
use jiff::SignedDuration;
use prost::Message;
use proto::events::v1::LanguageResultReceived;
use proto::partner::v1 as pb;
use proto::partner::v1::RollbackReason;
use proto::partner::v1::redemption::State;
use proto::testing::v1 as testing;
use proto::testing::v1::TestSystem;
use proto::testing::v1::language_results_client::LanguageResultsClient;

use crate::neighbours::iin;
use crate::world::{World, failed, passed, refused, reserve_request, told_with, wrong};

fn look_up(number: u128, code: &str, system: TestSystem) -> pb::LookUpPromoCodeRequest {
    pb::LookUpPromoCodeRequest {
        code: code.into(),
        iin: iin(number),
        test_system: system.into(),
    }
}

async fn status_of(world: &World, number: u128, code: &str) -> pb::CodeStatus {
    let request = look_up(number, code, TestSystem::Kaztest);
    let answer = world
        .as_partner("kaztest")
        .look_up_promo_code(request)
        .await;
    answer.expect("a status").into_inner().status()
}

#[tokio::test]
async fn a_code_goes_its_way_from_look_up_to_result() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await;
    let typed = code.code.to_lowercase().replace('-', " ");
    assert_eq!(
        status_of(&world, 1, &typed).await,
        pb::CodeStatus::Available
    );

    let reserved = world.reserve(1, &typed).await.expect("reserved");
    assert_eq!(reserved.state(), State::Reserved);
    assert_eq!(reserved.partner_reference, "KT-2026-17");
    assert_eq!(status_of(&world, 1, &typed).await, pb::CodeStatus::Reserved);

    let redeemed = world.redeem(&reserved.name).await.expect("redeemed");
    assert_eq!(redeemed.state(), State::Redeemed);
    assert!(redeemed.reservation_expire_time.is_none() && redeemed.redeem_time.is_some());
    // Redeeming one's own again gives the same answer, whatever the request id.
    assert_eq!(
        world.redeem(&reserved.name).await.expect("the same"),
        redeemed
    );

    let reported = world
        .report(&reserved.name, passed())
        .await
        .expect("reported");
    assert_eq!(reported.state(), State::ResultReported);
    assert_eq!(
        world
            .report(&reserved.name, passed())
            .await
            .expect("the same"),
        reported
    );
    assert_eq!(status_of(&world, 1, &typed).await, pb::CodeStatus::Redeemed);

    let told = world.told().await;
    let kinds: Vec<&str> = told.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        [
            "PromoCodeIssued",
            "PromoCodeRedeemed",
            "LanguageResultReceived"
        ]
    );
    let event = LanguageResultReceived::decode(told[2].1.as_slice()).expect("an event");
    assert_eq!(event.outcome(), testing::language_result::Outcome::Passed);

    let service = Caller::Service("questionnaire-svc".into());
    let mut results = LanguageResultsClient::new(world.speak(service));
    let request = testing::GetLanguageResultRequest {
        name: event.language_result,
    };
    let result = results
        .get_language_result(request)
        .await
        .expect("a result")
        .into_inner();
    assert_eq!(result.promo_code, code.name);
    assert_eq!(result.level(), testing::LanguageLevel::B2);
    assert_eq!(result.certificate_number, "KT-000123");
    assert_eq!(result.valid_until.map(|it| it.year), Some(2028));
    let nil = uuid::Uuid::nil();
    let none = testing::GetLanguageResultRequest {
        name: format!("{}/promoCodes/{nil}/languageResult", code.campaign),
    };
    refused(results.get_language_result(none).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_failed_test_is_a_result_too() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await.code;
    let reserved = world.reserve(1, &code).await.expect("reserved");
    world.redeem(&reserved.name).await.expect("redeemed");
    world
        .report(&reserved.name, failed())
        .await
        .expect("reported");
    refused(
        world.report(&reserved.name, passed()).await,
        "RESULT_ALREADY_REPORTED",
    );
    assert_eq!(world.count("language_results WHERE level IS NULL").await, 1);
}

#[tokio::test]
async fn unknown_codes_other_people_and_other_systems_are_refused_alike() {
    let world = World::with(|config| {
        let all = r#"[{"partner": "kaztest", "test_systems": ["KAZTEST", "QRT"]}]"#;
        config.partners = testing_svc::domain::partner::Partners::parse(all).expect("a list");
    })
    .await;
    let code = world.kaztest_code(1).await.code;
    let mut partner = world.as_partner("kaztest");
    let tries = [
        look_up(1, "AAAA-BBBB-CCCC", TestSystem::Kaztest),
        look_up(2, &code, TestSystem::Kaztest),
        look_up(1, &code, TestSystem::Qrt),
    ];
    let mut heard = Vec::new();
    for request in tries {
        let reserve = pb::ReservePromoCodeRequest {
            code: request.code.clone(),
            iin: request.iin.clone(),
            test_system: request.test_system,
            request_id: world.request(),
            ..Default::default()
        };
        let looked = partner.look_up_promo_code(request).await;
        let status = refused(looked, "CODE_NOT_ACCEPTED");
        heard.push((
            status.code(),
            status.message().to_owned(),
            status.details().to_vec(),
        ));
        refused(
            partner.reserve_promo_code(reserve).await,
            "CODE_NOT_ACCEPTED",
        );
    }
    assert!(heard.windows(2).all(|pair| pair[0] == pair[1]));
    // Refused looks are written down, and alike.
    let looks = "audit WHERE action = 'LookUpPromoCode' AND resource = 'promoCodes/-'";
    assert_eq!(world.count(looks).await, 3);
    assert_eq!(world.count("redemptions").await, 0);
}

#[tokio::test]
async fn a_partner_reaches_its_own_system_and_its_own_redemptions_only() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await.code;
    for name in ["qrt", "somebody"] {
        let mut other = world.as_partner(name);
        let looked = other
            .look_up_promo_code(look_up(1, &code, TestSystem::Kaztest))
            .await;
        refused(looked, "NOT_ALLOWED");
        let reserved = other
            .reserve_promo_code(reserve_request(1, &code, world.request()))
            .await;
        refused(reserved, "NOT_ALLOWED");
    }
    let reserved = world.reserve(1, &code).await.expect("reserved");
    let ask = || pb::GetRedemptionRequest {
        name: reserved.name.clone(),
    };
    refused(
        world.as_partner("qrt").get_redemption(ask()).await,
        "NOT_FOUND",
    );
    refused(
        world.as_partner("somebody").get_redemption(ask()).await,
        "NOT_ALLOWED",
    );
    let redeem = pb::RedeemPromoCodeRequest {
        name: reserved.name.clone(),
        request_id: world.request(),
    };
    refused(
        world.as_partner("qrt").redeem_promo_code(redeem).await,
        "NOT_FOUND",
    );
    let shown = world.as_partner("kaztest").get_redemption(ask()).await;
    assert_eq!(shown.expect("its own").into_inner(), reserved);
}

#[tokio::test]
async fn every_access_of_a_partner_has_its_audit_row() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await;
    status_of(&world, 1, &code.code).await;
    let reserved = world.reserve(1, &code.code).await.expect("reserved");
    let ask = pb::GetRedemptionRequest {
        name: reserved.name.clone(),
    };
    world
        .as_partner("kaztest")
        .get_redemption(ask)
        .await
        .expect("its own");
    world.redeem(&reserved.name).await.expect("redeemed");
    world
        .report(&reserved.name, passed())
        .await
        .expect("reported");
    for action in [
        "LookUpPromoCode",
        "ReservePromoCode",
        "GetRedemption",
        "RedeemPromoCode",
        "ReportResult",
    ] {
        let rows = format!(
            "audit WHERE caller = 'partners/kaztest' AND action = '{action}' AND resource = '{}'",
            code.name
        );
        assert_eq!(world.count(&rows).await, 1, "{action}");
    }
}

#[tokio::test]
async fn repeated_requests_get_their_first_answer_and_altered_ones_are_refused() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await.code;
    let mut partner = world.as_partner("kaztest");
    let request = reserve_request(1, &code, world.request());
    let first = partner
        .reserve_promo_code(request.clone())
        .await
        .expect("reserved");
    let again = partner
        .reserve_promo_code(request.clone())
        .await
        .expect("the same");
    assert_eq!(first.get_ref(), again.get_ref());
    // Typed in another way it is the same request; for another person it is not.
    let typed = pb::ReservePromoCodeRequest {
        code: code.to_lowercase(),
        ..request.clone()
    };
    assert!(partner.reserve_promo_code(typed).await.is_ok());
    let altered = pb::ReservePromoCodeRequest {
        iin: iin(2),
        ..request
    };
    let altered = partner.reserve_promo_code(altered).await;
    assert_eq!(wrong(altered), ["request_id REQUEST_ID_REUSED"]);
    assert_eq!(world.count("redemptions").await, 1);

    let redeem = pb::RedeemPromoCodeRequest {
        name: first.get_ref().name.clone(),
        request_id: world.request(),
    };
    let first = partner
        .redeem_promo_code(redeem.clone())
        .await
        .expect("redeemed");
    world
        .roll_back(&redeem.name, RollbackReason::Mistake)
        .await
        .expect("back");
    // What was acknowledged is acknowledged again, even after all that came later.
    let again = partner.redeem_promo_code(redeem).await.expect("the same");
    assert_eq!(first.get_ref(), again.get_ref());
}

#[tokio::test]
async fn a_reservation_lapses_exactly_once() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await.code;
    let first = world.reserve(1, &code).await.expect("reserved");
    let taken = refused(world.reserve(1, &code).await, "CODE_ALREADY_RESERVED");
    let until: jiff::Timestamp = told_with(&taken, "reservation_expire_time")
        .parse()
        .expect("an instant");
    assert_eq!(until, world.now() + SignedDuration::from_mins(30));
    world.clock.set(until - SignedDuration::from_micros(1));
    world.run("lapsed_reservations").await;
    assert_eq!(world.count("redemptions WHERE state = 'RESERVED'").await, 1);
    world.clock.set(until);
    let ended = refused(world.redeem(&first.name).await, "RESERVATION_ENDED");
    assert_eq!(told_with(&ended, "state"), "LAPSED");
    // Whoever comes first writes it down: the job, or the next who reserves.
    world.run("lapsed_reservations").await;
    world.run("lapsed_reservations").await;
    let second = world.reserve(1, &code).await.expect("free again");
    world.pass(31);
    let third = world.reserve(1, &code).await.expect("free without the job");
    world.run("lapsed_reservations").await;
    assert_eq!(world.count("redemptions WHERE state = 'LAPSED'").await, 2);
    assert_eq!(
        world.count("audit WHERE action = 'LapseReservation'").await,
        2
    );
    // Old ones can't give back what the newest one has.
    for name in [&first.name, &second.name] {
        let same = world.cancel_reservation(name).await.expect("no change");
        assert_eq!(same.state(), State::Lapsed);
    }
    assert_eq!(
        world.redeem(&third.name).await.expect("redeemed").state(),
        State::Redeemed
    );
}

#[tokio::test]
async fn a_cancelled_reservation_frees_the_code() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await.code;
    let reserved = world.reserve(1, &code).await.expect("reserved");
    let cancelled = world
        .cancel_reservation(&reserved.name)
        .await
        .expect("cancelled");
    assert_eq!(cancelled.state(), State::Cancelled);
    let again = world
        .cancel_reservation(&reserved.name)
        .await
        .expect("no change");
    assert_eq!(again.state(), State::Cancelled);
    assert_eq!(status_of(&world, 1, &code).await, pb::CodeStatus::Available);
    let ended = refused(world.redeem(&reserved.name).await, "RESERVATION_ENDED");
    assert_eq!(told_with(&ended, "state"), "CANCELLED");
    let reserved = world.reserve(1, &code).await.expect("free");
    world.redeem(&reserved.name).await.expect("redeemed");
    refused(
        world.cancel_reservation(&reserved.name).await,
        "CODE_ALREADY_REDEEMED",
    );
    refused(world.reserve(1, &code).await, "CODE_ALREADY_REDEEMED");
}

#[tokio::test]
async fn a_rollback_gives_the_code_back_or_voids_it_by_its_reason() {
    let world = World::new().await;
    for (number, reason) in (1..).zip([
        RollbackReason::TestCancelled,
        RollbackReason::TechnicalFailure,
        RollbackReason::Mistake,
        RollbackReason::RulesBroken,
        RollbackReason::NoShow,
    ]) {
        let code = world.kaztest_code(number).await.code;
        let reserved = world.reserve(number, &code).await.expect("reserved");
        let early = world.roll_back(&reserved.name, reason).await;
        assert_eq!(
            told_with(&refused(early, "NOT_REDEEMED"), "state"),
            "RESERVED"
        );
        world.redeem(&reserved.name).await.expect("redeemed");
        let back = world
            .roll_back(&reserved.name, reason)
            .await
            .expect("rolled back");
        assert_eq!(back.state(), State::RolledBack);
        assert!(back.rollback_time.is_some() && back.redeem_time.is_some());
        refused(world.report(&reserved.name, passed()).await, "NOT_REDEEMED");
        let void = matches!(reason, RollbackReason::RulesBroken | RollbackReason::NoShow);
        if void {
            assert_eq!(
                status_of(&world, number, &code).await,
                pb::CodeStatus::Closed
            );
            refused(world.reserve(number, &code).await, "CODE_NO_LONGER_VALID");
        } else {
            assert_eq!(
                status_of(&world, number, &code).await,
                pb::CodeStatus::Available
            );
            assert!(world.reserve(number, &code).await.is_ok());
        }
    }
    let noted = "redemptions WHERE rollback_note = 'as told by telephone'";
    assert_eq!(world.count(noted).await, 5);
}

#[tokio::test]
async fn a_result_is_never_changed_or_taken_back() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await.code;
    let reserved = world.reserve(1, &code).await.expect("reserved");
    refused(world.report(&reserved.name, passed()).await, "NOT_REDEEMED");
    world.redeem(&reserved.name).await.expect("redeemed");
    world
        .report(&reserved.name, passed())
        .await
        .expect("reported");
    let better = pb::TestResult {
        level: testing::LanguageLevel::C1.into(),
        ..passed()
    };
    let name = &reserved.name;
    refused(world.report(name, better).await, "RESULT_ALREADY_REPORTED");
    refused(
        world.roll_back(name, RollbackReason::Mistake).await,
        "RESULT_ALREADY_REPORTED",
    );
    refused(world.redeem(name).await, "RESULT_ALREADY_REPORTED");
    refused(
        world.cancel_reservation(name).await,
        "RESULT_ALREADY_REPORTED",
    );
    assert_eq!(world.count("language_results WHERE level = 'B2'").await, 1);
}

#[tokio::test]
async fn a_code_that_was_revoked_while_reserved_is_not_redeemed() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await.code;
    let reserved = world.reserve(1, &code).await.expect("reserved");
    world
        .sql("UPDATE promo_codes SET state = 'REVOKED', redemption = NULL")
        .await;
    refused(world.redeem(&reserved.name).await, "CODE_NO_LONGER_VALID");
    assert_eq!(status_of(&world, 1, &code).await, pb::CodeStatus::Closed);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_partners_request_is_told_at_once() {
    use proto::google::r#type::Date;
    let world = World::new().await;
    let mut partner = world.as_partner("kaztest");
    let request = |iin: &str| pb::ReservePromoCodeRequest {
        code: "ABCD-EFGH".into(),
        iin: iin.into(),
        test_system: 0,
        partner_reference: "x".repeat(65),
        request_id: String::new(),
    };
    for (iin, why) in [
        ("", "REQUIRED"),
        ("12345678901", "IIN_LENGTH"),
        ("90010130012O", "IIN_NOT_DIGITS"),
        ("123456789012", "IIN_CHECK_DIGIT"),
        ("000000000000", "IIN_ALL_ZERO"),
    ] {
        let answer = partner.reserve_promo_code(request(iin)).await;
        let expected = [
            "code CODE_FORMAT",
            &format!("iin {why}"),
            "test_system REQUIRED",
            "partner_reference TOO_LONG",
            "request_id REQUIRED",
        ];
        assert_eq!(wrong(answer), expected);
    }
    let day = |year, month, day| Some(Date { year, month, day });
    let result = pb::TestResult {
        level: 99,
        certificate_number: " ".into(),
        issue_date: day(2026, 2, 30),
        valid_until: None,
        ..passed()
    };
    assert_eq!(
        wrong(world.report("redemptions/x", result).await),
        [
            "name INVALID_NAME",
            "result.level UNKNOWN_VALUE",
            "result.issue_date DATE_IMPOSSIBLE",
            "result.valid_until REQUIRED",
            "result.certificate_number REQUIRED",
        ]
    );
    let name = format!("redemptions/{}", uuid::Uuid::nil());
    let tomorrow = pb::TestResult {
        issue_date: day(2026, 6, 2),
        valid_until: day(2026, 6, 1),
        ..passed()
    };
    assert_eq!(
        wrong(world.report(&name, tomorrow).await),
        [
            "result.issue_date DATE_IN_FUTURE",
            "result.valid_until DATES_BACKWARDS"
        ]
    );
    let with_level = pb::TestResult {
        level: testing::LanguageLevel::B1.into(),
        ..failed()
    };
    assert_eq!(
        wrong(world.report(&name, with_level).await),
        ["result.level NOT_FOR_FAILED"]
    );
    refused(world.report(&name, failed()).await, "NOT_FOUND");
}

#[tokio::test]
async fn a_partner_that_guesses_has_to_wait_and_the_others_do_not() {
    let world = World::with(|config| config.refused_codes = 3).await;
    let code = world.kaztest_code(1).await.code;
    let guess = look_up(2, &code, TestSystem::Kaztest);
    let mut partner = world.as_partner("kaztest");
    for _ in 0..3 {
        let refusal = partner.look_up_promo_code(guess.clone()).await;
        refused(refusal, "CODE_NOT_ACCEPTED");
    }
    refused(
        partner.look_up_promo_code(guess.clone()).await,
        "RATE_LIMITED",
    );
    refused(world.reserve(1, &code).await, "RATE_LIMITED");
    let mut other = world.as_partner("qrt");
    let elsewhere = other
        .look_up_promo_code(look_up(1, &code, TestSystem::Qrt))
        .await;
    refused(elsewhere, "CODE_NOT_ACCEPTED");
    world.pass(1);
    assert!(world.reserve(1, &code).await.is_ok());
}
