//! The right to a promo code: claimed once, closed for good by a certificate, and never both.

use jiff::Timestamp;
use proto::questionnaire::v1 as pb;
use proto::questionnaire::v1::application::PromoRight;
use proto::questionnaire::v1::promo_rights_client::PromoRightsClient;
use serde_json::json;
use tonic::Status;

use crate::candidate::Candidate;
use crate::world::{CAMPAIGN, CLOSE, World, campaign, pairs, reason, violations};

async fn claims(world: &World, candidate: &Candidate<'_>) -> Result<pb::PromoRight, Status> {
    let request = pb::ClaimPromoRightRequest {
        campaign: CAMPAIGN.into(),
        account: candidate.account.clone(),
        request_id: world.request_id(),
    };
    let mut rights = PromoRightsClient::new(world.service("testing-svc"));
    Ok(rights.claim_promo_right(request).await?.into_inner())
}

#[tokio::test]
async fn a_right_is_claimed_once_and_a_repeat_gets_the_first_answer() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    assert_eq!(
        reason(&claims(&world, &candidate).await.unwrap_err()),
        "APPLICATION_NEEDED"
    );
    let application = candidate.opens().await.unwrap().name;
    let first = claims(&world, &candidate).await.unwrap();
    assert_eq!(
        (&first.application, first.name),
        (&application, format!("{application}/promoRight"))
    );
    assert_eq!(first.campaign_close_time, campaign().close_time);
    assert_eq!(first.campaign_version, 1);
    let shown = candidate.application(&application).await.unwrap();
    assert_eq!(shown.promo_right(), PromoRight::Claimed);
    world.at(CLOSE);
    assert_eq!(
        claims(&world, &candidate).await.unwrap().claim_time,
        first.claim_time
    );
    assert_eq!(
        reason(&claims(&world, &world.candidate(2)).await.unwrap_err()),
        "APPLICATION_NEEDED"
    );
}

#[tokio::test]
async fn certificate_data_close_the_right_even_after_they_were_cleared() {
    let world = World::new().await;
    let candidate = world.candidate(1);
    let application = candidate.opens().await.unwrap().name;
    candidate
        .saves(&application, "certificate", &json!({}))
        .await
        .unwrap();
    assert_eq!(
        candidate
            .application(&application)
            .await
            .unwrap()
            .promo_right(),
        PromoRight::Open
    );
    candidate
        .saves(&application, "certificate", &json!({"level": "B1"}))
        .await
        .unwrap();
    candidate
        .saves(&application, "certificate", &json!({}))
        .await
        .unwrap();
    assert_eq!(
        candidate
            .application(&application)
            .await
            .unwrap()
            .promo_right(),
        PromoRight::Closed
    );
    assert_eq!(
        reason(&claims(&world, &candidate).await.unwrap_err()),
        "CERTIFICATE_ALREADY_DECLARED"
    );
    let told = world.told().await;
    assert_eq!(told, ["ApplicationCreated", "CertificateDeclared"]);
}

#[tokio::test]
async fn a_right_is_claimed_from_a_draft_in_the_window() {
    let world = World::new().await;
    let (draft, submitted) = (world.candidate(1), world.candidate(2));
    draft.opens().await.unwrap();
    submitted.has_submitted().await;
    // The certificate that was submitted closed the right before the state did.
    assert_eq!(
        reason(&claims(&world, &submitted).await.unwrap_err()),
        "CERTIFICATE_ALREADY_DECLARED"
    );
    let withdrawn = world.candidate(3);
    let application = withdrawn.opens().await.unwrap().name;
    withdrawn.withdraws(&application).await.unwrap();
    assert_eq!(
        reason(&claims(&world, &withdrawn).await.unwrap_err()),
        "APPLICATION_FROZEN"
    );
    world.at(CLOSE);
    assert_eq!(
        reason(&claims(&world, &draft).await.unwrap_err()),
        "CAMPAIGN_CLOSED"
    );
    let request = pb::ClaimPromoRightRequest {
        campaign: "x".into(),
        ..Default::default()
    };
    let mut rights = PromoRightsClient::new(world.service("testing-svc"));
    let refused = rights.claim_promo_right(request).await.unwrap_err();
    assert_eq!(violations(&refused), pairs(&[("campaign", "INVALID_NAME")]));
}

/// When a candidate's right was claimed and their certificate declared, as the row says.
async fn times(world: &World, candidate: &Candidate<'_>) -> (Option<i64>, Option<i64>) {
    let account = candidate.account.trim_start_matches("accounts/");
    let sql = format!(
        "SELECT promo_claimed_us, certificate_declared_us FROM application WHERE account = '{account}'"
    );
    let rows = chassis::database::query_all(world.database.db.read(), &sql, [])
        .await
        .unwrap();
    let time = |column| rows[0].try_get::<Option<i64>>("", column).unwrap();
    (time("promo_claimed_us"), time("certificate_declared_us"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_two_hundred_rounds_a_code_is_never_claimed_after_a_certificate() {
    let world = World::new().await;
    let (mut claimed_first, mut declared_first) = (0, 0);
    for round in 1..=200 {
        let candidate = world.candidate(round);
        let application = candidate.opens().await.unwrap().name;
        let answers = json!({"level": "B1"});
        let save = candidate.saves(&application, "certificate", &answers);
        // The clock moves between any two looks at it, so the order shows in the row.
        let tick = async {
            for _ in 0..20 {
                world.clock.advance(jiff::SignedDuration::from_micros(1));
                tokio::task::yield_now().await;
            }
        };
        let (claim, saved, ()) = if round % 2 == 0 {
            tokio::join!(claims(&world, &candidate), save, tick)
        } else {
            let (saved, claim, tick) = tokio::join!(save, claims(&world, &candidate), tick);
            (claim, saved, tick)
        };
        saved.unwrap();
        let (claimed, declared) = times(&world, &candidate).await;
        let declared = declared.unwrap();
        match claim {
            Ok(right) => {
                let told: Timestamp = chassis::clock::from_pb(&right.claim_time.unwrap()).unwrap();
                assert_eq!(claimed, Some(told.as_microsecond()));
                assert!(told.as_microsecond() <= declared, "round {round}");
                claimed_first += 1;
            }
            Err(refused) => {
                assert_eq!(reason(&refused), "CERTIFICATE_ALREADY_DECLARED");
                assert_eq!(claimed, None, "round {round}");
                declared_first += 1;
            }
        }
    }
    assert_eq!(claimed_first + declared_first, 200);
    assert!(
        claimed_first > 0 && declared_first > 0,
        "{claimed_first} {declared_first}"
    );
}
