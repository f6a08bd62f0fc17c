//! Promo codes, from the side of their owners.

use std::sync::atomic::Ordering;

use chassis::testing::{person, request_id};
use prost::Message;
use proto::events::v1::PromoCodeIssued;
use proto::testing::v1 as pb;
use proto::testing::v1::TestSystem::{Kaztest, Qrt};

use crate::neighbours::{UNREACHABLE, WITH_CERTIFICATE, WITHOUT_IIN, iin};
use crate::world::{CAMPAIGN, World, issue_request, reason, refused, told_with, violations, wrong};

#[tokio::test]
async fn a_person_gets_one_code_for_one_system_with_instructions() {
    let world = World::new().await;
    let code = world.issue(1, Kaztest).await.expect("a code");
    assert_eq!(code.code.len(), 14);
    assert_eq!(code.state(), pb::promo_code::State::Issued);
    assert_eq!(code.campaign, CAMPAIGN);
    assert_eq!(
        code.expire_time.map(|it| it.seconds),
        Some(crate::neighbours::close_time().as_second())
    );
    assert!(code.how_to.contains("«Менің жауабым»") && code.how_to.contains(&code.code));

    let second = refused(world.issue(1, Qrt).await, "PROMO_CODE_ALREADY_ISSUED");
    assert_eq!(told_with(&second, "promo_code"), code.name);
    assert_eq!(told_with(&second, "test_system"), "KAZTEST");
    let other = world.issue(2, Qrt).await.expect("a code");
    let purpose = "«Басқасы - Басқа себеп - Президенттік жастар кадр резерві»";
    assert!(other.how_to.contains(purpose));
    assert_ne!(other.code, code.code);

    let told = world.told().await;
    assert_eq!(told.len(), 2);
    let event = PromoCodeIssued::decode(told[0].1.as_slice()).expect("an event");
    assert_eq!(
        (told[0].0.as_str(), event.promo_code),
        ("PromoCodeIssued", code.name)
    );
    assert_eq!(
        world.count("audit WHERE action = 'IssuePromoCode'").await,
        2
    );
}

#[tokio::test]
async fn a_repeat_gets_the_same_code_and_an_altered_one_is_refused() {
    let world = World::new().await;
    let request = issue_request(Kaztest, request_id(77));
    let mut codes = world.codes(1);
    let first = codes
        .issue_promo_code(request.clone())
        .await
        .expect("a code");
    let again = codes
        .issue_promo_code(request.clone())
        .await
        .expect("the same");
    assert_eq!(first.get_ref(), again.get_ref());
    // A repeat needs no neighbour.
    assert_eq!(world.questionnaire.claims.load(Ordering::SeqCst), 1);
    let altered = pb::IssuePromoCodeRequest {
        test_system: Qrt.into(),
        ..request.clone()
    };
    let altered = codes.issue_promo_code(altered).await;
    assert_eq!(wrong(altered), ["request_id REQUEST_ID_REUSED"]);
    // The same id of another person is another request.
    let other = world
        .codes(2)
        .issue_promo_code(request)
        .await
        .expect("a code");
    assert_ne!(other.get_ref().code, first.get_ref().code);
}

#[tokio::test]
async fn the_instructions_are_in_the_language_of_the_call() {
    let world = World::new().await;
    let issued = world.kaztest_code(1).await;
    let mut ask = tonic::Request::new(pb::GetPromoCodeRequest { name: issued.name });
    let language = "ru".parse().expect("a header");
    ask.metadata_mut().insert("accept-language", language);
    let shown = world
        .codes(1)
        .get_promo_code(ask)
        .await
        .expect("a code")
        .into_inner();
    assert!(shown.how_to.contains("Вместо оплаты"), "{}", shown.how_to);
    assert!(
        issued.how_to.contains("Төлемнің орнына"),
        "{}",
        issued.how_to
    );
}

#[tokio::test]
async fn a_refusal_of_the_questionnaire_is_passed_on_and_nothing_is_issued() {
    let world = World::new().await;
    let declared = world.issue(WITH_CERTIFICATE, Kaztest).await;
    refused(declared, "CERTIFICATE_ALREADY_DECLARED");
    let mut closed = issue_request(Kaztest, world.request());
    closed.parent = crate::neighbours::CLOSED.into();
    let closed = world.codes(1).issue_promo_code(closed).await;
    refused(closed, "CAMPAIGN_CLOSED");
    refused(world.issue(UNREACHABLE, Kaztest).await, "UNAVAILABLE");
    assert_eq!(world.count("promo_codes").await, 0);
    assert_eq!(world.count("once").await, 0);
}

#[tokio::test]
async fn who_has_no_iin_gets_no_code_and_claims_no_right() {
    let world = World::new().await;
    refused(world.issue(WITHOUT_IIN, Kaztest).await, "IIN_NEEDED");
    assert_eq!(world.questionnaire.claims.load(Ordering::SeqCst), 0);
    assert_eq!(world.count("promo_codes").await, 0);
    assert_eq!(world.count("once").await, 0);
}

#[tokio::test]
async fn a_code_is_shown_to_its_owner_only() {
    let world = World::new().await;
    let name = world.kaztest_code(1).await.name;
    let ask = || pb::GetPromoCodeRequest { name: name.clone() };
    assert!(world.codes(1).get_promo_code(ask()).await.is_ok());
    refused(world.codes(2).get_promo_code(ask()).await, "NOT_FOUND");
    let desk = person(3, &chassis::caller::Role::ALL);
    let mut desk = pb::promo_codes_client::PromoCodesClient::new(world.speak(desk));
    refused(desk.get_promo_code(ask()).await, "NOT_FOUND");
    let other_campaign = pb::GetPromoCodeRequest {
        name: name.replace("reserve-2026", "reserve-2027"),
    };
    refused(
        world.codes(1).get_promo_code(other_campaign).await,
        "NOT_FOUND",
    );
}

#[tokio::test]
async fn ones_own_codes_are_listed_page_by_page_newest_first() {
    let world = World::new().await;
    let mut names = Vec::new();
    for year in [2026, 2027, 2028] {
        world.pass(1);
        let mut request = issue_request(Kaztest, world.request());
        request.parent = format!("campaigns/reserve-{year}");
        let issued = world.codes(1).issue_promo_code(request).await;
        names.insert(0, issued.expect("a code").into_inner().name);
    }
    world.kaztest_code(2).await;
    let mut seen = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListPromoCodesRequest {
            parent: "campaigns/-".into(),
            page_size: 2,
            page_token,
        };
        let page = world
            .codes(1)
            .list_promo_codes(request)
            .await
            .expect("a page");
        let page = page.into_inner();
        seen.extend(page.promo_codes.into_iter().map(|code| code.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, names);
    let one = pb::ListPromoCodesRequest {
        parent: CAMPAIGN.into(),
        ..Default::default()
    };
    let one = world.codes(1).list_promo_codes(one).await.expect("a page");
    assert_eq!(one.get_ref().promo_codes.len(), 1);
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let world = World::new().await;
    let request = pb::IssuePromoCodeRequest {
        parent: "campaign/reserve".into(),
        test_system: 9,
        request_id: "1".into(),
    };
    let answer = world.codes(1).issue_promo_code(request).await;
    let expected = [
        ("parent", "INVALID_NAME"),
        ("test_system", "UNKNOWN_VALUE"),
        ("request_id", "INVALID_REQUEST_ID"),
    ];
    assert_eq!(
        violations(answer),
        expected.map(|(field, reason)| (field.to_owned(), reason.to_owned()))
    );
}

#[tokio::test]
async fn the_iin_is_nowhere_in_the_database() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await;
    let reserved = world.reserve(1, &code.code).await.expect("reserved");
    world.redeem(&reserved.name).await.expect("redeemed");
    for table in ["promo_codes", "redemptions", "audit", "outbox"] {
        let rows = chassis::database::query_all(
            world.data.db.read(),
            &format!("SELECT * FROM {table}"),
            [],
        )
        .await
        .expect("rows");
        assert!(!rows.is_empty(), "{table}");
        let dump = format!("{rows:?}");
        assert!(!dump.contains(&iin(1)), "{table}");
    }
}

#[tokio::test]
async fn an_unused_code_expires_with_the_campaign() {
    let world = World::new().await;
    let code = world.kaztest_code(1).await;
    let shown = || async {
        let ask = pb::GetPromoCodeRequest {
            name: code.name.clone(),
        };
        world
            .codes(1)
            .get_promo_code(ask)
            .await
            .expect("a code")
            .into_inner()
            .state()
    };
    world
        .clock
        .set(crate::neighbours::close_time() - jiff::SignedDuration::from_micros(1));
    assert_eq!(shown().await, pb::promo_code::State::Issued);
    world.run("expired_codes").await;
    assert_eq!(world.count("promo_codes WHERE state = 'ISSUED'").await, 1);
    world.clock.set(crate::neighbours::close_time());
    assert_eq!(shown().await, pb::promo_code::State::Expired);
    for _ in 0..2 {
        world.run("expired_codes").await;
    }
    assert_eq!(world.count("promo_codes WHERE state = 'EXPIRED'").await, 1);
    assert_eq!(
        world.count("audit WHERE action = 'ExpirePromoCode'").await,
        1
    );
    let status = world.reserve(1, &code.code).await.expect_err("expired");
    assert_eq!(reason(&status), "CODE_NO_LONGER_VALID");
}

#[tokio::test]
async fn old_answers_are_forgotten_and_young_ones_kept() {
    let world = World::new().await;
    world.kaztest_code(1).await;
    world.run("old_answers").await;
    assert_eq!(world.count("once").await, 1);
    world.pass(7 * 24 * 60 + 1);
    world.run("old_answers").await;
    assert_eq!(world.count("once").await, 0);
}
